import { useEffect, useState } from "react";

import type { components } from "../api/types.gen";
import { words } from "./words";

export type CaseClock = components["schemas"]["CaseClock"];

/** How a case stands with its time; none where nothing is counted. */
export type Urgency = CaseClock["state"] | "none" | "done";

const minute = 60_000;
const hour = 60 * minute;
const dayLong = 24 * hour;
const countedDown = 6 * hour; // beyond that people think in times of day

/**
 * How urgent a case is at a moment (ms, by the service's clock). The service says
 * when a case becomes due; the page need not ask again to turn it red.
 */
export function urgencyOf(clock: CaseClock | null | undefined, now: number, open = true): Urgency {
  if (!open) return "done";
  if (!clock) return "none";
  if (clock.state === "paused" || !clock.due) return clock.state === "paused" ? "paused" : "none";
  if (now >= Date.parse(clock.due)) return "overdue";
  return clock.soon && now >= Date.parse(clock.soon) ? "due_soon" : "normal";
}

/**
 * What remains of a case in a few words: counted down in its last hours, the time
 * of day before that, how late it is behind. `rest` is until when a case rests.
 */
export function remaining(clock: CaseClock | null | undefined, now: number, lang: string, rest?: string | null): string {
  const w = words[lang === "en" ? "en" : "zh"];
  if (!clock) return w.clockNone;
  if (clock.state === "paused") return rest ? fill(w.clockPausedUntil, { date: dateOf(Date.parse(rest), lang) }) : w.clockPaused;
  if (!clock.due) return w.clockNone;
  const due = Date.parse(clock.due);
  const left = due - now;
  if (left <= 0) return fill(w.clockLate, { time: long(-left, lang) });
  if (left < countedDown) return fill(w.clockLeft, { time: long(left, lang) });
  const time = timeOf(due);
  const days = daysBetween(now, due);
  if (days === 0) return fill(w.clockToday, { time });
  if (days === 1) return fill(w.clockTomorrow, { time });
  return fill(w.clockOn, { date: dateOf(due, lang), time });
}

/** Hours and minutes, 1:42; from a day on days and hours. What has begun of a minute does not count. */
export function long(ms: number, lang: string): string {
  if (ms >= dayLong) return fill(words[lang === "en" ? "en" : "zh"].clockDays, { days: String(Math.floor(ms / dayLong)), hours: String(Math.floor((ms % dayLong) / hour)) });
  return `${Math.floor(ms / hour)}:${String(Math.floor((ms % hour) / minute)).padStart(2, "0")}`;
}

/** A time of day, 14:05. */
export function timeOf(at: number | string): string {
  const d = new Date(at);
  return `${String(d.getHours()).padStart(2, "0")}:${String(d.getMinutes()).padStart(2, "0")}`;
}

function dateOf(at: number, lang: string): string {
  return new Date(at).toLocaleDateString(lang === "en" ? "en-GB" : "zh-CN", { month: lang === "en" ? "short" : "long", day: "numeric" });
}

/** How many midnights lie between two moments, by the device's days. */
function daysBetween(from: number, to: number): number {
  const start = (t: number) => new Date(t).setHours(0, 0, 0, 0);
  return Math.round((start(to) - start(from)) / dayLong);
}

function fill(text: string, values: Record<string, string>): string {
  return text.replace(/{{(\w+)}}/g, (_, name: string) => values[name] ?? "");
}

let ahead = 0; // of the service's clock before the device's, ms

/** Sets the page's idea of the service's time by an answer that has just come. */
export function setServiceTime(now: string, at = Date.now()) {
  const there = Date.parse(now);
  if (!Number.isNaN(there)) ahead = there - at;
}

/** The moment by the service's clock, in ms; devices' clocks are often wrong. */
export const serviceNow = () => Date.now() + ahead;

/** The moment by the service's clock, again every few seconds. */
export function useServiceNow(every = 5000): number {
  const [now, setNow] = useState(serviceNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serviceNow()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
