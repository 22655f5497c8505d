/** Days, editions and the slider between them; no clock is read here. */

import type { Period } from "./api/client";

const dayLength = 864e5;

/** Whether a text is a day of the calendar, YYYY-MM-DD. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && toDay(toNumber(text)) === text;
}

/** Days since 1970-01-01; NaN for what is no date. */
export function toNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayLength;
}

export function toDay(number: number): string {
  return Number.isFinite(number) ? new Date(number * dayLength).toISOString().slice(0, 10) : "";
}

/** The day before: the last one of a time that ends on a date. */
export function dayBefore(date: string): string {
  return toDay(toNumber(date) - 1);
}

/** Today where the districts are. */
export function todayIn(now: Date): string {
  return now.toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
}

/** The last that is so; -1 when none is. (findLastIndex came late to browsers.) */
function lastIndex<T>(list: T[], is: (x: T) => boolean): number {
  return list.reduce((found, x, i) => (is(x) ? i : found), -1);
}

/** Where today's period stands: the last that has begun. */
export function currentIndex(periods: Period[]): number {
  return Math.max(0, lastIndex(periods, (p) => p.begun));
}

/** The period that a day lies in; null is today, and a day before the first lies in the first. */
export function indexAt(periods: Period[], at: string | null): number {
  return at === null ? currentIndex(periods) : Math.max(0, lastIndex(periods, (p) => p.valid_from <= at));
}

/** The day to ask for so that the boundaries of a date are shown: null when they are today's. */
export function dayFor(periods: Period[], date: string): string | null {
  return indexAt(periods, date) === currentIndex(periods) ? null : date;
}

/** One edition back (-1) or forward (1); undefined at the ends. */
export function step(periods: Period[], at: string | null, by: -1 | 1): string | null | undefined {
  const i = indexAt(periods, at) + by;
  const to = periods[i];
  return to && (i === currentIndex(periods) ? null : to.valid_from);
}

/**
 * The first day on which the boundaries of a day stood as they do: all days with
 * the same boundaries ask the same. "" when they are today's.
 */
export function momentOf(at: string | null, timelines: Period[][]): string {
  const all = timelines.flat().sort((a, b) => (a.valid_from < b.valid_from ? -1 : 1));
  if (at === null || all.length === 0) return at ?? "";
  const then = all[Math.max(0, lastIndex(all, (p) => p.valid_from <= at))]?.valid_from;
  const now = all[lastIndex(all, (p) => p.begun)]?.valid_from;
  return then === undefined || then === now ? "" : then;
}

/** A period on the slider: its days, and its place from 0 to 1. */
export interface Segment {
  period: Period;
  from: number;
  until: number;
  start: number;
  end: number;
}

/** Room behind the last edition, while that lies ahead. */
const ahead = 60; // days

/**
 * Lays the periods on a line: as long as they last, but none shorter than is
 * needed to see and name it. The last ends today, or a while after it begins.
 */
export function layOut(periods: Period[], today: string): Segment[] {
  const starts = periods.map((p) => toNumber(p.valid_from));
  const last = starts.at(-1) ?? 0;
  const end = Math.max(toNumber(today), last + (periods.at(-1)?.begun ? 0 : ahead));
  const days = starts.map((s, i) => (starts[i + 1] ?? end) - s);
  const least = Math.min(0.26, 0.8 / Math.max(periods.length, 1));
  const widths = atLeast(days, least);
  let x = 0;
  return periods.map((period, i) => {
    const start = x;
    x += widths[i] ?? 0;
    const from = starts[i] ?? 0;
    return { period, from, until: from + (days[i] ?? 0), start, end: i === periods.length - 1 ? 1 : x };
  });
}

/** Shares of a whole in proportion, but none below least. */
export function atLeast(sizes: number[], least: number): number[] {
  const raised = new Set<number>();
  if (sizes.every((s) => s === 0)) return sizes.map(() => 1 / sizes.length);
  for (;;) {
    const rest = sizes.reduce((sum, s, i) => (raised.has(i) ? sum : sum + s), 0);
    const room = 1 - least * raised.size;
    const small = sizes.findIndex((s, i) => !raised.has(i) && (s / rest) * room < least - 1e-9);
    if (small < 0) return sizes.map((s, i) => (raised.has(i) ? least : (s / rest) * room));
    raised.add(small);
  }
}

/** Where a day lies on the slider, from 0 to 1. */
export function placeOf(segments: Segment[], date: string): number {
  const day = toNumber(date);
  const s = segments[Math.max(0, lastIndex(segments, (x) => x.from <= day))];
  if (!s) return 0;
  const part = s.until > s.from ? (day - s.from) / (s.until - s.from) : 1; // an edition of today stands at its end
  return s.start + Math.max(0, Math.min(1, part)) * (s.end - s.start);
}

/** The day at a place on the slider. */
export function dayAt(segments: Segment[], place: number): string {
  const s = segments[Math.max(0, lastIndex(segments, (x) => x.start <= place))];
  if (!s) return "";
  const day = s.from + Math.round(((place - s.start) / (s.end - s.start)) * (s.until - s.from));
  const most = s === segments.at(-1) ? s.until : s.until - 1; // the next day is the next edition's
  return toDay(Math.max(s.from, Math.min(most, day)));
}

/** The days that the slider holds. */
export function clampDay(segments: Segment[], date: string): string {
  const [first, last] = [segments[0]?.from ?? 0, segments.at(-1)?.until ?? 0];
  return toDay(Math.max(first, Math.min(last, toNumber(date))));
}

/** What a period changed, by level, the coarsest first. */
export function byLevel(changes: Period["changes"]): [level: string, changes: Period["changes"]][] {
  const order = ["district", "subdistrict", "community", "grid", "compound"];
  const kinds = ["split", "merge", "transfer", "recode", "rename"];
  return order
    .map((level): [string, Period["changes"]] => [level, changes.filter((c) => c.level === level).sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))])
    .filter(([, list]) => list.length > 0);
}
