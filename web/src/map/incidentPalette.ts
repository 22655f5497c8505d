import type { Urgency } from "./incidents";

/** Colours of cases. Each urgency has a sign of its own as well (incidentIcons.ts). */
export interface IncidentPalette {
  urgency: Record<Urgency, string>;
  /** The sign on an urgency's colour. */
  sign: string;
  /** Within and around clusters. */
  fill: string;
  text: string;
  accent: string;
  /** Of heat, from none and few to many. */
  heat: [string, string, string, string, string];
}

export const incidentPalettes: Record<"light" | "dark", IncidentPalette> = {
  light: {
    urgency: { overdue: "#B3261E", soon: "#B26A00", normal: "#56636E", suspended: "#6A4C93", done: "#2E7D32" },
    sign: "#FFFFFF",
    fill: "#FFFFFF",
    text: "#2C2A25",
    accent: "#1F5FBF",
    heat: ["rgba(255,196,110,0)", "rgba(255,196,110,0.45)", "rgba(240,140,50,0.65)", "rgba(205,70,35,0.8)", "rgba(140,20,30,0.9)"],
  },
  dark: {
    urgency: { overdue: "#FF8A80", soon: "#F2B966", normal: "#A9B3BC", suspended: "#C3A6F0", done: "#7CC784" },
    sign: "#14171A",
    fill: "#1D2227",
    text: "#E8ECEF",
    accent: "#7FB0FF",
    heat: ["rgba(110,60,30,0)", "rgba(110,60,30,0.5)", "rgba(190,90,40,0.65)", "rgba(245,150,70,0.8)", "rgba(255,225,150,0.9)"],
  },
};
