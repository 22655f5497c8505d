/** The address bar holds the view, so that a link reopens it. */

import { type IncidentView, readIncidents, writeIncidents } from "./map/incidents";
import { type Look, readLook, writeLook } from "./map/look";
import { formatPosition, parseCRS, parsePosition, type Position } from "./position";
import { isDay } from "./time";

/** An area by its full name. */
export interface AreaKey {
  district: string;
  level: string;
  code: string;
}

export interface View {
  lon: number;
  lat: number;
  zoom: number;
}

export interface Address {
  point: Position | null;
  area: AreaKey | null;
  view: View | null;
  /** The day whose boundaries are shown; null is today. */
  at: string | null;
  /** Borders that are drawn otherwise than usual. */
  look: Look;
  /** The base map, by its id; null is none. */
  base: string | null;
  /** The polygon drawn on the map, as tools/shape.ts writes it. */
  drawn: string | null;
  /** How cases are shown; null is not at all. */
  incidents: IncidentView | null;
  /** The case that is selected, by its id. */
  incident: string | null;
}

export function readAddress(search: string): Address {
  const q = new URLSearchParams(search);
  const p = parsePosition(q.get("p") ?? "");
  const [district, level, code] = areaParts(search);
  const [zoom, lat, lon] = (q.get("v") ?? "").split("/").map((n) => (n === "" ? NaN : Number(n)));
  const at = q.get("at") ?? "";
  const finite = (n: number | undefined): n is number => n !== undefined && Number.isFinite(n);
  return {
    point: p && { ...p, crs: parseCRS(q.get("crs")) },
    area: district && level && code ? { district, level, code } : null,
    view: finite(zoom) && finite(lat) && finite(lon) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : null,
    at: isDay(at) ? at : null,
    look: readLook(q.get("l") ?? ""),
    base: /^[\w-]{1,40}$/.exec(q.get("b") ?? "")?.[0] ?? null,
    drawn: /^[\w-]{1,1500}$/.exec(q.get("d") ?? "")?.[0] ?? null,
    incidents: readIncidents(q.get("i") ?? ""),
    incident: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.exec(q.get("c") ?? "")?.[0] ?? null,
  };
}

/** The parts of a=district/level/code; a code may hold a slash, so they are split before they are decoded. */
function areaParts(search: string): string[] {
  const [, raw = ""] = /[?&]a=([^&]*)/.exec(search) ?? [];
  try {
    return raw.split("/").map(decodeURIComponent);
  } catch {
    return []; // a broken escape
  }
}

export function writeAddress(a: Address): string {
  const q: string[] = [];
  if (a.point) q.push(`p=${formatPosition(a.point)}`);
  if (a.point && a.point.crs !== "wgs84") q.push(`crs=${a.point.crs}`);
  if (a.area) q.push(`a=${[a.area.district, a.area.level, a.area.code].map(encodeURIComponent).join("/")}`);
  if (a.at) q.push(`at=${a.at}`);
  const look = writeLook(a.look);
  if (look) q.push(`l=${look}`);
  if (a.base) q.push(`b=${a.base}`);
  if (a.drawn) q.push(`d=${a.drawn}`);
  if (a.incidents) q.push(`i=${writeIncidents(a.incidents)}`);
  if (a.incident) q.push(`c=${a.incident}`);
  if (a.view) q.push(`v=${a.view.zoom.toFixed(2)}/${a.view.lat.toFixed(5)}/${a.view.lon.toFixed(5)}`);
  return q.length > 0 ? `?${q.join("&")}` : "";
}
