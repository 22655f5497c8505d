/** How the cases (案卷) are shown on the map: as the panel has it and the address keeps it. */
import { isDay, toDay, toNumber } from "../time";

/** How much a case presses, the worst first. */
export const urgencies = ["overdue", "soon", "normal", "suspended", "done"] as const;
export type Urgency = (typeof urgencies)[number];

/** When the cases were reported: the last so many days, today among them, or from one day to another, both included. */
export type Span = number | { from: string; to: string };
export const spans = [1, 7, 30] as const;

export interface IncidentView {
  heat: boolean;
  span: Span;
  /** Only cases on which somebody still has to act. */
  open: boolean;
  /** Urgencies that are not drawn. */
  without: Urgency[];
}

export const usualIncidents: IncidentView = { heat: false, span: 30, open: true, without: [] };

/** Writes "heat.7.all.-done", without what is usual; a layer that is off is "". */
export function writeIncidents(v: IncidentView | null): string {
  if (!v) return "";
  const span = typeof v.span === "number" ? String(v.span) : `${v.span.from}_${v.span.to}`;
  return [v.heat ? "heat" : "points", ...(v.span === usualIncidents.span ? [] : [span]), ...(v.open ? [] : ["all"]), ...urgencies.filter((u) => v.without.includes(u)).map((u) => `-${u}`)].join(".");
}

/** Reads what writeIncidents wrote; what cannot be read is as usual. */
export function readIncidents(text: string): IncidentView | null {
  const [mode, ...parts] = text.split(".");
  if (mode !== "points" && mode !== "heat") return null;
  const view: IncidentView = { ...usualIncidents, heat: mode === "heat" };
  for (const part of parts) {
    const [from = "", to = ""] = part.split("_");
    if (spans.some((s) => String(s) === part)) view.span = Number(part);
    else if (isDay(from) && isDay(to) && from <= to) view.span = { from, to };
    else if (part === "all") view.open = false;
  }
  const without = urgencies.filter((u) => parts.includes(`-${u}`));
  return withOpen({ ...view, without }, view.open);
}

/** The days of a span, the last one included. */
export function daysOf(span: Span, today: string): { from: string; to: string } {
  return typeof span === "number" ? { from: toDay(toNumber(today) - span + 1), to: today } : span;
}

/** What the tiles are asked for besides: states, kinds and codes, as lists with commas. */
export interface Asked {
  state?: string[];
  kind?: string[];
  code?: string[];
}

/** The query of the tiles. Urgencies are not in it: a tile counts them all, and the map adds up those that are drawn. */
export function incidentQuery(v: IncidentView, today: string, asked: Asked = {}): string {
  const { from, to } = daysOf(v.span, today);
  const q = new URLSearchParams({ from, to });
  if (v.open) q.set("open", "true");
  for (const key of ["state", "kind", "code"] as const) if (asked[key]?.length) q.set(key, asked[key].join(","));
  return q.toString();
}

/** The urgencies there are to choose from: no open case is done. */
export function choicesOf(v: IncidentView): Urgency[] {
  return urgencies.filter((u) => u !== "done" || !v.open);
}

/** Turns an urgency on or off. The last one stays, for an empty map tells nothing. */
export function turned(v: IncidentView, u: Urgency, on: boolean): IncidentView {
  const without = urgencies.filter((x) => (x === u ? !on : v.without.includes(x)));
  return choicesOf(v).every((x) => without.includes(x)) ? v : { ...v, without };
}

/** With open cases alone, or all; when nothing would be left to draw, everything is. */
export function withOpen(v: IncidentView, open: boolean): IncidentView {
  const next = { ...v, open };
  return choicesOf(next).every((u) => v.without.includes(u)) ? { ...next, without: [] } : next;
}
