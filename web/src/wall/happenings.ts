import type { CaseEvent } from "../cases/events";
import type { Case } from "../cases/queries";

/** One line of the wall: what happened to a case of which class, in which community. */
export interface Happening {
  key: string;
  id: string;
  what: string;
  at: string;
}

export const shownAtMost = 10;

/** The latest first: what came by the stream before what was reported earlier, each once. */
export function happenings(events: CaseEvent[], reported: Pick<Case, "id" | "reported_at">[]): Happening[] {
  const heard = events.map((e) => ({ key: `${e.id} ${e.version} ${e.what}`, id: e.id, what: e.what, at: e.at }));
  const told = new Set(heard.filter((h) => h.what === "report").map((h) => h.id));
  const before = reported.filter((c) => !told.has(c.id)).map((c) => ({ key: `${c.id} report`, id: c.id, what: "report", at: c.reported_at }));
  return [...heard, ...before].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, shownAtMost);
}

/** Class and community: nothing that names a person, a telephone or a house. */
export function publicOf(c: Pick<Case, "category" | "areas">): { what: string; where: string } {
  const area = (level: string) => c.areas.find((a) => a.level === level)?.name;
  return { what: c.category?.name || c.category?.code || "", where: [area("subdistrict"), area("community")].filter(Boolean).join(" · ") };
}
