/**
 * Where the ground of a map tile lies in a pyramid of tiles that was drawn in
 * GCJ-02, as those of Amap and Tencent are. Positions are in pixels of the world
 * at one zoom, 256 × 2^zoom wide, from the north-west (Web Mercator).
 */
import gcoord from "gcoord";

import { degrees, plane } from "../mercator";

export const tileSize = 256;

/** A tile is moved in so many pieces a side: the shift differs by up to a pixel across it. */
const pieces = 8;

/** A rectangle: its north-west corner and its size. */
export type Box = [x: number, y: number, width: number, height: number];

/** A piece of a tile: where it is drawn in the tile, and which pixels of the GCJ-02 world belong there. */
export interface Piece {
  to: Box;
  from: Box;
}

/** Degrees (WGS-84 or GCJ-02 alike) to pixels of the world. */
export function project(lon: number, lat: number, zoom: number): [number, number] {
  const world = tileSize * 2 ** zoom;
  const [x, y] = plane(lon, lat);
  return [x * world, y * world];
}

function unproject(x: number, y: number, zoom: number): [number, number] {
  const world = tileSize * 2 ** zoom;
  return degrees(x / world, y / world);
}

/** How far GCJ-02 moves what is at a pixel; exactly nothing outside China. */
function shift(x: number, y: number, zoom: number): [number, number] {
  const at = unproject(x, y, zoom);
  const moved = gcoord.transform<[number, number]>([...at], gcoord.WGS84, gcoord.GCJ02);
  const [fromX, fromY] = project(at[0], at[1], zoom);
  const [toX, toY] = project(moved[0], moved[1], zoom);
  return [toX - fromX, toY - fromY];
}

/**
 * The pieces of the tile z/x/y. Each is moved and stretched to follow the shift at
 * its corners, which leaves far less than half a pixel of error. Pieces that the
 * edge of the shifted area (72.004–137.8347° E, 0.8293–55.8271° N) runs through
 * are right on average alone.
 */
export function piecesOf(z: number, x: number, y: number): Piece[] {
  const size = tileSize / pieces;
  const corner = (i: number, j: number) => shift(x * tileSize + i * size, y * tileSize + j * size, z);
  const corners = Array.from({ length: pieces + 1 }, (_, j) => Array.from({ length: pieces + 1 }, (_, i) => corner(i, j)));
  if (corners.flat(2).every((d) => d === 0)) return [{ to: [0, 0, tileSize, tileSize], from: [x * tileSize, y * tileSize, tileSize, tileSize] }];
  const of = (i: number, j: number, axis: 0 | 1) => corners[j]?.[i]?.[axis] ?? 0;
  const all: Piece[] = [];
  for (let j = 0; j < pieces; j++) {
    for (let i = 0; i < pieces; i++) {
      const west = (of(i, j, 0) + of(i, j + 1, 0)) / 2;
      const east = (of(i + 1, j, 0) + of(i + 1, j + 1, 0)) / 2;
      const north = (of(i, j, 1) + of(i + 1, j, 1)) / 2;
      const south = (of(i, j + 1, 1) + of(i + 1, j + 1, 1)) / 2;
      const to: Box = [i * size, j * size, size, size];
      all.push({ to, from: [x * tileSize + to[0] + west, y * tileSize + to[1] + north, size + east - west, size + south - north] });
    }
  }
  return all;
}

/**
 * Columns and rows of the GCJ-02 tiles that the pieces lie in: four as a rule. (A
 * tile of them is up to a pixel larger than a tile, so that now and then it
 * touches a third in a row.)
 */
export function tilesUnder(all: Piece[]): { west: number; east: number; north: number; south: number } {
  const first = (v: number) => Math.floor(v / tileSize);
  const last = (v: number) => Math.ceil(v / tileSize) - 1;
  return {
    west: first(Math.min(...all.map((p) => p.from[0]))),
    east: last(Math.max(...all.map((p) => p.from[0] + p.from[2]))),
    north: first(Math.min(...all.map((p) => p.from[1]))),
    south: last(Math.max(...all.map((p) => p.from[1] + p.from[3]))),
  };
}
