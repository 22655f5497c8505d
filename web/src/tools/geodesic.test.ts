import { describe, expect, it } from "vitest";

import { measured } from "../format";

import { lengthBetween, lengthOf, ringOf } from "./geodesic";

describe("metres on the ellipsoid", () => {
  // A minute of arc along the meridian at 40° north, and along the parallel, from
  // the radii of curvature M = 6361815.83 m and N = 6386976.17 m there.
  it("are those of the radii of curvature", () => {
    expect(lengthBetween([111, 40 - 1 / 120], [111, 40 + 1 / 120])).toBeCloseTo((6361815.83 * Math.PI) / 10800, 2);
    expect(lengthBetween([111 - 1 / 120, 40], [111 + 1 / 120, 40])).toBeCloseTo((6386976.17 * Math.cos((40 * Math.PI) / 180) * Math.PI) / 10800, 2);
  });
  it("add up along a line", () => {
    expect(lengthOf([])).toBe(0);
    expect(lengthOf([[111, 40]])).toBe(0);
    expect(lengthOf([[111, 40], [111.01, 40], [111, 40]])).toBeCloseTo(2 * lengthBetween([111, 40], [111.01, 40]), 6);
  });
  it("make ground, whichever way the ring turns", () => {
    const ring: [number, number][] = [[111, 40], [111.01, 40], [111.01, 40.01], [111, 40.01]];
    const { perimeter, ground } = ringOf(ring);
    expect(perimeter).toBeCloseTo(lengthOf([...ring, [111, 40]]), 3);
    // Width times height at the middle of the parallels.
    expect(ground / (lengthBetween([111, 40.005], [111.01, 40.005]) * lengthBetween([111, 40], [111, 40.01]))).toBeCloseTo(1, 5);
    expect(ringOf([...ring].reverse()).ground).toBeCloseTo(ground, 3);
  });
});

describe("how a length is written", () => {
  it.each([
    [0.04, "0 米"],
    [12.34, "12.3 米"],
    [999.94, "999.9 米"],
    [999.96, "1 公里"],
    [1234.5, "1.235 公里"],
    [123456, "123.456 公里"],
  ])("%f", (value, text) => {
    expect(measured(value, "zh").replace("\u2009", " ")).toBe(text);
  });
  it("in English", () => {
    expect(measured(1234.5, "en").replace("\u2009", " ")).toBe("1.235 km");
  });
});
