import { expect, it } from "vitest";

import { clock, day, distance, ground } from "./format";

const plain = (s: string) => s.replace(/\s/g, " ");

it("writes metres below a kilometre, kilometres beyond", () => {
  expect(plain(distance(8.23, "zh"))).toBe("8.2 米");
  expect(plain(distance(154.6, "zh"))).toBe("155 米");
  expect(plain(distance(1234, "zh"))).toBe("1.2 公里");
  expect(plain(distance(23456, "en"))).toBe("23 km");
});

it("writes areas as m², hectares or km²", () => {
  expect(plain(ground(9876.4, "zh"))).toBe("9,876 m²");
  expect(plain(ground(123456, "zh"))).toBe("12.3 公顷");
  expect(plain(ground(1234567, "zh"))).toBe("1.23 km²");
  expect(plain(ground(123456, "en"))).toBe("12.3 ha");
});

it("writes days as people say them", () => {
  expect(day("2026-11-23", "zh")).toBe("2026年11月23日");
  expect(day("nonsense", "zh")).toBe("nonsense");
  expect(clock("2026-11-23T06:05:00Z", "zh")).toContain("11月23日");
});
