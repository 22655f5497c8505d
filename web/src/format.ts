/** Numbers and dates as people read them. */

const thin = "\u2009";

/** Metres below a kilometre, kilometres beyond. */
export function distance(metres: number, lang: string): string {
  const number = (v: number, digits: number) => v.toLocaleString(lang, { maximumFractionDigits: digits });
  const [m, km] = lang === "en" ? ["m", "km"] : ["米", "公里"];
  if (metres < 10) return number(metres, 1) + thin + m;
  return metres < 1000 ? number(metres, 0) + thin + m : number(metres / 1000, metres < 10000 ? 1 : 0) + thin + km;
}

/** Square metres, hectares or square kilometres. */
export function ground(m2: number, lang: string): string {
  const number = (v: number, digits: number) => v.toLocaleString(lang, { maximumFractionDigits: digits });
  if (m2 < 1e4) return number(m2, 0) + thin + "m²";
  if (m2 < 1e6) return number(m2 / 1e4, 1) + thin + (lang === "en" ? "ha" : "公顷");
  return number(m2 / 1e6, 2) + thin + "km²";
}

/** A day, from YYYY-MM-DD. */
export function day(date: string, lang: string): string {
  const d = new Date(`${date}T00:00:00`);
  return Number.isNaN(d.getTime()) ? date : d.toLocaleDateString(lang === "en" ? "en-GB" : "zh-CN", { year: "numeric", month: "long", day: "numeric" });
}

/** A time of today, or with its day. */
export function clock(time: string, lang: string): string {
  return new Date(time).toLocaleString(lang === "en" ? "en-GB" : "zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" });
}
