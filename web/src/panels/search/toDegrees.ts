import { api, ask } from "../../api/client";
import type { Position } from "../../position";
import type { Metres } from "../../reading";

/** Asks the service which degrees the metres of a zone are. Throws a Refusal. */
export async function toDegrees(m: Metres): Promise<Position> {
  const found = await ask(api.GET("/api/v1/coordinates", { params: { query: { x: m.x, y: m.y, crs: `EPSG:${m.epsg}` } } }));
  return { ...found.wgs84, crs: "wgs84" };
}
