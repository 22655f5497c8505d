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

/** The page that somebody comes to when they asked for none: the desk of their posts, the map for everybody whose work is out there. */
export function homeOf(me: Pick<Me, "posts">): string {
  const roles = me.posts.map((p) => p.role);
  const own = desks.find(([role]) => roles.includes(role));
  return own && roles.every((r) => desks.some(([role]) => role === r)) ? own[1] : "/";
}
