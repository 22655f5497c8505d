/** What is drawn on the sheet, and what its names say. */

import type { ExpressionSpecification } from "maplibre-gl";

import { type Counts, type Level, levels, minZooms, visibility, type Visibility, widths } from "../map/levels";

export interface Drawing {
  present: Level[];
  hidden: Level[];
  steps: Record<Level, Visibility>;
}

const never = 23.4; // MapLibre ends at 24, and fills fade out 0.6 behind lines

/**
 * Which levels are drawn from which zoom. Without a choice that is as on the
 * screen; levels that were chosen are drawn as soon as there are tiles of them.
 * The level of the area that is marked is there too, for its shape alone.
 */
export function drawing(chosen: Level[] | null, present: Level[], counts: Counts, whole: number, marked: Level | null): Drawing {
  if (!chosen) return { present, hidden: [], steps: visibility(counts, whole) };
  const wanted = present.filter((l) => chosen.includes(l));
  const steps = visibility(Object.fromEntries(wanted.map((l) => [l, counts[l]])), whole);
  for (const l of levels) steps[l] = { ...steps[l], lines: wanted.includes(l) ? minZooms[l] : never };
  const all = present.filter((l) => wanted.includes(l) || l === marked);
  return { present: all, hidden: all.filter((l) => !wanted.includes(l)), steps };
}

/** The levels whose lines can be seen at a zoom. */
export function seen(d: Drawing, zoom: number): Level[] {
  return d.present.filter((l) => !d.hidden.includes(l) && zoom >= Math.max(d.steps[l].lines + 0.1, minZooms[l]));
}

/** How wide a level's line is at a zoom, in CSS pixels, as the map draws it. */
export function lineWidth(level: Level, zoom: number): number {
  const part = Math.max(0, Math.min(1, (zoom - 10) / 6));
  return widths[level] * (0.8 + 0.7 * part);
}

/** What stands in an area. */
export function nameText(names: boolean, codes: boolean): ExpressionSpecification | string {
  if (names && codes) {
    return ["case", ["==", ["get", "name"], ["get", "code"]], ["get", "name"], ["format", ["get", "name"], {}, "\n", {}, ["get", "code"], { "font-scale": 0.8 }]];
  }
  return names ? ["get", "name"] : codes ? ["get", "code"] : "";
}
