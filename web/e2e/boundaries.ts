/** Synthetic boundaries near Hohhot, right and spoilt, as files that people bring. */
import { execFileSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import gcoord from "gcoord";

type XY = [number, number];

export interface Feature {
  type: "Feature";
  properties: { code: string; name: string };
  geometry: { type: "Polygon"; coordinates: XY[][] };
}

const west = 111.6402713;
const south = 40.8201937;
const dx = 0.0060137; // no round numbers: those look like coordinates that were cut off
const dy = 0.0050213;
const columns = 4;
const rows = 3;

const lattice = (v: number) => Math.round(v * 1e7) / 1e7;

/** The corner of the checkerboard in column i and row j. */
export const corner = (i: number, j: number): XY => [lattice(west + i * dx), lattice(south + j * dy)];

/** A place in the checkerboard, in columns and rows. */
export const place = (i: number, j: number): XY => [lattice(west + i * dx), lattice(south + j * dy)];

export const centre = (i: number, j: number): XY => place(i + 0.5, j + 0.5);

/** The outline of the columns from to to, with every corner on it. */
function outline(from: number, to: number): XY[] {
  const ring: XY[] = [];
  for (let i = from; i <= to; i++) ring.push(corner(i, 0));
  for (let j = 1; j <= rows; j++) ring.push(corner(to, j));
  for (let i = to - 1; i >= from; i--) ring.push(corner(i, rows));
  for (let j = rows - 1; j >= 0; j--) ring.push(corner(from, j));
  return ring;
}

const feature = (code: string, name: string, ring: XY[]): Feature => ({ type: "Feature", properties: { code, name }, geometry: { type: "Polygon", coordinates: [ring] } });

/**
 * One street of two communities of 2 × 3 grids each:
 *
 *   3 6 | 3 6
 *   2 5 | 2 5
 *   1 4 | 1 4
 */
export function partition() {
  const grids: Feature[] = [];
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) {
      const n = (i % 2) * rows + j + 1;
      const community = i < 2 ? "150102001001" : "150102001002";
      const ring = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1), corner(i, j)];
      grids.push(feature(`${community}${String(n).padStart(3, "0")}`, `${i < 2 ? "三角线" : "锡林"}第${n}网格`, ring));
    }
  }
  return {
    subdistrict: [feature("150102001", "海拉尔东路街道", outline(0, columns))],
    community: [feature("150102001001", "三角线社区", outline(0, 2)), feature("150102001002", "锡林社区", outline(2, 4))],
    grid: grids,
  };
}

/** The same grids with a sliver of up to 70 cm between two of them, two that overlap by a hundred metres, and one that was given a new name. */
export function spoilt(): Feature[] {
  const { grid } = partition();
  const ring = (code: string) => grid.find((f) => f.properties.code === code)?.geometry.coordinates[0] ?? [];
  const [x, y] = corner(1, 1);
  ring("150102001001001")[2] = [lattice(x - 0.000008), y];
  const wide = ring("150102001002002");
  for (const k of [1, 2]) wide[k] = [lattice((wide[k]?.[0] ?? 0) + 0.0012), wide[k]?.[1] ?? 0];
  const renamed = grid.find((f) => f.properties.code === "150102001002006");
  if (renamed) renamed.properties.name = "锡林东网格";
  return grid;
}

/** The features with the coordinates that Amap shows. */
export function asGCJ02(features: Feature[]): Feature[] {
  return features.map((f) => ({
    ...f,
    geometry: { ...f.geometry, coordinates: f.geometry.coordinates.map((r) => r.map((p) => gcoord.transform<XY>(p, gcoord.WGS84, gcoord.GCJ02))) },
  }));
}

export function geojson(dir: string, name: string, features: Feature[]): string {
  const path = join(dir, `${name}.geojson`);
  writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features }));
  return path;
}

/** A Shapefile in its parts: .shp, .shx, .dbf, .prj and .cpg. */
export function shapefileParts(dir: string, name: string, features: Feature[]): string[] {
  execFileSync("ogr2ogr", ["-f", "ESRI Shapefile", "-lco", "ENCODING=GBK", join(dir, `${name}.shp`), geojson(dir, `${name}-source`, features)]);
  return ["shp", "shx", "dbf", "prj", "cpg"].map((ending) => join(dir, `${name}.${ending}`));
}

/** A zipped Shapefile with its attributes in GBK and a .prj that says WGS-84, written by GDAL. */
export function shapefile(dir: string, name: string, features: Feature[]): string {
  const zip = join(dir, `${name}.shp.zip`);
  execFileSync("ogr2ogr", ["-f", "ESRI Shapefile", "-lco", "ENCODING=GBK", "-nln", name, zip, geojson(dir, `${name}-source`, features)]);
  const path = join(dir, `${name}.zip`);
  renameSync(zip, path);
  return path;
}
