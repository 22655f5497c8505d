import { expect, it } from "vitest";

import { uuid7 } from "./uuid7";

it("carries the time first, then its version and chance", () => {
  expect(uuid7(0x0123456789ab, new Uint8Array(10).fill(0xff))).toBe("01234567-89ab-7fff-bfff-ffffffffffff");
  expect(uuid7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuid7()).not.toBe(uuid7());
});
