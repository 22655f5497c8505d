/** Days and moments of the desk, in the time of the service's offices (UTC+8). */

const zone = "Asia/Shanghai";
const locale = (lang: string) => (lang === "en" ? "en-GB" : "zh-CN");
const yearOf = (d: Date) => d.toLocaleDateString("sv-SE", { timeZone: zone }).slice(0, 4);

/** 11月23日 14:05, with seconds where they count; with the year when it is another than this. */
export function moment(time: string, lang: string, seconds = false, now = new Date()): string {
  const d = new Date(time);
  return d.toLocaleString(locale(lang), {
    timeZone: zone,
    ...(yearOf(d) === yearOf(now) ? {} : { year: "numeric" as const }),
    month: lang === "en" ? "short" : "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    ...(seconds ? { second: "2-digit" as const } : {}),
  });
}

/** The day of a moment. */
export function dayOf(time: string, lang: string, now = new Date()): string {
  const d = new Date(time);
  return d.toLocaleDateString(locale(lang), { timeZone: zone, ...(yearOf(d) === yearOf(now) ? {} : { year: "numeric" as const }), month: lang === "en" ? "short" : "long", day: "numeric" });
}

/** The last day of what ends at the first moment that it does not count any more. */
export function lastDayOf(until: string, lang: string, now = new Date()): string {
  return dayOf(new Date(new Date(until).getTime() - 1).toISOString(), lang, now);
}

/** Today or a day some way off, as fields of dates have it. */
export function isoDay(ahead = 0, now = new Date()): string {
  return new Date(now.getTime() + ahead * 86_400_000).toLocaleDateString("sv-SE", { timeZone: zone });
}
