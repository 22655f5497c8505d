import { expect, test } from "vitest";

import { dayOf, isoDay, lastDayOf, moment } from "./format";

const now = new Date("2026-11-25T06:00:00Z");

test("moments are told in the time of the office", () => {
  expect(moment("2026-11-23T06:05:09Z", "zh", true, now)).toBe("11月23日 14:05:09");
  expect(moment("2025-12-31T15:59:00Z", "zh", false, now)).toBe("2025年12月31日 23:59");
});

test("a post is told with its last day", () => {
  expect(lastDayOf("2026-12-31T16:00:00Z", "zh", now)).toBe("12月31日");
  expect(dayOf("2026-11-24T16:00:00Z", "zh", now)).toBe("11月25日");
});

test("a day for a field", () => {
  expect(isoDay(0, new Date("2026-11-25T17:00:00Z"))).toBe("2026-11-26");
  expect(isoDay(400, now)).toBe("2027-12-30");
});
