/** The words for the roles that people have (docs/authorisation.md). */

const words: Record<string, [zh: string, en: string]> = {
  grid_worker: ["网格员", "grid worker"],
  grid_lead: ["网格长", "grid lead"],
  community_officer: ["社区干部", "community officer"],
  street_officer: ["街道干部", "street officer"],
  dispatcher: ["派遣员", "dispatcher"],
  department_handler: ["部门处置人员", "department handler"],
  planner: ["规划人员", "planner"],
  boundary_steward: ["边界管理员", "boundary steward"],
  supervisor: ["督查", "supervisor"],
  party_affairs: ["党务工作者", "Party affairs"],
  system_admin: ["系统管理员", "system administrator"],
  security_admin: ["安全管理员", "security administrator"],
  auditor: ["审计员", "auditor"],
};

/** The word for a role, or the role itself where there is none. */
export function roleWord(role: string, lang: string): string {
  return words[role]?.[lang === "en" ? 1 : 0] ?? role;
}
