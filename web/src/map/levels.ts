import type { District } from "../api/client";

export const partition = ["district", "subdistrict", "community", "grid"] as const;
export type Level = (typeof partition)[number] | "compound";
export const levels: Level[] = [...partition, "compound"];

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

/** From which zoom a level's lines and names are drawn, and until when its names. */
export interface Visibility {
  lines: number;
  names: number;
  namesUntil: number;
}

/**
 * Spreads the levels that are present over the zooms from the one that shows
 * the whole district: coarse ones at once, finer ones as there is room.
 */
export function visibility(present: Level[], whole: number): Record<Level, Visibility> {
  const steps: Record<Level, Visibility> = {
    district: { lines: 0, names: 0, namesUntil: whole - 0.8 },
    subdistrict: { lines: whole - 1.5, names: whole - 1, namesUntil: whole + 2.6 },
    community: { lines: whole - 0.2, names: whole + 1.4, namesUntil: whole + 4.2 },
    grid: { lines: whole + 1, names: whole + 3, namesUntil: 24 },
    compound: { lines: Math.max(14, whole + 2), names: 15, namesUntil: 24 },
  };
  // A level that is missing leaves its room to the next finer one.
  const finest = partition.filter((l) => present.includes(l)).at(-1);
  if (finest) {
    if (finest !== "grid") steps[finest].namesUntil = 24;
    if (finest === "grid" && !present.includes("community")) steps.grid = { lines: whole - 0.2, names: whole + 1.4, namesUntil: 24 };
  }
  return steps;
}
