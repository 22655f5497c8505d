import { expect, it } from "vitest";

import { readDesk, writeDesk } from "./address";

it("reads what it writes", () => {
  const a = { district: "150102", edition: "2026-11 新", step: "diff" as const, finding: "42" };
  expect(readDesk(writeDesk(a))).toEqual(a);
});

it("an empty desk has an empty address, and nonsense opens nothing", () => {
  expect(writeDesk({ district: "", edition: "", step: null, finding: null })).toBe("");
  expect(readDesk("?s=nonsense&x=1")).toEqual({ district: "", edition: "", step: null, finding: null });
});
