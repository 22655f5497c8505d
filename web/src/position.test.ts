import { describe, expect, it } from "vitest";

import { formatPosition, parseCRS, parsePosition } from "./position";

describe("parsePosition", () => {
  it.each([
    ["111.6712,40.8301", 111.6712, 40.8301],
    ["  111.6712 ， 40.8301 ", 111.6712, 40.8301],
    ["１１１．６７１２，４０．８３０１", 111.6712, 40.8301],
    ["111.6712 40.8301", 111.6712, 40.8301],
    ["111.6712;40.8301", 111.6712, 40.8301],
    ["-2.58,+51.46", -2.58, 51.46],
    [".5,1e1", 0.5, 10],
  ])("reads %s", (text, lon, lat) => expect(parsePosition(text)).toEqual({ lon, lat }));

  it.each(["150102002003", "", "1,2,3", "0x10,1", "NaN,1", "Infinity,1", "a,b", "1.2.3,4"])("leaves %s to the search for codes", (text) =>
    expect(parsePosition(text)).toBeNull(),
  );
});

describe("formatPosition", () => {
  it("keeps a lattice step and no more", () => {
    expect(formatPosition({ lon: 111.67120004, lat: 40.8301 })).toBe("111.6712,40.8301");
    expect(formatPosition({ lon: 0.00000016, lat: -90 })).toBe("2e-7,-90");
  });
  it("comes back as it went", () => {
    for (const p of [{ lon: 111.1234567, lat: 40.7654321 }, { lon: 0.0000002, lat: -0.0000001 }]) {
      expect(parsePosition(formatPosition(p))).toEqual(p);
    }
  });
});

it("takes an unknown system as WGS-84", () => {
  expect(parseCRS("bd09")).toBe("bd09");
  expect(parseCRS("mars")).toBe("wgs84");
  expect(parseCRS(null)).toBe("wgs84");
});
