import type { components } from "../../api/types.gen";

/** One sheet of tiles of a base map. */
export type Sheet = components["schemas"]["BaseMapLayer"];

export const gcjScheme = "gcj02";

/** The address under which MapLibre asks our protocol for the tiles of a sheet in GCJ-02. */
export function gcjAddress(sheet: Sheet): string {
  return `${gcjScheme}://{z}/{x}/{y}/${encodeURIComponent(JSON.stringify(sheet))}`;
}
