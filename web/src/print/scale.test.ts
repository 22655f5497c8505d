import { describe, expect, it } from "vitest";

import { layoutOf, sizes, turns } from "./paper";
import { barOf, boundsOn, groundPerPlane, mmPerPixel, pixelRatio, placeOn, roundScales, roundUp, scaleOf, scaleText, viewOf, zoomOf } from "./scale";

/** Metres of one degree at a latitude, by the series of the ellipsoid: an oracle apart from the code. */
function degree(lat: number) {
  const f = (lat * Math.PI) / 180;
  return {
    eastWest: 111_412.84 * Math.cos(f) - 93.5 * Math.cos(3 * f) + 0.118 * Math.cos(5 * f),
    northSouth: 111_132.954 - 559.822 * Math.cos(2 * f) + 1.175 * Math.cos(4 * f),
  };
}

describe("paper and ground", () => {
  it.each([0, 22.5, 40.83, -33, 53])("a millimetre at %d° is as many metres as the scale says, in every direction", (lat) => {
    const view = { lon: 111.67, lat, zoom: zoomOf(12_500, lat) };
    const map = { width: 200, height: 150 };
    const [a, b] = [placeOn(map, view, 111.665, lat), placeOn(map, view, 111.675, lat)];
    const [c, d] = [placeOn(map, view, 111.67, lat - 0.005), placeOn(map, view, 111.67, lat + 0.005)];
    const metres = degree(lat);
    expect((((b.x - a.x) / 1000) * 12_500) / (metres.eastWest * 0.01)).toBeCloseTo(1, 2);
    expect(Math.abs((((b.x - a.x) / 1000) * 12_500) / (metres.eastWest * 0.01) - 1)).toBeLessThan(0.0035);
    expect(Math.abs((((c.y - d.y) / 1000) * 12_500) / (metres.northSouth * 0.01) - 1)).toBeLessThan(0.0035);
  });

  it("zoom and scale go forth and back", () => {
    for (const scale of roundScales) expect(scaleOf(zoomOf(scale, 40.8), 40.8)).toBeCloseTo(scale, 4);
    expect(groundPerPlane(0)).toBeCloseTo(1, 2);
    expect(scaleOf(0, 0) / 1e6).toBeCloseTo(295.83 * Math.sqrt(1 - 0.00669438), 1); // 1 : 295 829 355 at zoom 0 with tiles of 512 and 0.26458 mm
  });

  it.each([
    [12_500, 12_500],
    [12_501, 12_500],
    [12_700, 15_000],
    [310, 500],
    [9e9, 5_000_000],
  ])("1 : %d is rounded up to 1 : %d", (scale, round) => expect(roundUp(scale)).toBe(round));

  it.each([
    [12_500, "1 : 12\u2009500"],
    [500, "1 : 500"],
    [13_268.4, "1 : 13\u2009300"],
    [1_000_000.0000001, "1 : 1\u2009000\u2009000"],
  ])("%d is written %s", (scale, text) => expect(scaleText(scale)).toBe(text));
});

it.each(roundScales)("the bar of 1 : %d is a round length and fits", (scale) => {
  const bar = barOf(scale, 42);
  expect(bar.mm).toBeLessThanOrEqual(42);
  expect(bar.mm).toBeGreaterThan(42 / 2.6);
  expect((bar.mm * scale) / 1000).toBeCloseTo(bar.metres, 6);
  expect([1, 2, 5]).toContain(bar.metres / 10 ** Math.floor(Math.log10(bar.metres)));
});

it("is sharp on A4, and never larger than a canvas can be", () => {
  for (const size of sizes) {
    for (const turn of turns) {
      const { map } = layoutOf(size, turn);
      const ratio = pixelRatio(map.width, map.height);
      expect(ratio * 96).toBeGreaterThanOrEqual(200);
      expect((Math.max(map.width, map.height) / mmPerPixel) * ratio).toBeLessThanOrEqual(8192);
    }
  }
  expect((3000 / mmPerPixel) * pixelRatio(3000, 10)).toBeCloseTo(8192, 6);
});

it("holds bounds on the map, and knows what it shows", () => {
  const map = { width: 200, height: 130 };
  const bounds: [number, number, number, number] = [111.6, 40.78, 111.75, 40.9];
  const view = viewOf(bounds, map);
  const [w, s, e, n] = boundsOn(map, view);
  expect(w < bounds[0] && s < bounds[1] && e > bounds[2] && n > bounds[3]).toBe(true);
  expect(placeOn(map, view, e, n).x).toBeCloseTo(200, 6);
  expect(placeOn(map, view, e, n).y).toBeCloseTo(0, 6);
});
