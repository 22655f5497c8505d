import type { Map as MaplibreMap, PointLike } from "maplibre-gl";

import type { Level } from "../../map/levels";
import type { Picked } from "./types";

/** The area of a level of the draft that is drawn at a point of the screen. */
export function pickAt(map: MaplibreMap, level: Level, point: PointLike): Picked | null {
  const layer = `draft-${level}-pick`;
  if (!map.getLayer(layer)) return null;
  const found = map.queryRenderedFeatures(point, { layers: [layer] })[0];
  return found ? { code: String(found.properties.code), name: String(found.properties.name) } : null;
}
