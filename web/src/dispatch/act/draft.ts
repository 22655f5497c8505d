/** What a form about an action holds, and what of it is sent. */

import type { ActRequest, AllowedAction, Case } from "../../cases/queries";

export type Need = AllowedAction["needs"][number];

/** A place that was found or clicked. */
export interface Place {
  lon: number;
  lat: number;
  crs: string;
  /** What people call it. */
  name?: string;
}

export interface Draft {
  reason: string;
  note: string;
  kind: string;
  category: string;
  condition: string;
  /** The class has filing conditions, one of which has to be chosen. */
  conditional: boolean;
  place: Place | null;
  address: string;
  unit: string;
  assignee: string;
  until: string; // as the field writes it: 2026-01-31T14:00, by the device's clock
  level: number;
  answer: string;
  parent: string;
}

/** The form as it opens: what the case says already. */
export function draftFor(action: AllowedAction, c: Case | undefined): Draft {
  return {
    reason: "",
    note: "",
    kind: c?.category?.kind ?? "",
    category: c?.category?.code ?? "",
    condition: c?.category?.condition ?? "",
    conditional: false,
    place: null,
    address: c?.address ?? "",
    unit: action.action === "dispatch" ? (c?.unit?.id ?? "") : "",
    assignee: "",
    until: "",
    level: Math.min(3, (c?.marks.supervised ?? 0) + 1),
    answer: "",
    parent: "",
  };
}

/** What the service reckons or finds itself; nobody is asked for it. */
const reckoned: Need[] = ["deadline", "evidence"];

/** The needs that the form asks for. A disputed case is dispatched with the grounds of the ruling. */
export function asked(action: AllowedAction, c: Case | undefined): Need[] {
  const needs = action.needs.filter((n) => !reckoned.includes(n));
  return action.action === "dispatch" && c?.marks.disputed && !needs.includes("reason") ? ["reason", ...needs] : needs;
}

/** Which needs are not filled in. */
export function missing(action: AllowedAction, c: Case | undefined, d: Draft): Need[] {
  const filled: Record<Need, boolean> = {
    reason: d.reason !== "",
    place: d.place !== null || (action.action === "accept" && Boolean(c?.position && c.areas.length > 0)),
    category: d.category !== "" && (d.condition !== "" || !d.conditional),
    unit: d.unit !== "",
    until: d.until !== "" && !Number.isNaN(Date.parse(d.until)),
    parent: d.parent !== "",
    level: d.level > 0,
    answer: d.answer !== "",
    deadline: true,
    evidence: true,
  };
  return asked(action, c).filter((n) => !filled[n]);
}

/** The body of the request: what the action takes, and nothing else. */
export function bodyOf(action: AllowedAction, c: Case | undefined, d: Draft): ActRequest {
  const needs = asked(action, c);
  const has = (n: Need) => needs.includes(n);
  return {
    ...(has("reason") ? { reason: d.reason } : {}),
    ...(d.note.trim() ? { note: d.note.trim() } : {}),
    ...(has("category") ? { kind: d.kind as "event", category: d.category, condition: d.condition } : {}),
    ...(has("place") && d.place ? { lon: d.place.lon, lat: d.place.lat, crs: d.place.crs } : {}),
    ...(has("place") && d.address.trim() ? { address: d.address.trim() } : {}),
    ...(has("unit") ? { unit: d.unit, ...(d.assignee ? { assignee: d.assignee } : {}) } : {}),
    ...(has("until") ? { until: new Date(d.until).toISOString() } : {}),
    ...(has("level") ? { level: d.level } : {}),
    ...(has("answer") ? { answer: d.answer as "fair" } : {}),
    ...(has("parent") ? { parent: d.parent } : {}),
  };
}
