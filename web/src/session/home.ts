import type { Me } from "./session";

/** Where somebody's work begins. */
const desks: [role: string, path: string][] = [
  ["dispatcher", "/desk"],
  ["supervisor", "/desk"],
  ["boundary_steward", "/steward"],
  ["system_admin", "/office"],
  ["security_admin", "/office"],
  ["auditor", "/office/audit"],
];

/** Those who work out there, with a list of what is to be done. */
const outdoors = ["grid_worker", "grid_lead", "community_officer", "street_officer", "department_handler"];

/** The page that somebody comes to when they asked for none: the desk or the list of their posts, the map for everybody whose work is out there. */
export function homeOf(me: Pick<Me, "posts">): string {
  const roles = me.posts.map((p) => p.role);
  if (roles.length > 0 && roles.every((r) => outdoors.includes(r))) return "/work";
  const own = desks.find(([role]) => roles.includes(role));
  return own && roles.every((r) => desks.some(([role]) => role === r)) ? own[1] : "/";
}
