import "../../map/engine";

import { Layer, Map, NavigationControl, useMap } from "@vis.gl/react-maplibre";
import type { ExpressionSpecification, MapLayerMouseEvent } from "maplibre-gl";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { District } from "../../api/client";
import { AreaLayers } from "../../map/AreaLayers";
import { fonts } from "../../map/engine";
import { boundsOf, type Bounds, countsOf, type Level, levels, roomAround, visibility, zoomFor } from "../../map/levels";
import type { Palette } from "../../map/palette";
import { keyOf, label, type Scope } from "./scopes";

export interface ScopeMapProps {
  districts: District[];
  snapshot: string;
  palette: Palette;
  scopes: Scope[];
  /** Grids that are marked as nobody's, as district/code. */
  without: string[];
  /** Where the map goes when the key changes; null is all of it. */
  fit: { key: string; bbox: Bounds | null };
  onPick: (s: Scope) => void;
}

const key: ExpressionSpecification = ["concat", ["get", "district"], "/", ["get", "code"]];
const opacity: Record<Level, number> = { district: 0.05, subdistrict: 0.1, community: 0.16, grid: 0.24, compound: 0.28 };
const quiet: Level[] = ["compound"];

/** The areas of present posts: softly filled, with the names of who has them. */
export function ScopeMap(p: ScopeMapProps) {
  const { t } = useTranslation();
  const [ready, setReady] = useState(false);
  const [over, setOver] = useState(false);
  const bounds = boundsOf(p.districts);
  if (!bounds) return null;
  const counts = countsOf(p.districts);
  const present = levels.filter((l) => counts[l]);
  const steps = visibility(counts, zoomFor(bounds));
  const shown = present.map((level) => ({ level, of: p.scopes.filter((s) => s.level === level) })).filter((x) => x.of.length > 0);

  function pick(e: MapLayerMouseEvent) {
    const finest = [...shown].reverse().find((x) => e.features?.some((f) => f.layer.id === `scope-${x.level}`));
    const hit = e.features?.find((f) => f.layer.id === `scope-${finest?.level}`)?.properties as { district: string; code: string } | undefined;
    const scope = hit && finest?.of.find((s) => keyOf(s) === keyOf(hit));
    if (scope) p.onPick(scope);
  }

  return (
    <div className="scope-map" data-testid={ready ? "scope-map-ready" : "scope-map"}>
      <Map
        mapStyle={p.palette.style}
        initialViewState={{ bounds: p.fit.bbox ?? bounds, fitBoundsOptions: { padding: 28, maxZoom: 15 } }}
        maxBounds={roomAround(bounds)}
        maxZoom={18}
        dragRotate={false}
        pitchWithRotate={false}
        touchPitch={false}
        attributionControl={false}
        localIdeographFontFamily={fonts}
        cursor={over ? "pointer" : "grab"}
        interactiveLayerIds={shown.map((x) => `scope-${x.level}`)}
        style={{ position: "absolute", inset: 0 }}
        onClick={pick}
        onMouseEnter={() => setOver(true)}
        onMouseLeave={() => setOver(false)}
        onIdle={() => setReady(true)}
        onLoad={(e) => {
          e.target.touchZoomRotate.disableRotation();
          e.target.getCanvas().setAttribute("aria-label", t("scopeMap"));
        }}
      >
        <AreaLayers mark="" snapshot={p.snapshot} present={present} hidden={quiet} steps={steps} selected={null} moment="" changed={null} palette={p.palette} />
        {p.without.length > 0 && present.includes("grid") && (
          <Layer id="scope-without" source="grid" source-layer="grid" type="fill" filter={["in", key, ["literal", p.without]]} paint={{ "fill-color": p.palette.warning, "fill-opacity": 0.16 }} />
        )}
        {shown.map(({ level, of }) => (
          <Layer
            key={level}
            id={`scope-${level}`}
            source={level}
            source-layer={level}
            type="fill"
            filter={["in", key, ["literal", of.map(keyOf)]]}
            paint={{ "fill-color": p.palette.accent, "fill-opacity": opacity[level] }}
          />
        ))}
        {shown.map(({ level, of }) => (
          <Layer
            key={level}
            id={`scope-${level}-line`}
            source={level}
            source-layer={level}
            type="line"
            filter={["in", key, ["literal", of.map(keyOf)]]}
            layout={{ "line-join": "round" }}
            paint={{ "line-color": p.palette.accent, "line-width": 1.75, "line-opacity": 0.8 }}
          />
        ))}
        {shown.map(({ level, of }) => (
          <Layer
            key={level}
            id={`scope-${level}-name`}
            source={level}
            source-layer={`${level}_label`}
            type="symbol"
            filter={["in", key, ["literal", of.map(keyOf)]]}
            layout={{
              "text-field": namesOf(of, t("listComma"), (n) => t("andOthers", { n })),
              "text-font": ["sans-serif"],
              "text-size": 12.5,
              "text-max-width": 10,
              "text-line-height": 1.35,
              "text-padding": 4,
            }}
            paint={{ "text-color": p.palette.accent, "text-halo-color": p.palette.ground, "text-halo-width": 1.75 }}
          />
        ))}
        <Fit to={p.fit} home={bounds} />
        <NavigationControl position="bottom-right" showCompass={false} />
      </Map>
    </div>
  );
}

function namesOf(of: Scope[], comma: string, more: (n: number) => string): ExpressionSpecification {
  const branches = of.flatMap((s) => [keyOf(s), label(s, comma, more)]);
  return ["match", key, ...branches, ["get", "name"]] as unknown as ExpressionSpecification;
}

/** Takes the map where it is asked to go, and leaves it alone otherwise. */
function Fit({ to, home }: { to: ScopeMapProps["fit"]; home: Bounds }) {
  const { current: map } = useMap();
  const move = useEffectEvent(() => {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    map?.resize(); // the panel beside it may have come or gone
    map?.fitBounds(to.bbox ?? home, { padding: 28, maxZoom: 15, duration: still ? 0 : 500 });
  });
  useEffect(() => move(), [to.key]);
  return null;
}
