import "../map/engine";

import { Map } from "@vis.gl/react-maplibre";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { District } from "../api/client";
import { CaseLayers } from "../dispatch/map/CaseLayers";
import type { MapCase } from "../dispatch/map/features";
import { drawSymbols, urgencyColours } from "../dispatch/map/images";
import { AreaLayers } from "../map/AreaLayers";
import { fonts } from "../map/engine";
import { type Bounds, boundsOf, countsOf, type Level, visibility, zoomFor } from "../map/levels";
import { palettes } from "../map/palette";

export interface WallMapProps {
  districts: District[];
  snapshot: string;
  shown: "light" | "dark";
  cases: MapCase[];
}

const drawn: Level[] = ["district", "subdistrict", "community"];
const enlarged = 1.6; // as in wall.css: names and points are to be read from afar
const nowhere: Bounds = [73, 18, 135, 53];
const nobody: ReadonlySet<string> = new Set();

/** Streets and communities with the cases in them; it is looked at, not used. */
export function WallMap({ districts, snapshot, shown, cases }: WallMapProps) {
  const { t } = useTranslation();
  const [loaded, setLoaded] = useState(false);
  const bounds = boundsOf(districts) ?? nowhere;
  const counts = countsOf(districts);
  const palette = palettes[shown];
  return (
    <div className="wall-map-drawn">
      <Map
      pixelRatio={window.devicePixelRatio * enlarged}
      mapStyle={palette.style}
      initialViewState={{ bounds, fitBoundsOptions: { padding: 24 } }}
      interactive={false}
      attributionControl={false}
      localIdeographFontFamily={fonts}
      style={{ position: "absolute", inset: 0 }}
      onLoad={({ target }) => {
        target.getCanvas().setAttribute("aria-label", t("wallMap"));
        drawSymbols(target);
        target.on("resize", () => target.fitBounds(bounds, { padding: 24, duration: 0 }));
        setLoaded(true);
      }}
    >
      <AreaLayers key={snapshot} mark={`@${snapshot}`} snapshot={snapshot} present={drawn.filter((l) => counts[l])} hidden={[]} steps={visibility(counts, zoomFor(bounds))} selected={null} moment="" changed={null} palette={palette} text={["get", "name"]} />
      {loaded && <CaseLayers cases={cases} selected={null} hovered={null} checked={nobody} palette={palette} colours={urgencyColours[shown]} />}
    </Map>
    </div>
  );
}
