/** What the service knows of roles (docs/authorisation.md). */

import type { Me } from "../session/session";
import type { Tab } from "./address";

export const roles = [
  "grid_worker",
  "grid_lead",
  "community_officer",
  "street_officer",
  "dispatcher",
  "department_handler",
  "planner",
  "boundary_steward",
  "supervisor",
  "party_affairs",
  "system_admin",
  "security_admin",
  "auditor",
] as const;
export type Role = (typeof roles)[number];

export const duties = ["intake", "shift_lead"] as const;

/** Whether a post of a role names an area. */
export function reach(role: Role): "must" | "may" | "never" {
  if (role === "system_admin" || role === "security_admin" || role === "auditor") return "never";
  return role === "boundary_steward" || role === "planner" || role === "supervisor" ? "may" : "must";
}

/** The level at which a role usually has its area. */
export function usualLevel(role: Role): "grid" | "community" | "subdistrict" | "district" {
  if (role === "grid_worker" || role === "grid_lead") return "grid";
  if (role === "community_officer") return "community";
  return role === "street_officer" ? "subdistrict" : "district";
}

/** Who reads about others; all else who may read people read about themselves. */
const readers: string[] = ["grid_lead", "community_officer", "street_officer", "dispatcher", "supervisor", "party_affairs", "system_admin", "security_admin"];

/** Who keeps or follows the rules of who answers for what; others meet them with a case. */
const answering = ["system_admin", "security_admin", "dispatcher", "supervisor", "street_officer", "community_officer"];
/** Who sets the standards that cases are handled by, or answers for them. */
const standardReaders: string[] = ["dispatcher", "supervisor", "system_admin", "security_admin"];

/** Who keeps the subjects on the map, or follows them. */
const subjectKeepers: string[] = ["party_affairs", "planner", "community_officer", "street_officer", "supervisor", "system_admin"];

/** The tabs that somebody is shown. */
export function tabsFor(me: Pick<Me, "open" | "may" | "posts">): Tab[] {
  const holds = (wanted: string[]) => me.open || me.posts.some((p) => wanted.includes(p.role));
  const shown: Tab[] = [];
  if (me.may.includes("people.read") && holds(readers)) shown.push("people");
  if (me.may.includes("subject.read") && holds(subjectKeepers)) shown.push("subjects");
  if (me.may.includes("standard.read") && holds(answering)) shown.push("units", "rules");
  if (me.may.includes("standard.read") && holds(standardReaders)) shown.push("classes", "calendar");
  if (me.may.includes("key.make")) shown.push("keys");
  if (me.may.includes("audit.read") && holds(["auditor"])) shown.push("audit");
  return shown;
}

/** Who sees everybody, so that what nobody serves can be told. */
export const seesAll = (me: Pick<Me, "posts">) => me.posts.some((p) => p.role === "system_admin" || p.role === "security_admin");
