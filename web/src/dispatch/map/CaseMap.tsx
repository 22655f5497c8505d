import "../../map/engine";

import { Map, Marker, NavigationControl, ScaleControl, useMap } from "@vis.gl/react-maplibre";
import type { Map as MaplibreMap } from "maplibre-gl";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { AreaKey } from "../../address";
import type { District } from "../../api/client";
import { AreaLayers } from "../../map/AreaLayers";
import { fonts } from "../../map/engine";
import { type Bounds, boundsOf, countsOf, levels, roomAround, visibility, zoomFor } from "../../map/levels";
import { palettes } from "../../map/palette";
import { CaseLayers } from "./CaseLayers";
import type { MapCase } from "./features";
import { drawSymbols, urgencyColours } from "./images";

declare global {
  interface Window {
    /** For end-to-end tests, which project coordinates with it. */
    __caseMap?: MaplibreMap;
  }
}

export interface CaseMapProps {
  districts: District[];
  snapshot: string;
  shown: "light" | "dark";
  label: string;
  cases: MapCase[];
  selected: string | null;
  hovered: string | null;
  checked: ReadonlySet<string>;
  /** The finest area of the open case. */
  area: AreaKey | null;
  /** A place that is being chosen. */
  pin: { lon: number; lat: number } | null;
  /** Where the map goes when the key changes. */
  goTo: { key: string; lon: number; lat: number } | null;
  /** Clicks choose a place. */
  picking: boolean;
  onSelect: (id: string) => void;
  onHover: (id: string | null) => void;
  onPick: (at: { lon: number; lat: number }) => void;
  onView: (box: Bounds) => void;
}

const none: Bounds = [73, 18, 135, 53];

/** The dispatcher's map: boundaries below, cases above. It moves only when it is asked to. */
export function CaseMap(p: CaseMapProps) {
  const { t } = useTranslation();
  const [loaded, setLoaded] = useState(false);
  useEffect(() => () => void delete window.__caseMap, []);
  const palette = palettes[p.shown];
  const bounds = boundsOf(p.districts);
  const counts = countsOf(p.districts);
  const present = levels.filter((l) => counts[l]);
  const steps = visibility(counts, zoomFor(bounds ?? none));
  return (
    <Map
      mapStyle={palette.style}
      initialViewState={{ bounds: bounds ?? none, fitBoundsOptions: { padding: 32 } }}
      maxBounds={bounds ? roomAround(bounds) : undefined}
      maxZoom={20}
      dragRotate={false}
      pitchWithRotate={false}
      touchPitch={false}
      attributionControl={false}
      localIdeographFontFamily={fonts}
      locale={{ "NavigationControl.ZoomIn": t("zoomIn"), "NavigationControl.ZoomOut": t("zoomOut") }}
      cursor={p.picking ? "crosshair" : undefined}
      style={{ position: "absolute", inset: 0 }}
      onClick={(e) => p.picking && !e.defaultPrevented && p.onPick({ lon: round(e.lngLat.lng), lat: round(e.lngLat.lat) })}
      onMoveEnd={(e) => p.onView(e.target.getBounds().toArray().flat() as Bounds)}
      onLoad={({ target }) => {
        target.touchZoomRotate.disableRotation();
        target.getCanvas().setAttribute("aria-label", p.label);
        drawSymbols(target);
        window.__caseMap = target;
        p.onView(target.getBounds().toArray().flat() as Bounds);
        setLoaded(true);
      }}
    >
      {p.snapshot && (
        <AreaLayers key={p.snapshot} mark={`@${p.snapshot}`} snapshot={p.snapshot} present={present} hidden={[]} steps={steps} selected={p.area} moment="" changed={null} palette={palette} text={["get", "name"]} />
      )}
      {loaded && (
        <CaseLayers cases={p.cases} selected={p.selected} hovered={p.hovered} checked={p.checked} palette={palette} colours={urgencyColours[p.shown]} onSelect={p.picking ? undefined : p.onSelect} onHover={p.onHover} />
      )}
      {p.pin && (
        <Marker longitude={p.pin.lon} latitude={p.pin.lat} anchor="center">
          <div className="pin" data-testid="case-pin" />
        </Marker>
      )}
      <GoTo to={p.goTo} />
      <NavigationControl position="bottom-right" showCompass={false} />
      <ScaleControl position="bottom-left" />
    </Map>
  );
}

/** Takes the map to a place when asked; one that is well in sight already needs no move. */
function GoTo({ to }: { to: CaseMapProps["goTo"] }) {
  const { current: map } = useMap();
  const go = useEffectEvent(() => {
    if (!map || !to) return;
    const { x, y } = map.project([to.lon, to.lat]);
    const { clientWidth: w, clientHeight: h } = map.getContainer();
    const inSight = x > w * 0.12 && x < w * 0.88 && y > h * 0.12 && y < h * 0.88;
    if (inSight && map.getZoom() > 13) return;
    const duration = window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 500;
    map.easeTo({ center: [to.lon, to.lat], zoom: Math.max(map.getZoom(), 15), duration });
  });
  const key = to?.key;
  useEffect(() => {
    if (key !== undefined) go();
  }, [key, map]);
  return null;
}

/** The lattice has seven decimals. */
function round(degrees: number) {
  return Math.round(degrees * 1e7) / 1e7;
}
