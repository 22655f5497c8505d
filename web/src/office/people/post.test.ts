import { expect, test } from "vitest";

import { emptyPost, requestOf } from "./post";

const area = { district: "150102", level: "grid" as const, code: "150102002001001" };

test("what does not belong to a role is not asked for", () => {
  expect(requestOf({ ...emptyPost, role: "auditor", area, duties: ["intake"] })).toEqual({ role: "auditor" });
  expect(requestOf({ ...emptyPost, role: "dispatcher", area, duties: ["shift_lead"], from: "2026-12-01", until: "2026-12-31" })).toEqual({
    role: "dispatcher",
    duties: ["shift_lead"],
    district: "150102",
    level: "grid",
    area: "150102002001001",
    from: "2026-12-01",
    until: "2026-12-31",
  });
  expect(requestOf({ ...emptyPost, role: "supervisor" })).toEqual({ role: "supervisor" }); // every district
});
