import { expect, it } from "vitest";

import { uuid7 } from "./uuid7";

it("makes names of version 7 that tell their time, and no two alike", () => {
  const at = Date.UTC(2026, 10, 25, 13, 50);
  const id = uuid7(at);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(at);
  expect(new Set(Array.from({ length: 1000 }, () => uuid7(at))).size).toBe(1000);
});
