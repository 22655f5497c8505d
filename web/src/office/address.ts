/** The address bar holds which tab is open and what is filtered, so that a link reopens it. */

export const tabs = ["people", "subjects", "units", "rules", "classes", "calendar", "keys", "audit"] as const;
export type Tab = (typeof tabs)[number];

/** The tab of a path; null for /office itself, which is the first that is allowed. */
export function tabOf(path: string): Tab | null {
  const [, part = ""] = /^\/office\/([^/]+)\/?$/.exec(path) ?? [];
  return tabs.find((t) => t === part) ?? null;
}

export const pathOf = (tab: Tab) => (tab === "people" ? "/office" : `/office/${tab}`);

export const statuses = ["active", "invited", "disabled", "without"] as const;
export type Status = (typeof statuses)[number];

export interface PeopleView {
  text: string;
  role: string;
  district: string;
  /** Code or name. */
  area: string;
  status: Status | "";
  /** Whose page is open. */
  person: string;
  /** Lists of people are being brought in. */
  importing: boolean;
}

export function readPeople(search: string): PeopleView {
  const q = new URLSearchParams(search);
  return {
    text: q.get("q") ?? "",
    role: q.get("role") ?? "",
    district: q.get("d") ?? "",
    area: q.get("area") ?? "",
    status: statuses.find((s) => s === q.get("status")) ?? "",
    person: q.get("p") ?? "",
    importing: q.has("import"),
  };
}

export function writePeople(v: PeopleView): string {
  return queryOf({ q: v.text, role: v.role, d: v.area && v.district, area: v.area, status: v.status, p: v.person, import: v.importing ? "1" : "" });
}

/** Whether a list is less than everybody. */
export const narrowed = (v: PeopleView) => Boolean(v.text || v.role || v.area || v.status);

export interface AuditView {
  actor: string;
  act: string;
  result: "done" | "refused" | "";
  from: string;
  until: string;
  district: string;
}

export function readAudit(search: string): AuditView {
  const q = new URLSearchParams(search);
  const result = q.get("result");
  const day = (name: string) => (/^\d{4}-\d\d-\d\d$/.test(q.get(name) ?? "") ? (q.get(name) ?? "") : "");
  return {
    actor: q.get("actor") ?? "",
    act: q.get("act") ?? "",
    result: result === "done" || result === "refused" ? result : "",
    from: day("from"),
    until: day("until"),
    district: q.get("d") ?? "",
  };
}

export function writeAudit(v: AuditView): string {
  return queryOf({ actor: v.actor, act: v.act, result: v.result, from: v.from, until: v.until, d: v.district });
}

function queryOf(parts: Record<string, string>): string {
  const q = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== ""));
  const text = q.toString();
  return text ? `?${text}` : "";
}
