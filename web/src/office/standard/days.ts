/** Days of the working calendar, as they are clicked and pasted. */

import type { Calendar } from "./service";

export type Day = Calendar["days"][number];

/** All days of a year, as YYYY-MM-DD. */
export function daysOf(year: number): string[] {
  const days: string[] = [];
  for (let at = Date.UTC(year, 0, 1); new Date(at).getUTCFullYear() === year; at += 86_400_000) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

/** 0 is Sunday. */
export const weekday = (date: string) => new Date(`${date}T00:00:00Z`).getUTCDay();

/** A click: usual, holiday, make-up day, and usual again. */
export function turned(days: Day[], date: string): Day[] {
  const now = days.find((d) => d.date === date);
  const others = days.filter((d) => d.date !== date);
  if (now?.work) return others;
  return [...others, { date, work: Boolean(now), name: now?.name ?? "" }].sort((a, b) => (a.date < b.date ? -1 : 1));
}

const line = /^(\d{4}-\d{1,2}-\d{1,2})(?:\s*(?:至|到|to|~|—|–)\s*(\d{4}-\d{1,2}-\d{1,2}))?\s*(.*)$/;
const working = /^(班|调休上班|上班|work)\s*/i;

/** Reads pasted lines; bad is the first line that is not understood, from 1. */
export function pasted(text: string): { days: Day[]; bad: number } {
  const found = new Map<string, Day>();
  const lines = text.split("\n");
  for (const [i, raw] of lines.entries()) {
    const words = raw.trim().replaceAll("/", "-").replace(/(\d{4})年(\d{1,2})月(\d{1,2})日/g, "$1-$2-$3");
    if (!words) continue;
    const m = line.exec(words);
    const first = day(m?.[1]);
    const last = m?.[2] ? day(m[2]) : first;
    if (!m || !first || !last || last < first || Date.parse(last) - Date.parse(first) > 31 * 86_400_000) return { days: [], bad: i + 1 };
    const rest = m[3] ?? "";
    const work = working.test(rest);
    for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) {
      const date = new Date(at).toISOString().slice(0, 10);
      found.set(date, { date, work, name: rest.replace(working, "").slice(0, 20) });
    }
  }
  return { days: [...found.values()], bad: 0 };
}

/** A day that exists, with its zeros. */
function day(text: string | undefined): string {
  const date = (text ?? "").split("-").map((p) => p.padStart(2, "0")).join("-");
  const at = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === date ? date : "";
}
