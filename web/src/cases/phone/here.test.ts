import { expect, it } from "vitest";

import { metresBetween } from "./here";

it("measures what one walks", () => {
  expect(metresBetween({ lon: 111.67, lat: 40.83 }, { lon: 111.67, lat: 40.83 })).toBe(0);
  expect(metresBetween({ lon: 111.67, lat: 40.83 }, { lon: 111.67, lat: 40.831 })).toBeCloseTo(111.2, 0);
  expect(metresBetween({ lon: 111.67, lat: 40.83 }, { lon: 111.671, lat: 40.83 })).toBeCloseTo(84.1, 0);
});
