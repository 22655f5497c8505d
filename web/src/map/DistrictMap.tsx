import { Map, type MapRef, Marker, NavigationControl, ScaleControl } from "@vis.gl/react-maplibre";
import type { Ref } from "react";

import type { AreaKey, View } from "../address";
import { AreaLayers } from "./AreaLayers";
import { fonts } from "./engine";
import { type Bounds, type Counts, type Level, roomAround, visibility, zoomFor } from "./levels";
import type { Palette } from "./palette";

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
  palette: Palette;
  onPoint: (p: { lon: number; lat: number }) => void;
  onMove: (v: View) => void;
  onReady: () => void;
}

/** The map of the boundaries in force. A click asks whose the place is. */
export function DistrictMap({ mapRef, ...p }: DistrictMapProps) {
  const whole = zoomFor(p.bounds);
  const steps = visibility(p.counts, whole);
  return (
    <Map
      ref={mapRef}
      mapStyle={p.palette.style}
      initialViewState={
        p.view
          ? { longitude: p.view.lon, latitude: p.view.lat, zoom: p.view.zoom }
          : { bounds: p.bounds, fitBoundsOptions: { padding: fitPadding() } }
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
        e.target.getCanvas().setAttribute("aria-label", p.label);
      }}
    >
      <AreaLayers snapshot={p.snapshot} present={p.present} hidden={p.hidden} steps={steps} selected={p.selected} palette={p.palette} />
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
export function fitPadding() {
  return window.innerWidth < 640 ? { top: 84, bottom: 96, left: 20, right: 20 } : { top: 48, bottom: 48, left: 48, right: 48 };
}
