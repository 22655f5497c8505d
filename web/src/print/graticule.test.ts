import { expect, it } from "vitest";

import { graticule } from "./graticule";
import { placeOn, zoomOf } from "./scale";

const map = { width: 200, height: 130 };

it("has round degrees, far enough apart, where they lie", () => {
  const view = { lon: 111.67, lat: 40.83, zoom: zoomOf(12_500, 40.83) };
  const { meridians, parallels } = graticule(map, view, 38);
  expect(meridians.length).toBeGreaterThanOrEqual(2);
  expect(parallels.length).toBeGreaterThanOrEqual(2);
  const forty = meridians.find((m) => m.text === "111°40′00″");
  expect(forty?.at).toBeCloseTo(placeOn(map, view, 111 + 40 / 60, 40).x, 6);
  for (let i = 1; i < meridians.length; i++) expect((meridians[i]?.at ?? 0) - (meridians[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(38);
});

it("tells the hemisphere where it is not the usual one, and no more digits than it needs", () => {
  const far = graticule(map, { lon: -58, lat: -34, zoom: zoomOf(1_000_000, -34) }, 38);
  expect(far.meridians.every((m) => /^5\d°(\d\d′)?W$/.test(m.text))).toBe(true);
  expect(far.parallels.every((m) => /^3\d°(\d\d′)?S$/.test(m.text))).toBe(true);
});
