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
