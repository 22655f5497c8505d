import { Map, type MapRef, Marker, NavigationControl, ScaleControl, useMap } from "@vis.gl/react-maplibre";
import type { Map as MaplibreMap } from "maplibre-gl";
import { type Ref, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { AreaKey, View } from "../address";
import { AreaLayers, type AreaLayersProps } from "./AreaLayers";
import { BaseLayers } from "./base/BaseLayers";
import type { BaseMap } from "./base/baseMaps";
import { report } from "./base/failing";
import type { Changed } from "./changes";
import { fonts } from "./engine";
import { Ghost } from "./Ghost";
import { type Bounds, type Counts, type Level, roomAround, visibility, zoomFor } from "./levels";
import { IncidentLayer, type IncidentLayerProps, incidentLayers } from "./IncidentLayer";
import type { Look } from "./look";
import type { Palette } from "./palette";

declare global {
  interface Window {
    /** For end-to-end tests, which project coordinates with it and ask what is drawn. */
    __map?: MaplibreMap;
  }
}

interface DistrictMapProps {
  mapRef: Ref<MapRef>;
  label: string;
  snapshot: string;
  counts: Counts;
  present: Level[];
  hidden: Level[];
  look: Look;
  bounds: Bounds;
  view: View | null;
  marker: { lon: number; lat: number } | null;
  selected: AreaKey | null;
  moment: string;
  changed: Changed | null;
  /** Where the shape is of a selected area that has ended. */
  ghost: string | null;
  /** The slider of time lies at the foot. */
  footed: boolean;
  palette: Palette;
  base: BaseMap | null;
  /** The cases that are drawn above everything; null is none. */
  cases: IncidentLayerProps | null;
  onPoint: (p: { lon: number; lat: number }) => void;
  onMove: (v: View) => void;
  onReady: () => void;
}

/** The map of the boundaries of a day. A click asks whose the place is. */
export function DistrictMap({ mapRef, ...p }: DistrictMapProps) {
  const { t } = useTranslation();
  useEffect(() => () => void delete window.__map, []);
  const whole = zoomFor(p.bounds);
  const steps = visibility(p.counts, whole);
  return (
    <Map
      ref={mapRef}
      mapStyle={p.palette.style}
      initialViewState={
        p.view
          ? { longitude: p.view.lon, latitude: p.view.lat, zoom: p.view.zoom }
          : { bounds: p.bounds, fitBoundsOptions: { padding: fitPadding(p.footed) } }
      }
      maxBounds={roomAround(p.bounds)}
      maxZoom={20}
      dragRotate={false}
      pitchWithRotate={false}
      touchPitch={false}
      attributionControl={false}
      localIdeographFontFamily={fonts}
      locale={{ "NavigationControl.ZoomIn": t("zoomIn"), "NavigationControl.ZoomOut": t("zoomOut") }}
      cursor="crosshair"
      style={{ position: "absolute", inset: 0 }}
      interactiveLayerIds={p.cases ? incidentLayers : undefined}
      onClick={(e) => !e.features?.length && p.onPoint({ lon: round(e.lngLat.lng), lat: round(e.lngLat.lat) })}
      onMoveEnd={(e) => p.onMove({ lon: e.viewState.longitude, lat: e.viewState.latitude, zoom: e.viewState.zoom })}
      onIdle={p.onReady}
      onError={report}
      onLoad={(e) => {
        e.target.touchZoomRotate.disableRotation();
        window.__map = e.target;
        e.target.getCanvas().setAttribute("aria-label", p.label);
      }}
    >
      {p.base && <BaseLayers key={p.base.id} base={p.base} palette={p.palette} />}
      <Boundaries now={{ snapshot: p.snapshot, moment: p.moment, present: p.present, changed: p.changed }} hidden={p.hidden} look={p.look} steps={steps} selected={p.selected} palette={p.palette} faint={p.base !== null} />
      {p.ghost && <Ghost url={p.ghost} palette={p.palette} />}
      {p.cases && <IncidentLayer {...p.cases} />}
      {p.marker && (
        <Marker longitude={p.marker.lon} latitude={p.marker.lat} anchor="center">
          <div className="pin" data-testid="pin" />
        </Marker>
      )}
      <NavigationControl position="bottom-right" showCompass={false} />
      <ScaleControl position="bottom-right" />
    </Map>
  );
}

/** Boundaries as they are in one snapshot of one time. */
type Drawn = Pick<AreaLayersProps, "snapshot" | "moment" | "present" | "changed">;

const waitsAtMost = 6_000; // milliseconds, for tiles that do not come

/**
 * Draws the boundaries. Others are drawn over the ones before, which go when all
 * of the new are there: so nothing flashes, and no source ever changes its tiles,
 * which MapLibre forgets when a filter changes in the same frame.
 */
function Boundaries({ now, ...common }: { now: Drawn } & Pick<AreaLayersProps, "hidden" | "look" | "steps" | "selected" | "palette" | "faint">) {
  const { current: map } = useMap();
  const [whole, setWhole] = useState(now);
  const markOf = (d: Drawn) => `@${d.moment}/${d.snapshot}`;
  const coming = markOf(now);
  const both = markOf(whole) !== coming;
  useEffect(() => {
    if (!both || !map) return;
    const done = () => setWhole((w) => (markOf(w) === coming ? w : now));
    const timer = setTimeout(done, waitsAtMost);
    map.once("idle", done);
    return () => {
      clearTimeout(timer);
      map.off("idle", done);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- now is told by coming
  }, [map, both, coming]);
  return (both ? [{ ...whole, changed: null }, now] : [now]).map((d) => <AreaLayers key={markOf(d)} mark={markOf(d)} {...d} {...common} />);
}

/** The lattice has seven decimals. */
function round(degrees: number) {
  return Math.round(degrees * 1e7) / 1e7;
}

/** Room for the panels at the edges. */
function fitPadding(footed: boolean) {
  return window.innerWidth < 640 ? { top: 84, bottom: footed ? 230 : 96, left: 20, right: 20 } : { top: 48, bottom: footed ? 148 : 48, left: 48, right: 48 };
}
