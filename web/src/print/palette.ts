import type { Palette } from "../map/palette";
import { palettes } from "../map/palette";

/** Colours on paper: white ground, pale tones that cost little ink, and darker lines, for thin ones fade in print. */
export const paperPalette: Palette = {
  ...palettes.light,
  ground: "#FFFFFF",
  tones: ["#F3F0E7", "#EAF0EC", "#F8F5EF", "#ECEEF4"],
  line: "#2F2C26",
  grid: "#9A9486",
  community: "#4A6572", // neighbours draw their border twice, and the gaps of broken lines would not meet
  district: "#2C2A25",
  label: "#1B1A17",
  quiet: "#45413A",
  compound: "#7A5C2B",
  style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#FFFFFF" } }] },
};
