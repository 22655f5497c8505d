/** What the map, the cards and the sheet ask about a place and an area: the same questions, so that one answer serves all. */
import type { AreaKey } from "./address";
import { api, type Area, ask } from "./api/client";
import { atOf } from "./moment";
import { formatPosition, type Position } from "./position";

/** What an answer depends on besides the question. */
interface Then {
  /** The boundaries of a moment; "" those in force, null not known yet. */
  moment: string | null;
  /** Changes with the boundaries in force. */
  snapshot: string;
  lang: string;
}

/** Whose a place is. */
export function locateQuery(p: Position, { moment, snapshot, lang }: Then) {
  return {
    queryKey: ["locate", formatPosition(p), p.crs, moment, snapshot, lang],
    queryFn: () => ask(api.GET("/api/v1/locate", { params: { query: { lon: p.lon, lat: p.lat, crs: p.crs, ...atOf(moment ?? "") } } })),
    retry: false,
  };
}

/** One area. */
export function areaQuery(key: AreaKey, { moment, snapshot, lang }: Then) {
  return {
    queryKey: ["area", key.district, key.level, key.code, moment, snapshot, lang],
    queryFn: () =>
      ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}", { params: { path: { ...key, level: key.level as Area["level"] }, query: atOf(moment ?? "") } })),
    retry: false,
  };
}

/** Where the shape is of an area that has ended; null for one that has not. */
export function ghostOf(area: Area | undefined): string | null {
  if (area?.note?.kind !== "ended") return null;
  return `${location.origin}/api/v1/districts/${encodeURIComponent(area.district)}/areas/${area.level}/${encodeURIComponent(area.code)}/geometry?at=${area.valid_from}`;
}

/** Nowhere, and no area, for questions that are not asked yet. */
export const nowhere: Position = { lon: NaN, lat: NaN, crs: "wgs84" };
export const nothing: AreaKey = { district: "", level: "", code: "" };
