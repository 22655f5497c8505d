import { expect, test } from "vitest";

import { daysOf, pasted, turned } from "./days";

test("a year has all its days", () => {
  expect(daysOf(2028)).toHaveLength(366);
  expect(daysOf(2026).at(-1)).toBe("2026-12-31");
});

test("a click turns a day", () => {
  const holiday = turned([], "2026-10-01");
  expect(holiday).toEqual([{ date: "2026-10-01", work: false, name: "" }]);
  const work = turned(holiday, "2026-10-01");
  expect(work[0]?.work).toBe(true);
  expect(turned(work, "2026-10-01")).toEqual([]);
});

test("an announcement is pasted", () => {
  const { days, bad } = pasted("2026-10-01 至 2026-10-03 国庆节\n\n2026年10月10日 班\n2026/2/28");
  expect(bad).toBe(0);
  expect(days.map((d) => `${d.date} ${d.work ? "班" : d.name}`)).toEqual(["2026-10-01 国庆节", "2026-10-02 国庆节", "2026-10-03 国庆节", "2026-10-10 班", "2026-02-28 "]);
  expect(pasted("2026-10-01\n2026-02-30").bad).toBe(2);
  expect(pasted("2026-10-01 至 2030-10-01").bad).toBe(1);
});
