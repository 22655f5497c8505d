import { expect, test } from "vitest";

import { nextPath } from "./next";

test("what follows a sign-in stays on this service", () => {
  expect(nextPath("?next=/steward/150102?x=1")).toBe("/steward/150102?x=1");
  for (const search of ["", "?next=", "?next=//evil.example", "?next=https://evil.example", "?next=/\\evil.example", "?next=javascript:alert(1)"]) {
    expect(nextPath(search)).toBe("/");
  }
});
