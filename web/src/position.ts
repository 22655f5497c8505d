/** Positions as people type and paste them. */

export const crsNames = ["wgs84", "gcj02", "bd09", "cgcs2000"] as const;
export type CRS = (typeof crsNames)[number];

/** A position in degrees, longitude first, in one of the systems. */
export interface Position {
  lon: number;
  lat: number;
  crs: CRS;
}

/**
 * Reads "lon,lat": digits and commas of either width, a semicolon or spaces
 * between. Null when the text is something else, such as the code of an area.
 */
export function parsePosition(text: string): { lon: number; lat: number } | null {
  const parts = text.normalize("NFKC").trim().split(/[,;、\s]+/).filter(Boolean);
  if (parts.length !== 2) return null;
  const [lon, lat] = parts.map((p) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(p) ? Number(p) : NaN));
  if (lon === undefined || lat === undefined || Number.isNaN(lon) || Number.isNaN(lat)) return null;
  return { lon, lat };
}

/** Writes a position with at most seven decimals, which is about a centimetre. */
export function formatPosition(p: { lon: number; lat: number }): string {
  return `${trim(p.lon)},${trim(p.lat)}`;
}

function trim(degrees: number): string {
  return String(Math.round(degrees * 1e7) / 1e7);
}

export function parseCRS(text: string | null): CRS {
  return crsNames.find((c) => c === text) ?? "wgs84";
}
