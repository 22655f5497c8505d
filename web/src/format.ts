/** Numbers and dates as people read them. */

const thin = "\u2009";

const lengths = (lang: string): [m: string, km: string] => (lang === "en" ? ["m", "km"] : ["米", "公里"]);

function number(v: number, digits: number, lang: string): string {
  return v.toLocaleString(lang, { maximumFractionDigits: digits });
}

/** Metres below a kilometre, kilometres beyond, as near as one sees. */
export function distance(metres: number, lang: string): string {
  const [m, km] = lengths(lang);
  if (metres < 10) return number(metres, 1, lang) + thin + m;
  return metres < 1000 ? number(metres, 0, lang) + thin + m : number(metres / 1000, metres < 10000 ? 1 : 0, lang) + thin + km;
}

/** A measured length: metres to the decimetre below a kilometre, kilometres to the metre beyond. */
export function measured(metres: number, lang: string): string {
  const [m, km] = lengths(lang);
  const tenths = Math.round(metres * 10) / 10;
  return tenths < 1000 ? number(tenths, 1, lang) + thin + m : number(metres / 1000, 3, lang) + thin + km;
}

/** Square metres, hectares or square kilometres. */
export function ground(m2: number, lang: string): string {
  if (m2 < 1e4) return number(m2, 0, lang) + thin + "m²";
  if (m2 < 1e6) return number(m2 / 1e4, 1, lang) + thin + (lang === "en" ? "ha" : "公顷");
  return number(m2 / 1e6, 2, lang) + thin + "km²";
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
