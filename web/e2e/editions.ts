/** Two editions of one district near Hohhot, and a third to come. */
import { corner, type Feature, geojson, place } from "./boundaries";
import type { Service } from "./service";

type XY = [number, number];
export type Levels = Record<"subdistrict" | "community" | "grid", Feature[]>;

const feature = (code: string, name: string, ring: XY[]): Feature => ({ type: "Feature", properties: { code, name }, geometry: { type: "Polygon", coordinates: [ring] } });

/** The outline of the columns from to to, with every corner on it, and what other places lie on its south. */
function columns(from: number, to: number, south: XY[] = []): XY[] {
  const ring: XY[] = [];
  for (let i = from; i <= to; i++) ring.push(corner(i, 0));
  for (let j = 1; j <= 3; j++) ring.push(corner(to, j));
  for (let i = to - 1; i >= from; i--) ring.push(corner(i, 3));
  for (let j = 2; j >= 0; j--) ring.push(corner(from, j));
  for (const p of south) ring.splice(1, 0, p);
  return ring;
}

const cell = (i: number, j: number): XY[] => [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1), corner(i, j)];

/**
 * 2020-01: the street 海拉尔东路 has columns 0 and 1 (三角线), the street 锡林 has
 * column 2 (光明) and column 3 (锡林); grids are cells, numbered upwards.
 */
export function first(): Levels {
  const grids = (community: string, name: string, from: number, to: number) =>
    [...Array(to - from).keys()].flatMap((k) => [0, 1, 2].map((j) => feature(`${community}${String(k * 3 + j + 1).padStart(3, "0")}`, `${name}第${k * 3 + j + 1}网格`, cell(from + k, j))));
  return {
    subdistrict: [feature("150102001", "海拉尔东路街道", columns(0, 2)), feature("150102002", "锡林路街道", columns(2, 4))],
    community: [feature("150102001001", "三角线社区", columns(0, 2)), feature("150102002001", "光明社区", columns(2, 3)), feature("150102002002", "锡林社区", columns(3, 4))],
    grid: [...grids("150102001001", "三角线", 0, 2), ...grids("150102002001", "光明", 2, 3), ...grids("150102002002", "锡林", 3, 4)],
  };
}

/**
 * 2023-07: 光明 passes to 海拉尔东路 and takes a code of that street, with its
 * grids; the first grid of 三角线 is split; the third of 锡林 goes into the second.
 */
export function second(): Levels {
  const { grid } = first();
  const cut = place(0.4, 0);
  const top = place(0.4, 1);
  const kept = grid
    .filter((g) => !["150102001001001", "150102002002002", "150102002002003"].includes(g.properties.code))
    .map((g) => (g.properties.code.startsWith("150102002001") ? { ...g, properties: { ...g.properties, code: g.properties.code.replace("150102002001", "150102001002") } } : g));
  // The neighbour above the split has its new corner too.
  const above = kept.find((g) => g.properties.code === "150102001001002");
  if (above) above.geometry = { type: "Polygon", coordinates: [[corner(0, 1), top, corner(1, 1), corner(1, 2), corner(0, 2), corner(0, 1)]] };
  return {
    subdistrict: [feature("150102001", "海拉尔东路街道", columns(0, 3, [cut])), feature("150102002", "锡林路街道", columns(3, 4))],
    community: [feature("150102001001", "三角线社区", columns(0, 2, [cut])), feature("150102001002", "光明社区", columns(2, 3)), feature("150102002002", "锡林社区", columns(3, 4))],
    grid: [
      ...kept,
      feature("150102001001001", "三角线第1网格", [corner(0, 0), cut, top, corner(0, 1), corner(0, 0)]),
      feature("150102001001007", "三角线第7网格", [cut, corner(1, 0), corner(1, 1), top, cut]),
      feature("150102002002002", "锡林第2网格", [corner(3, 1), corner(4, 1), corner(4, 2), corner(4, 3), corner(3, 3), corner(3, 2), corner(3, 1)]),
    ],
  };
}

/** A third: two grids of 三角线 bear other numbers, and half of 锡林's first becomes a new one. */
export function third(): Levels {
  const levels = second();
  const renumber: Record<string, string> = { "150102001001005": "150102001001015", "150102001001006": "150102001001016" };
  const cut = place(3.5, 0);
  const top = place(3.5, 1);
  return {
    ...levels,
    grid: [
      ...levels.grid
        .filter((g) => !["150102002002001", "150102002002002"].includes(g.properties.code))
        .map((g) => ({ ...g, properties: { ...g.properties, code: renumber[g.properties.code] ?? g.properties.code } })),
      feature("150102002002001", "锡林第1网格", [corner(3, 0), cut, top, corner(3, 1), corner(3, 0)]),
      feature("150102002002004", "锡林第4网格", [cut, corner(4, 0), corner(4, 1), top, cut]),
      feature("150102002002002", "锡林第2网格", [corner(3, 1), top, corner(4, 1), corner(4, 2), corner(4, 3), corner(3, 3), corner(3, 2), corner(3, 1)]),
    ],
  };
}

export function load(service: Service, edition: string, levels: Levels, ...more: string[]) {
  for (const [level, features] of Object.entries(levels)) {
    service.run("import", geojson(service.dir, `${edition}-${level}`, features), "--level", level, "--district", "150102", "--district-name", "新城区", "--edition", edition, "--commit", ...more);
  }
}

/** Brings both editions into force, as proposed and confirmed. */
export function loadTwo(service: Service) {
  load(service, "2020-01", first(), "--synthetic");
  service.run("edition", "activate", "2020-01", "--from", "2020-01-01");
  load(service, "2023-07", second(), "--synthetic");
  service.run("edition", "activate", "2023-07", "--from", "2023-07-01", "--lineage", "confirm");
}
