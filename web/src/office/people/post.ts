import { reach, type Role } from "../roles";
import type { PostRequest } from "../service";
import type { AreaChoice } from "./AreaPick";

/** A post that is being written down. */
export interface PostDraft {
  role: Role;
  duties: ("intake" | "shift_lead")[];
  area: AreaChoice | null;
  from: string;
  until: string;
}

export const emptyPost: PostDraft = { role: "grid_worker", duties: [], area: null, from: "", until: "" };

/** What is asked of the service; what does not belong to the role is left out. */
export function requestOf(d: PostDraft): PostRequest {
  const area = reach(d.role) === "never" ? null : d.area;
  return {
    role: d.role,
    ...(d.role === "dispatcher" && d.duties.length > 0 ? { duties: d.duties } : {}),
    ...(area ? { district: area.district, level: area.level, area: area.code } : {}),
    ...(d.from ? { from: d.from } : {}),
    ...(d.until ? { until: d.until } : {}),
  };
}
