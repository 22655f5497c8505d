/** Degrees along the frame of a map. */

import type { View } from "../address";
import { boundsOn, placeOn } from "./scale";

/** A tick: millimetres from the left (of a meridian) or from the top (of a parallel), and what it is. */
export interface Tick {
  at: number;
  text: string;
}

const seconds = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 18_000, 36_000];
const mostTicks = 40;

/** The round meridians and parallels that cross a map of this size, at least so many millimetres apart. */
export function graticule(map: { width: number; height: number }, view: View, apart: number): { meridians: Tick[]; parallels: Tick[] } {
  const [west, south, east, north] = boundsOn(map, view);
  const along = (from: number, to: number, length: number, signs: [string, string], at: (degrees: number) => number): Tick[] => {
    const step = seconds.find((s) => (s / 3600 / (to - from)) * length >= apart) ?? 36_000;
    const first = Math.ceil((from * 3600) / step);
    const count = Math.min(mostTicks, Math.floor((to * 3600) / step) - first + 1);
    return Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * step).map((s) => ({ at: at(s / 3600), text: angle(s, step, signs) }));
  };
  return {
    meridians: along(west, east, map.width, ["", "W"], (lon) => placeOn(map, view, lon, view.lat).x),
    parallels: along(south, north, map.height, ["", "S"], (lat) => placeOn(map, view, view.lon, lat).y),
  };
}

/** 111°40′00″, as fine as the step asks for. */
function angle(total: number, step: number, [plus, minus]: [string, string]): string {
  const s = Math.abs(total);
  const two = (n: number) => String(n).padStart(2, "0");
  const degrees = `${Math.floor(s / 3600)}°`;
  const minutes = step % 3600 === 0 ? "" : `${two(Math.floor(s / 60) % 60)}′`;
  return degrees + minutes + (step % 60 === 0 ? "" : `${two(s % 60)}″`) + (total < 0 ? minus : plus);
}
