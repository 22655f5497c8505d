import type { FeatureCollection, Point } from "geojson";

import type { Urgency } from "../../cases/clock";

/** A case as the map shows it. */
export interface MapCase {
  id: string;
  lon: number;
  lat: number;
  urgency: Urgency;
}

/** The worse, the higher: a cluster shows the worst that lies in it. */
export const rank: Record<Urgency, number> = { overdue: 4, due_soon: 3, normal: 2, none: 2, paused: 1, done: 0 };

/** Cases as points; the map knows them by number, for ids of features are numbers. */
export function featuresOf(cases: MapCase[]): FeatureCollection<Point> {
  return {
    type: "FeatureCollection",
    features: cases.map((c) => ({
      type: "Feature",
      properties: { id: c.id, urgency: c.urgency === "none" ? "normal" : c.urgency, rank: rank[c.urgency] },
      geometry: { type: "Point", coordinates: [c.lon, c.lat] },
    })),
  };
}

/** The urgency of a rank. */
export const urgencyOfRank = ["done", "paused", "normal", "due_soon", "overdue"] as const;
