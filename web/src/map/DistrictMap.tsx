import { Map, type MapRef, Marker, NavigationControl, ScaleControl } from "@vis.gl/react-maplibre";
import type { Map as MaplibreMap } from "maplibre-gl";
import { type Ref, useEffect } from "react";

import type { AreaKey, View } from "../address";
import { AreaLayers, type Changed } from "./AreaLayers";
import { fonts } from "./engine";
import { type Bounds, type Counts, type Level, roomAround, visibility, zoomFor } from "./levels";
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
  bounds: Bounds;
  view: View | null;
  marker: { lon: number; lat: number } | null;
  selected: AreaKey | null;
  moment: string;
  changed: Changed | null;
  ghost: string | null;
  /** The slider of time lies at the foot. */
  footed: boolean;
  palette: Palette;
  onPoint: (p: { lon: number; lat: number }) => void;
  onMove: (v: View) => void;
  onReady: () => void;
}

/** The map of the boundaries of a day. A click asks whose the place is. */
export function DistrictMap({ mapRef, ...p }: DistrictMapProps) {
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
      cursor="crosshair"
      style={{ position: "absolute", inset: 0 }}
      onClick={(e) => p.onPoint({ lon: round(e.lngLat.lng), lat: round(e.lngLat.lat) })}
      onMoveEnd={(e) => p.onMove({ lon: e.viewState.longitude, lat: e.viewState.latitude, zoom: e.viewState.zoom })}
      onIdle={p.onReady}
      onLoad={(e) => {
        e.target.touchZoomRotate.disableRotation();
        window.__map = e.target;
        e.target.getCanvas().setAttribute("aria-label", p.label);
      }}
    >
      <AreaLayers snapshot={p.snapshot} present={p.present} hidden={p.hidden} steps={steps} selected={p.selected} moment={p.moment} changed={p.changed} ghost={p.ghost} palette={p.palette} />
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

/** The lattice has seven decimals. */
function round(degrees: number) {
  return Math.round(degrees * 1e7) / 1e7;
}

/** Room for the panels at the edges. */
function fitPadding(footed: boolean) {
  return window.innerWidth < 640 ? { top: 84, bottom: footed ? 230 : 96, left: 20, right: 20 } : { top: 48, bottom: footed ? 148 : 48, left: 48, right: 48 };
}
