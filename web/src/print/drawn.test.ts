import { expect, it } from "vitest";

import type { Level } from "../map/levels";
import { drawing, seen } from "./drawn";

const present: Level[] = ["district", "subdistrict", "community", "grid"];
const counts = { district: 1, subdistrict: 10, community: 90, grid: 900 };

it("draws what the screen would, and what was chosen at any scale", () => {
  expect(seen(drawing(null, present, counts, 11, null), 10)).toEqual(["district", "subdistrict", "community"]);
  expect(seen(drawing(["district", "grid"], present, counts, 11, null), 11)).toEqual(["district", "grid"]);
  expect(seen(drawing([], present, counts, 11, null), 11)).toEqual([]);
});

it("keeps the level of the marked area for its shape, without lines and fills", () => {
  const d = drawing(["grid"], present, counts, 11, "subdistrict");
  expect(d.present).toEqual(["subdistrict", "grid"]);
  expect(d.hidden).toEqual(["subdistrict"]);
  expect(d.steps.subdistrict.lines + 0.6).toBeLessThanOrEqual(24);
});
