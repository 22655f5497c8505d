import type { RasterLayerSpecification, StyleSpecification } from "maplibre-gl";

/** Colours of the map, by theme. Levels differ by line; fills stay close to the ground. */
export interface Palette {
  ground: string;
  tones: [string, string, string, string];
  line: string;
  /** Lines of grids, where they are not like the others. */
  grid?: string;
  /** Lines of communities, drawn unbroken; without it they are broken lines like the others. */
  community?: string;
  district: string;
  label: string;
  quiet: string;
  accent: string;
  compound: string;
  dedicated: string;
  /** What an edition changed. */
  changed: string;
  /** Findings, by severity. */
  error: string;
  warning: string;
  note: string;
  /** What a vector base map is drawn with. */
  base: { water: string; green: string; building: string; road: string; edge: string };
  /** How the pictures of a base map are shown. */
  picture: NonNullable<RasterLayerSpecification["paint"]>;
  /** The empty map: no base map, and no glyphs, so that names are drawn with the fonts of the device. */
  style: StyleSpecification;
}

/** An empty layer of every style: what lies under the areas is drawn before it. */
export const underAreas = "under-areas";

function empty(ground: string): StyleSpecification {
  return { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": ground } }, { id: underAreas, type: "background", layout: { visibility: "none" } }] };
}

export const palettes: Record<"light" | "dark", Palette> = {
  light: {
    ground: "#F4F2EE",
    tones: ["#EBE7DE", "#E4E6E2", "#EFEBE5", "#E1E2E6"],
    line: "#7B7568",
    district: "#4A463D",
    label: "#2C2A25",
    quiet: "#5E594E",
    accent: "#1F5FBF",
    compound: "#8A6D3B",
    dedicated: "#5B4EA6",
    changed: "#0F766E",
    error: "#B3261E",
    warning: "#9A5B00",
    note: "#56636E",
    base: { water: "#C9DAE4", green: "#DFE7D3", building: "#E3DDD2", road: "#FFFFFF", edge: "#D8D2C6" },
    picture: {},
    style: empty("#F4F2EE"),
  },
  dark: {
    ground: "#14171A",
    tones: ["#1D2227", "#22282E", "#191E22", "#262C33"],
    line: "#7D8790",
    district: "#B4BEC7",
    label: "#E8ECEF",
    quiet: "#A9B3BC",
    accent: "#7FB0FF",
    compound: "#C9A86A",
    dedicated: "#B3A9F0",
    changed: "#5CC9BC",
    error: "#FF8A80",
    warning: "#F2B966",
    note: "#A9B3BC",
    base: { water: "#1B2E3C", green: "#1B2620", building: "#23282D", road: "#343B42", edge: "#0F1214" },
    picture: { "raster-brightness-max": 0.5, "raster-saturation": -0.25 },
    style: empty("#14171A"),
  },
};
