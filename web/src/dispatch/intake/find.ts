/** From a text that somebody typed or pasted to places on the map. */

import { api, ask, type SearchResult } from "../../api/client";
import { toDegrees } from "../../panels/search/toDegrees";
import { longestText } from "../../panels/search/useFound";
import { type CRS, type Position } from "../../position";
import { readPosition } from "../../reading";
import { positionIn } from "./read";

/** A place that a text may mean. */
export interface Found {
  key: string;
  name: string;
  below: string;
  at: Position;
}

/**
 * What a text may mean: the position that it is, or that stands somewhere in it,
 * or else the areas that are called so. Throws a Refusal.
 */
export async function findPlaces(text: string, crs: CRS): Promise<{ places: Found[]; exact: boolean }> {
  const typed = text.trim();
  const read = readPosition(typed) ?? positionIn(typed);
  if (read) {
    const at = read.kind === "metres" ? await toDegrees(read) : { lon: read.lon, lat: read.lat, crs: read.crs ?? crs };
    return { places: [{ key: "position", name: "", below: "", at }], exact: true };
  }
  const { results } = await ask(api.GET("/api/v1/search", { params: { query: { q: typed.slice(0, longestText), limit: 6 } } }));
  return { places: results.map(placeOf), exact: false };
}

function placeOf(r: SearchResult): Found {
  const [lon = 0, lat = 0] = r.label;
  return { key: `${r.district}/${r.level}/${r.code}`, name: r.name || r.code, below: r.chain, at: { lon, lat, crs: "cgcs2000" } };
}
