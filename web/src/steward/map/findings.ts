/** Findings as GeoJSON. */
import type { Feature, FeatureCollection, Point, Polygon } from "geojson";

import type { Position } from "./edges";
import { collection, point, polygon } from "./features";
import type { MapFinding } from "./types";

/** Worse is more; what was let pass counts least. */
const ranks = { note: 1, warning: 2, error: 3 } as const;

export interface FindingData {
  /** One symbol for each finding, at its place or in the middle of its outline. */
  places: FeatureCollection<Point>;
  outlines: FeatureCollection<Polygon>;
}

export function findingData(findings: MapFinding[]): FindingData {
  const places: Feature<Point>[] = [];
  const outlines: Feature<Polygon>[] = [];
  for (const f of findings) {
    const properties = { key: f.key, severity: f.severity, title: f.title, waived: f.waived !== undefined, rank: f.waived === undefined ? ranks[f.severity] : 0 };
    const ring = closed(f.outline);
    if (ring) outlines.push(polygon(ring, properties));
    const place = f.place ?? (f.outline && centre(f.outline));
    if (place) places.push(point(place, properties));
  }
  return { places: collection(places), outlines: collection(outlines) };
}

/** The ring with its first position repeated; undefined when it encloses nothing. */
function closed(ring: Position[] | undefined): Position[] | undefined {
  const [first, last] = [ring?.[0], ring?.at(-1)];
  if (!ring || !first || !last) return undefined;
  const out = first[0] === last[0] && first[1] === last[1] ? ring : [...ring, first];
  return out.length > 3 ? out : undefined;
}

/** The middle of the box around a ring. */
function centre(ring: Position[]): Position | undefined {
  if (ring.length === 0) return undefined;
  const [lons, lats] = [ring.map((p) => p[0]), ring.map((p) => p[1])];
  return [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
}
