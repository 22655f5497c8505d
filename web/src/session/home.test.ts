import { expect, it } from "vitest";

import type { Me } from "./session";
import { homeOf } from "./home";

const me = (...roles: string[]) => ({ posts: roles.map((role) => ({ role })) }) as unknown as Me;

it("brings everybody to where their work is", () => {
  expect(homeOf(me())).toBe("/");
  expect(homeOf(me("grid_worker"))).toBe("/work");
  expect(homeOf(me("street_officer", "department_handler"))).toBe("/work");
  expect(homeOf(me("street_officer", "planner"))).toBe("/");
  expect(homeOf(me("planner"))).toBe("/");
  expect(homeOf(me("boundary_steward"))).toBe("/steward");
  expect(homeOf(me("dispatcher"))).toBe("/desk");
  expect(homeOf(me("supervisor"))).toBe("/desk");
  expect(homeOf(me("auditor"))).toBe("/office/audit");
  expect(homeOf(me("security_admin", "system_admin"))).toBe("/office");
  expect(homeOf(me("boundary_steward", "grid_lead"))).toBe("/"); // out there, too
});
