/** Millimetres of paper and metres of ground. A CSS pixel is 1/96 inch of paper. */

import type { View } from "../address";
import type { Bounds } from "../map/levels";
import { degrees, plane } from "../map/mercator";

export const mmPerPixel = 25.4 / 96;

const equator = 6378137; // metres, CGCS2000 and WGS-84 alike
const flat = 0.0066943800229; // first eccentricity squared, CGCS2000
const world = 512; // pixels around the world at zoom 0

/**
 * Ground metres in one metre of the Web Mercator plane at a latitude: the mean
 * of east-west and north-south on the ellipsoid, which differ by 0.4 % at 40°.
 * So what is measured on the sheet is true to 0.35 % in every direction.
 */
export function groundPerPlane(lat: number): number {
  const phi = (lat * Math.PI) / 180;
  return (Math.cos(phi) * Math.sqrt(1 - flat)) / (1 - flat * Math.sin(phi) ** 2);
}

/** N of the scale 1 : N on paper, where a map has a zoom at a latitude. */
export function scaleOf(zoom: number, lat: number): number {
  const metresPerPixel = ((2 * Math.PI * equator) / (world * 2 ** zoom)) * groundPerPlane(lat);
  return (metresPerPixel * 1000) / mmPerPixel;
}

/** The zoom at which a map has a scale at a latitude. */
export function zoomOf(scale: number, lat: number): number {
  return Math.log2(scaleOf(0, lat) / scale);
}

/** Scales that people read well; the finest first. */
export const roundScales = [
  500, 1000, 2000, 2500, 5000, 7500, 10_000, 12_500, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 75_000, 100_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000, 750_000,
  1_000_000, 1_500_000, 2_000_000, 3_000_000, 5_000_000,
];

/** The finest round scale that shows as much as a scale does. */
export function roundUp(scale: number): number {
  return roundScales.find((s) => s >= scale * 0.999) ?? 5_000_000;
}

/** How a scale is written: 1 : 12 500, and to three digits where it is not a round one. */
export function scaleText(scale: number): string {
  const whole = Math.round(scale);
  const digits = 10 ** Math.max(0, String(whole).length - 3);
  const n = Math.abs(scale - whole) < scale * 1e-6 ? whole : Math.round(scale / digits) * digits;
  return `1 : ${String(n).replace(/\B(?=(\d{3})+$)/g, "\u2009")}`;
}

/** A scale bar: a round length of ground that takes at most so many millimetres of paper, in two or more equal parts. */
export function barOf(scale: number, most: number): { metres: number; mm: number; parts: number } {
  const longest = (most * scale) / 1000;
  const power = 10 ** Math.floor(Math.log10(longest));
  const [digit, parts] = longest >= 5 * power ? [5, 5] : longest >= 2 * power ? [2, 4] : [1, 4];
  return { metres: digit * power, mm: (digit * power * 1000) / scale, parts };
}

const dots = 240; // per inch: letters are sharp, and computers without a graphics card keep up
const sideAtMost = 8192; // what browsers let a canvas be
const pixelsAtMost = 16e6; // what an office computer draws in a moment

/** How many device pixels are drawn for a CSS pixel of a map of this size: sharp on paper, within what a canvas can be. */
export function pixelRatio(width: number, height: number): number {
  const [w, h] = [width / mmPerPixel, height / mmPerPixel];
  return Math.min(dots / 96, sideAtMost / Math.max(w, h), Math.sqrt(pixelsAtMost / (w * h)));
}

interface Extent {
  width: number;
  height: number;
}

/** Where a place lies on a map of this size in millimetres, from its upper left corner. */
export function placeOn(map: Extent, view: View, lon: number, lat: number): { x: number; y: number } {
  const mm = world * 2 ** view.zoom * mmPerPixel;
  const [x, y] = plane(lon, lat);
  const [cx, cy] = plane(view.lon, view.lat);
  return { x: map.width / 2 + (x - cx) * mm, y: map.height / 2 + (y - cy) * mm };
}

/** What a map of this size shows. */
export function boundsOn(map: Extent, view: View): Bounds {
  const mm = world * 2 ** view.zoom * mmPerPixel;
  const [cx, cy] = plane(view.lon, view.lat);
  const [dx, dy] = [map.width / 2 / mm, map.height / 2 / mm];
  return [...degrees(cx - dx, cy + dy), ...degrees(cx + dx, cy - dy)];
}

/** The view that holds bounds on a map of this size, with a margin. */
export function viewOf([w, s, e, n]: Bounds, map: Extent): View {
  const [x1, y1] = plane(w, n);
  const [x2, y2] = plane(e, s);
  const room = 0.94 / mmPerPixel / world;
  const zoom = Math.min(Math.log2((map.width * room) / Math.max(x2 - x1, 1e-9)), Math.log2((map.height * room) / Math.max(y2 - y1, 1e-9)), 19);
  return { lon: (w + e) / 2, lat: degrees(0, (y1 + y2) / 2)[1], zoom };
}
