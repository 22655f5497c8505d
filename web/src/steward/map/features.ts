/** Small makers of GeoJSON. */
import type { Feature, FeatureCollection, GeoJsonProperties, Geometry, LineString, Point, Polygon } from "geojson";

import type { Position } from "./edges";

export const nothing: FeatureCollection = { type: "FeatureCollection", features: [] };

export function collection<G extends Geometry>(features: Feature<G>[]): FeatureCollection<G> {
  return { type: "FeatureCollection", features };
}

export function point(p: Position, properties: GeoJsonProperties = {}, id?: number): Feature<Point> {
  return { type: "Feature", ...(id === undefined ? {} : { id }), properties, geometry: { type: "Point", coordinates: p } };
}

export function line(points: Position[], properties: GeoJsonProperties = {}, id?: number): Feature<LineString> {
  return { type: "Feature", ...(id === undefined ? {} : { id }), properties, geometry: { type: "LineString", coordinates: points } };
}

export function polygon(ring: Position[], properties: GeoJsonProperties = {}): Feature<Polygon> {
  return { type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } };
}
