import { describe, expect, it } from "vitest";

import { decodeRing, encodeRing, type Place, placeAt } from "./shape";

describe("a ring in the address", () => {
  const ring: Place[] = [
    [111.6712, 40.8301],
    [111.689999, 40.8301],
    [-0.000001, -89.5],
    [179.999999, 90],
  ];
  it("comes back as it was", () => {
    expect(decodeRing(encodeRing(ring) ?? "")).toEqual(ring);
  });
  it("is short: about eight letters a vertex within a town", () => {
    const town = Array.from({ length: 100 }, (_, i): Place => placeAt({ lng: 111.6 + 0.02 * Math.cos(i / 16), lat: 40.8 + 0.02 * Math.sin(i / 16) }));
    expect(encodeRing(town)?.length).toBeLessThan(900);
    expect(decodeRing(encodeRing(town) ?? "")).toEqual(town);
  });
  it("is left out when it grows too long", () => {
    expect(encodeRing(Array.from({ length: 900 }, (_, i): Place => [i / 10, i / 20]))).toBeNull();
  });
  it.each(["", "A", "AAAA", "!!!!!!", "_", "______", "g".repeat(40), "A".repeat(2000), "zzzzzzzz9zzzzzzzz9zzzzzzzz9zzzzzzzz9zzzzzzzz9zzzzzzzz9"])("is not %s", (text) => {
    expect(decodeRing(text)).toBeNull();
  });
});
