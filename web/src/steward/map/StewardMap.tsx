import "./steward-map.css";

import { Layer, Map, NavigationControl, ScaleControl } from "@vis.gl/react-maplibre";
import type { Map as MaplibreMap, StyleSpecification } from "maplibre-gl";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { fonts } from "../../map/engine";
import { type Bounds, type Counts, type Level, visibility, zoomFor } from "../../map/levels";
import { FindingLayers } from "./FindingLayers";
import { Fit, fitPadding } from "./Fit";
import { Hint } from "./Hint";
import { drawSymbols } from "./images";
import { LookTool } from "./LookTool";
import { MergeTool } from "./MergeTool";
import { Slots } from "./slots";
import { SplitTool } from "./SplitTool";
import { ActiveLayers, DraftLayers, PreviewLayers } from "./TileLayers";
import type { StewardMapProps } from "./types";
import { VertexTool } from "./VertexTool";

export type { StewardMapProps, Tool } from "./types";

declare global {
  interface Window {
    /** For end-to-end tests, which project coordinates with it. */
    __stewardMap?: MaplibreMap;
  }
}

const blank: StyleSpecification = { version: 8, sources: {}, layers: [] };
const anywhere: Bounds = [73, 18, 135, 53];

/** How many areas a district usually has; it only says how soon names appear. */
const usual: Required<Pick<Counts, "district" | "subdistrict" | "community" | "grid">> = { district: 1, subdistrict: 9, community: 60, grid: 330 };

/** The map of the boundary steward's desk. */
export function StewardMap(p: StewardMapProps) {
  const { t } = useTranslation();
  const [loaded, setLoaded] = useState(false);
  const [hovered, setHovered] = useState<string | null>(null);
  useEffect(() => () => void delete window.__stewardMap, []);

  const { draft, preview, palette, tool } = p;
  const shown = draft?.levels ?? p.active.levels;
  const whole = zoomFor(p.active.bounds ?? preview?.bbox ?? p.fitTo?.bbox ?? anywhere);
  const steps = visibility(countsOf(shown), whole);
  const looking = tool === "look" || !draft;
  const home = p.active.bounds ?? preview?.bbox ?? null;
  return (
    <Map
      mapStyle={blank}
      initialViewState={{ bounds: p.fitTo?.bbox ?? home ?? anywhere, fitBoundsOptions: { padding: fitPadding(window.innerWidth), maxZoom: 20 } }}
      maxZoom={22}
      dragRotate={false}
      pitchWithRotate={false}
      touchPitch={false}
      boxZoom={false}
      attributionControl={false}
      localIdeographFontFamily={fonts}
      style={{ position: "absolute", inset: 0 }}
      onLoad={({ target }) => {
        target.touchZoomRotate.disableRotation();
        target.getCanvas().setAttribute("aria-label", t("steward_map_label"));
        drawSymbols(target);
        window.__stewardMap = target;
        setLoaded(true);
      }}
    >
      <Layer id="ground" type="background" paint={{ "background-color": palette.ground }} />
      <Slots />
      <ActiveLayers active={p.active} alone={!draft} quiet={preview !== null} steps={steps} palette={palette} />
      {draft && <DraftLayers draft={draft} level={p.level} faded={tool === "vertex" || preview !== null} steps={steps} palette={palette} />}
      {preview && <PreviewLayers preview={preview} palette={palette} />}
      {loaded && <FindingLayers findings={p.findings} selected={p.selected} hovered={looking ? hovered : null} palette={palette} />}
      {loaded && looking && <LookTool onSelect={p.onSelect} onHover={setHovered} />}
      {loaded && looking && p.findings.length > 0 && <Hint>{t("steward_map_look")}</Hint>}
      {loaded && draft && tool === "vertex" && <VertexTool draft={draft} palette={palette} busy={p.busy} onMend={p.onMend} />}
      {loaded && draft && tool === "split" && <SplitTool key={p.level} draft={draft} level={p.level} palette={palette} busy={p.busy} onSplit={p.onSplit} />}
      {loaded && draft && tool === "merge" && <MergeTool key={p.level} version={draft.version} level={p.level} palette={palette} busy={p.busy} onMerge={p.onMerge} />}
      <Fit to={p.fitTo} home={home} />
      <NavigationControl position="bottom-right" showCompass={false} />
      <ScaleControl position="bottom-right" />
    </Map>
  );
}

function countsOf(present: Level[]): Counts {
  return Object.fromEntries(Object.entries(usual).filter(([level]) => present.includes(level as Level)));
}
