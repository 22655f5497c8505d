import { describe, expect, it } from "vitest";

import type { District } from "../api/client";
import { boundsOf, type Level, partition, visibility, zoomFor } from "./levels";

const district = (bbox: number[]) => ({ bbox }) as unknown as District;

it("bounds all districts", () => {
  expect(boundsOf([])).toBeNull();
  expect(boundsOf([district([111, 40, 112, 41]), district([110, 40.5, 111, 42])])).toEqual([110, 40, 112, 42]);
});

it("zooms so that the bounds fill the window", () => {
  const small = zoomFor([111.6, 40.8, 111.7, 40.9]);
  expect(small).toBeGreaterThan(11);
  expect(small).toBeLessThan(14);
  expect(zoomFor([73, 18, 135, 53])).toBeLessThan(5);
});

describe("visibility", () => {
  const sets: Level[][] = [[...partition], ["district", "grid"], ["district", "subdistrict", "grid"], ["district"], ["district", "community", "grid", "compound"]];
  it.each(sets)("shows coarse levels before fine ones: %s", (...present) => {
    for (const whole of [4, 8, 11.5, 14]) {
      const steps = visibility(present, whole);
      const shown = partition.filter((l) => present.includes(l));
      for (const [i, level] of shown.entries()) {
        const before = shown[i - 1];
        if (before) expect(steps[level].lines).toBeGreaterThanOrEqual(steps[before].lines);
        expect(steps[level].names).toBeGreaterThanOrEqual(steps[level].lines - 1);
        expect(steps[level].namesUntil).toBeGreaterThan(steps[level].names - 1);
      }
      const finest = shown.at(-1);
      if (finest && finest !== "district") expect(steps[finest].namesUntil).toBe(24);
    }
  });
});
