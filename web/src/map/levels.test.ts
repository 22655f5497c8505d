import { describe, expect, it } from "vitest";

import type { District } from "../api/client";
import { boundsOf, type Counts, countsOf, partition, roomAround, visibility, zoomFor } from "./levels";

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

it("counts the areas of all districts", () => {
  const one = { levels: [{ level: "district", areas: 1 }, { level: "grid", areas: 300 }] } as unknown as District;
  expect(countsOf([one, one])).toEqual({ district: 2, grid: 600 });
});

it("leaves room around a district and does not hold half the world", () => {
  expect(roomAround([111, 40, 112, 41])).toEqual([109, 38, 114, 43]);
  expect(roomAround([170, 80, 179, 84])).toEqual([152, 62, 180, 85]);
  expect(roomAround([0, 0, 112, 41])).toBeUndefined();
});

describe("visibility", () => {
  const sets: Counts[] = [
    { district: 1, subdistrict: 9, community: 61, grid: 330 },
    { district: 1, grid: 10_000 },
    { district: 1, subdistrict: 55, grid: 60 },
    { district: 1 },
    { district: 1, community: 4, grid: 5, compound: 600 },
  ];
  it.each(sets)("shows coarse levels before fine ones: %o", (counts) => {
    for (const whole of [4, 8, 11.5, 14]) {
      const steps = visibility(counts, whole);
      const shown = partition.filter((l) => counts[l]);
      for (const [i, level] of shown.entries()) {
        const before = shown[i - 1];
        if (before) expect(steps[level].lines).toBeGreaterThanOrEqual(steps[before].lines);
        if (before) expect(steps[level].names).toBeGreaterThanOrEqual(steps[before].names);
        expect(steps[level].names).toBeGreaterThanOrEqual(steps[level].lines);
        expect(steps[level].namesUntil).toBeGreaterThan(steps[level].names);
      }
      const finest = shown.at(-1);
      if (finest) expect(steps[finest].namesUntil).toBe(24);
    }
  });

  it("names the streets and communities of a district at first sight, its grids after two steps", () => {
    const steps = visibility({ district: 1, subdistrict: 9, community: 61, grid: 330 }, 11.5);
    expect(steps.subdistrict.names).toBeLessThan(11.5);
    expect(steps.community.names).toBeLessThan(11.5);
    expect(steps.grid.lines).toBeLessThan(11.5);
    expect(steps.grid.names).toBeGreaterThan(11.5);
    expect(steps.grid.names).toBeLessThan(13.5);
  });
});
