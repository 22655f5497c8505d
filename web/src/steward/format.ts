/** Numbers as the desk writes them. */

const thin = "\u2009";

const rounded = (v: number, digits: number, lang: string) => v.toLocaleString(lang, { maximumFractionDigits: digits });

/** Bytes as kB or MB. */
export function megabytes(bytes: number, lang: string): string {
  if (bytes < 1e6) return rounded(Math.ceil(bytes / 1e3), 0, lang) + thin + "kB";
  return rounded(bytes / 1e6, 1, lang) + thin + "MB";
}

/** Square metres of a finding: small ones to the tenth, large ones in hectares or km². */
export function patch(m2: number, lang: string): string {
  if (m2 < 100) return rounded(m2, 1, lang) + thin + "m²";
  if (m2 < 1e4) return rounded(m2, 0, lang) + thin + "m²";
  if (m2 < 1e6) return rounded(m2 / 1e4, 2, lang) + thin + (lang === "en" ? "ha" : "公顷");
  return rounded(m2 / 1e6, 2, lang) + thin + "km²";
}

/** By how much an area grew or shrank, with its sign; "" where there was or is none. */
export function growth(before: number, after: number, lang: string): string {
  if (before <= 0 || after <= 0) return "";
  const percent = ((after - before) / before) * 100;
  if (Math.abs(percent) < 0.005) return "±0%";
  const digits = Math.abs(percent) < 1 ? 2 : 1;
  return (percent > 0 ? "+" : "−") + rounded(Math.abs(percent), digits, lang) + "%";
}

/** A share as a percentage; never rounded up to all of it. */
export function share(part: number, lang: string): string {
  return rounded(Math.floor(part * 1000) / 10, 1, lang) + "%";
}

/** A sentence of the service for reading: lists of codes without brackets, no flags for the command line. */
export function readable(text: string, lang: string): string {
  return text
    .replace(/ ?[（(]--[^）)]*[）)]/g, "")
    .replace(/\[([^[\]]*)\]/g, (_, list: string) => list.trim().split(/\s+/).join(lang === "en" ? ", " : "、"));
}
