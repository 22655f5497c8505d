import { describe, expect, it } from "vitest";

import type { Period } from "./api/client";
import { atLeast, byLevel, clampDay, dayAt, dayBefore, dayFor, indexAt, isDay, layOut, momentOf, placeOf, step, toDay, toNumber } from "./time";

const period = (valid_from: string, begun = true): Period => ({ edition: valid_from.slice(0, 7), valid_from, begun, generation: 1, changes: [] });
const three = [period("2020-01-01"), period("2023-07-01"), period("2027-01-01", false)];
const today = "2026-11-25";

it("knows the days of the calendar", () => {
  for (const s of ["2020-02-29", "1949-10-01"]) expect(isDay(s)).toBe(true);
  for (const s of ["2021-02-29", "2020-2-9", "20200101", "", "2020-13-01", "today"]) expect(isDay(s), s).toBe(false);
  expect(toDay(toNumber("2020-03-01"))).toBe("2020-03-01");
  expect(dayBefore("2020-03-01")).toBe("2020-02-29");
  expect(toDay(NaN)).toBe("");
});

describe("periods", () => {
  it("finds the one of a day", () => {
    const at = (date: string | null) => indexAt(three, date);
    expect([at(null), at("2020-01-01"), at("2023-06-30"), at("2023-07-01"), at("2027-05-01"), at("1999-01-01")]).toEqual([1, 0, 0, 1, 2, 0]);
  });
  it("goes an edition back and forward, and stops at the ends", () => {
    expect(step(three, null, -1)).toBe("2020-01-01");
    expect(step(three, "2022-06-01", -1)).toBeUndefined();
    expect(step(three, "2022-06-01", 1)).toBeNull();
    expect(step(three, null, 1)).toBe("2027-01-01");
    expect(step(three, "2027-02-01", 1)).toBeUndefined();
    expect(step(three, "2027-02-01", -1)).toBeNull();
  });
  it("asks for no day where the boundaries are today's", () => {
    expect(dayFor(three, "2023-07-01")).toBeNull();
    expect(dayFor(three, "2020-05-01")).toBe("2020-05-01");
  });
});

it("asks the same for all days with the same boundaries", () => {
  const other = [period("2021-01-01")];
  expect(momentOf(null, [three])).toBe("");
  expect(momentOf("2020-06-01", [three])).toBe("2020-01-01");
  expect(momentOf("2023-06-30", [three])).toBe("2020-01-01");
  expect(momentOf("2024-01-01", [three])).toBe("");
  expect(momentOf("2027-01-02", [three])).toBe("2027-01-01");
  expect(momentOf("1990-01-01", [three])).toBe("2020-01-01");
  expect(momentOf("2022-01-01", [three, other])).toBe("2021-01-01");
  expect(momentOf("2022-01-01", [])).toBe("2022-01-01");
});

describe("the slider", () => {
  it("gives each period its time, and none too little", () => {
    expect(atLeast([1, 1, 2], 0.1)).toEqual([0.25, 0.25, 0.5]);
    const uneven = atLeast([1, 1000, 10, 1000], 0.2);
    expect(uneven[0]).toBeCloseTo(0.2);
    expect(uneven[2]).toBeCloseTo(0.2);
    expect(uneven[1]).toBeCloseTo(0.3);
    expect(uneven.reduce((a, b) => a + b)).toBeCloseTo(1);
    expect(atLeast([5], 0.26)).toEqual([1]);
    expect(atLeast([0], 0.26)).toEqual([1]);
  });

  it.each([[three], [three.slice(0, 2)], [[period("1990-01-01"), period(today)]], [Array.from({ length: 20 }, (_, i) => period(`${2001 + i}-03-01`))]])(
    "brings every day back from its place",
    (periods) => {
      const segments = layOut(periods, today);
      expect(segments[0]?.start).toBe(0);
      expect(segments.at(-1)?.end).toBe(1);
      for (let d = segments[0]?.from ?? 0; d <= (segments.at(-1)?.until ?? 0); d++) {
        const place = placeOf(segments, toDay(d));
        expect(dayAt(segments, place)).toBe(toDay(d));
      }
    },
  );

  it("never shows the next edition before its day", () => {
    const segments = layOut(three, today);
    const end = segments[0]?.end ?? 0;
    expect(dayAt(segments, end - 1e-6)).toBe("2023-06-30");
    expect(dayAt(segments, end)).toBe("2023-07-01");
    expect(dayAt(segments, 0)).toBe("2020-01-01");
    expect(dayAt(layOut(three.slice(0, 2), today), 1)).toBe(today);
  });

  it("ends today, even where an edition begins today", () => {
    const segments = layOut([period("2020-01-01"), period(today)], today);
    expect(placeOf(segments, today)).toBe(1);
    expect(dayAt(segments, 1)).toBe(today);
    expect(dayAt(segments, 0.9)).toBe(today);
    expect(clampDay(segments, "2099-01-01")).toBe(today);
  });

  it("holds days within its ends", () => {
    const segments = layOut(three.slice(0, 2), today);
    expect(clampDay(segments, "1999-01-01")).toBe("2020-01-01");
    expect(clampDay(segments, "2099-01-01")).toBe(today);
  });
});

it("tells changes by level, the coarsest first", () => {
  const told = byLevel([
    { level: "grid", kind: "recode", count: 85 },
    { level: "community", kind: "recode", count: 3 },
    { level: "community", kind: "split", count: 12 },
    { level: "subdistrict", kind: "split", count: 3 },
  ]);
  expect(told.map(([level, list]) => `${level} ${list.map((c) => `${c.kind} ${c.count}`).join(" ")}`)).toEqual(["subdistrict split 3", "community split 12 recode 3", "grid recode 85"]);
});
