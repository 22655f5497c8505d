import type { components } from "../../api/types.gen";
import type { Bounds, Level } from "../../map/levels";
import type { Palette } from "../../map/palette";

/** A finding as the map draws it: by its outline, its place, or both. */
export interface MapFinding {
  key: string;
  severity: "error" | "warning" | "note";
  place?: [number, number];
  outline?: [number, number][];
  /** The reason it was let pass with; such findings fade. */
  waived?: string;
  title: string;
}

/** An area that was picked on the map. */
export interface Picked {
  code: string;
  name: string;
}

export type Tool = "look" | "vertex" | "split" | "merge";

export interface StewardMapProps {
  palette: Palette;
  /** The boundaries in force: drawn below, quiet. */
  active: { snapshot: string; levels: Level[]; bounds: Bounds | null };
  draft: { district: string; name: string; version: number; levels: Level[] } | null;
  /** An import that is looked at before it is kept. */
  preview: { id: string; level: Level; bbox: Bounds } | null;
  findings: MapFinding[];
  selected: string | null;
  onSelect: (key: string | null) => void;
  /** Other than "look" only with a draft. */
  tool: Tool;
  /** The level that split and merge work on. */
  level: Level;
  /** A change is being saved: no second edit may begin. */
  busy: boolean;
  onMend: (m: components["schemas"]["MendRequest"]) => void;
  onSplit: (area: { level: Level; code: string; name: string }, line: [number, number][]) => void;
  onMerge: (level: Level, keep: Picked, gone: Picked) => void;
  /** When the key changes, the map goes there. */
  fitTo: { key: string; bbox: Bounds } | null;
}
