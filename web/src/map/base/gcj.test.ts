import gcoord from "gcoord";
import { describe, expect, it } from "vitest";

import { piecesOf, project, tileSize, tilesUnder } from "./gcj";

/** Numbers from 0 to 1, the same in every run. */
function dice(seed: number) {
  let s = seed;
  return () => (s = (s * 48271) % 2147483647) / 2147483647;
}

/** By how many pixels a place is drawn beside where it lies. */
function residual(lon: number, lat: number, z: number): number {
  const [px, py] = project(lon, lat, z);
  const [x, y] = [Math.floor(px / tileSize), Math.floor(py / tileSize)];
  const [u, v] = [px - x * tileSize, py - y * tileSize];
  const piece = piecesOf(z, x, y).find(({ to }) => u >= to[0] && u <= to[0] + to[2] && v >= to[1] && v <= to[1] + to[3]);
  if (!piece) throw new Error("a pixel without a piece");
  const { to, from } = piece;
  const drawn = [from[0] + ((u - to[0]) / to[2]) * from[2], from[1] + ((v - to[1]) / to[3]) * from[3]] as const;
  const [gx, gy] = gcoord.transform<[number, number]>([lon, lat], gcoord.WGS84, gcoord.GCJ02);
  const lies = project(gx, gy, z);
  return Math.hypot(drawn[0] - lies[0], drawn[1] - lies[1]);
}

const cities: Record<string, [number, number]> = { Hohhot: [111.67, 40.83], Beijing: [116.39, 39.91], Ürümqi: [87.62, 43.82], Sanya: [109.5, 18.25], Mohe: [122.5, 53.0] };

describe.each(Object.entries(cities))("%s", (_, [lon, lat]) => {
  it("lies right at every zoom", () => {
    const roll = dice(7);
    for (let z = 3; z <= 18; z++) {
      for (let n = 0; n < 25; n++) expect(residual(lon + (roll() - 0.5) * 0.4, lat + (roll() - 0.5) * 0.4, z), `zoom ${z}`).toBeLessThan(0.3);
    }
  });

  it("is far off without the shift", () => {
    const [gx, gy] = gcoord.transform<[number, number]>([lon, lat], gcoord.WGS84, gcoord.GCJ02);
    const [a, b] = [project(lon, lat, 17), project(gx, gy, 17)];
    expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeGreaterThan(100);
  });
});

it.each([
  ["Zürich", 8.5, 47.4],
  ["Tokyo", 139.7, 35.7],
  ["the equator", 100, 0.2],
])("moves nothing in %s", (_, lon, lat) => {
  for (let z = 9; z <= 18; z++) { // a tile of lower zooms may reach into China
    const [px, py] = project(lon, lat, z);
    const [x, y] = [Math.floor(px / tileSize), Math.floor(py / tileSize)];
    expect(piecesOf(z, x, y)).toEqual([{ to: [0, 0, tileSize, tileSize], from: [x * tileSize, y * tileSize, tileSize, tileSize] }]);
    expect(tilesUnder(piecesOf(z, x, y))).toEqual({ west: x, east: x, north: y, south: y });
    expect(residual(lon, lat, z)).toBeLessThan(1e-6);
  }
});

it("covers the tile once, and joins its neighbours", () => {
  const [z, x, y] = [15, 26548, 12313];
  const all = piecesOf(z, x, y);
  expect(all.reduce((sum, p) => sum + p.to[2] * p.to[3], 0)).toBe(tileSize * tileSize);
  const next = piecesOf(z, x + 1, y);
  const east = all.filter((p) => p.to[0] + p.to[2] === tileSize);
  const west = next.filter((p) => p.to[0] === 0);
  east.forEach((p, i) => expect(p.from[0] + p.from[2]).toBeCloseTo(west[i]?.from[0] ?? NaN, 6));
});

it("needs four tiles as a rule", () => {
  const roll = dice(11);
  let most = 0;
  let usual = 0;
  for (let n = 0; n < 300; n++) {
    const [px, py] = project(111.4 + roll() * 0.5, 40.6 + roll() * 0.5, 16);
    const t = tilesUnder(piecesOf(16, Math.floor(px / tileSize), Math.floor(py / tileSize)));
    const count = (t.east - t.west + 1) * (t.south - t.north + 1);
    most = Math.max(most, count);
    if (count <= 4) usual++;
  }
  expect(most).toBeLessThanOrEqual(9);
  expect(usual).toBeGreaterThan(285);
});
