import type { District } from "../api/client";

export const partition = ["district", "subdistrict", "community", "grid"] as const;
export type Level = (typeof partition)[number] | "compound";
export const levels: Level[] = [...partition, "compound"];

/** Widths of lines in pixels, around zoom 12. */
export const widths: Record<Level, number> = { district: 2.5, subdistrict: 1.75, community: 1.25, grid: 0.75, compound: 1 };

/** From which zoom there are tiles of a level; the service draws none below. */
export const minZooms: Record<Level, number> = { district: 0, subdistrict: 4, community: 6, grid: 8, compound: 12 };

/** How many areas of each level there are. */
export type Counts = Partial<Record<Level, number>>;

export function countsOf(districts: District[]): Counts {
  const counts: Counts = {};
  for (const { level, areas } of districts.flatMap((d) => d.levels)) {
    const l = levels.find((x) => x === level);
    if (l) counts[l] = (counts[l] ?? 0) + areas;
  }
  return counts;
}

export type Bounds = [west: number, south: number, east: number, north: number];

/** The bounds of all districts; null when there is none. */
export function boundsOf(districts: District[]): Bounds | null {
  const all = districts.map((d) => d.bbox as Bounds);
  if (all.length === 0) return null;
  return all.reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]);
}

/** The zoom at which bounds fill a window of usual size. */
export function zoomFor(b: Bounds): number {
  const stretch = 1 / Math.cos((((b[1] + b[3]) / 2) * Math.PI) / 180);
  const width = Math.max(b[2] - b[0], 1e-4);
  const height = Math.max(b[3] - b[1], 1e-4) * stretch;
  return Math.min(Math.log2((360 * 1000) / 512 / width), Math.log2((360 * 720) / 512 / height), 17);
}

/**
 * How far the map may be moved: the bounds with twice their size around. Bounds
 * that span much of the world (districts on several continents, or a stray area
 * at 0,0) are not held at all: the map cannot hold what is wider than itself.
 */
export function roomAround(b: Bounds): Bounds | undefined {
  const size = Math.max(b[2] - b[0], b[3] - b[1]);
  if (size > 30) return undefined;
  return [Math.max(-180, b[0] - 2 * size), Math.max(-85, b[1] - 2 * size), Math.min(180, b[2] + 2 * size), Math.min(85, b[3] + 2 * size)];
}

/** From which zoom a level's lines and names are drawn, and until when its names. */
export interface Visibility {
  lines: number;
  names: number;
  namesUntil: number;
}

/** Pixels that an area needs, on average, for its lines and for its name. */
const room = { lines: 25, name: 90 };

/**
 * Shows each level from the zoom at which its areas are large enough on the
 * screen, for lines first and for names later; coarse names go when the finer
 * ones have come. whole is the zoom of zoomFor, at which all is 1000 pixels wide.
 */
export function visibility(counts: Counts, whole: number): Record<Level, Visibility> {
  const zoom = (level: Level, pixels: number) => whole + Math.log2((pixels * Math.sqrt(Math.max(counts[level] ?? 0, 1))) / 1000);
  const steps = {} as Record<Level, Visibility>;
  let coarser: Visibility | undefined;
  for (const level of partition) {
    steps[level] = { lines: level === "district" ? 0 : zoom(level, room.lines), names: zoom(level, room.name), namesUntil: 24 };
    if (!counts[level]) continue;
    if (coarser) {
      steps[level].lines = Math.max(steps[level].lines, coarser.lines);
      steps[level].names = Math.max(steps[level].names, coarser.names);
      coarser.namesUntil = Math.max(steps[level].names + 1.2, coarser.names + 1.2);
    }
    coarser = steps[level];
  }
  steps.compound = { lines: Math.max(13, whole + 1.5), names: 15, namesUntil: 24 };
  return steps;
}
