import { Map, type MapRef, Marker } from "@vis.gl/react-maplibre";
import type { Map as MaplibreMap } from "maplibre-gl";
import { useEffect, useRef } from "react";

import { AreaLayers } from "../../map/AreaLayers";
import { BaseLayers } from "../../map/base/BaseLayers";
import { useBaseMaps } from "../../map/base/baseMaps";
import { report } from "../../map/base/failing";
import { fonts } from "../../map/engine";
import { boundsOf, countsOf, levels, roomAround, visibility, zoomFor } from "../../map/levels";
import { palettes } from "../../map/palette";
import { useMoment } from "../../moment";
import { useTheme } from "../../theme";

interface PlaceMapProps {
  label: string;
  /** Where the pin stands; null: the whole district is shown. */
  at: { lon: number; lat: number } | null;
  /** Called when the map was dragged under the pin. Without it the map shows and nothing more. */
  onAt?: (at: { lon: number; lat: number }) => void;
  /** Where the device is, with how far that may be off in metres. */
  here?: { lon: number; lat: number; accuracy: number } | null;
}

const close = 16.5; // zoom at which houses can be told apart

/** A small map. In a form the pin stays in its middle and the map is dragged under it, which a thumb does more surely than dragging the pin. */
export default function PlaceMap({ label, at, onAt, here }: PlaceMapProps) {
  const map = useRef<MapRef>(null);
  const { today } = useMoment(null);
  const theme = useTheme();
  const ground = useBaseMaps(null);
  const palette = palettes[theme.shown];
  const districts = today.data?.districts ?? [];
  const bounds = boundsOf(districts);
  const moved = useRef<{ lon: number; lat: number } | null>(at);

  useEffect(() => {
    if (!at || !map.current || near(at, moved.current)) return;
    moved.current = at;
    map.current.jumpTo({ center: [at.lon, at.lat], zoom: Math.max(map.current.getZoom(), close) });
  }, [at]);
  useEffect(() => () => void delete window.__map, []);

  if (!bounds || !today.data) return null;
  const counts = countsOf(districts);
  const base = ground.all[0] ?? null;
  return (
    <>
      <Map
        ref={map}
        mapStyle={palette.style}
        initialViewState={at ? { longitude: at.lon, latitude: at.lat, zoom: close } : { bounds, fitBoundsOptions: { padding: 12 } }}
        maxBounds={roomAround(bounds)}
        maxZoom={20}
        dragRotate={false}
        touchPitch={false}
        interactive={onAt !== undefined}
        cooperativeGestures={false}
        attributionControl={false}
        localIdeographFontFamily={fonts}
        style={{ position: "absolute", inset: 0 }}
        onMoveEnd={(e) => {
          if (!onAt || !e.originalEvent) return;
          moved.current = { lon: round(e.viewState.longitude), lat: round(e.viewState.latitude) };
          onAt(moved.current);
        }}
        onClick={(e) => {
          if (!onAt) return;
          const to = { lon: round(e.lngLat.lng), lat: round(e.lngLat.lat) };
          moved.current = to;
          e.target.easeTo({ center: e.lngLat, duration: 200 });
          onAt(to);
        }}
        onError={report}
        onLoad={(e) => {
          const drawn: MaplibreMap = e.target;
          drawn.touchZoomRotate.disableRotation();
          window.__map = drawn;
          drawn.getCanvas().setAttribute("aria-label", label);
        }}
      >
        {base && <BaseLayers key={base.id} base={base} palette={palette} />}
        <AreaLayers
          mark={`@/${today.data.snapshot}`}
          snapshot={today.data.snapshot}
          moment=""
          present={levels.filter((l) => counts[l])}
          hidden={[]}
          steps={visibility(counts, zoomFor(bounds))}
          selected={null}
          changed={null}
          palette={palette}
          faint={base !== null}
        />
        {here && (
          <Marker longitude={here.lon} latitude={here.lat} anchor="center">
            <div className="place-here" />
          </Marker>
        )}
        {at && !onAt && (
          <Marker longitude={at.lon} latitude={at.lat} anchor="bottom">
            <Pin />
          </Marker>
        )}
      </Map>
      {onAt && (
        <div className="place-pin" aria-hidden="true">
          <Pin />
        </div>
      )}
    </>
  );
}

function Pin() {
  return (
    <svg className="place-mark" viewBox="0 0 32 44" width="32" height="44" aria-hidden="true">
      <path d="M16 43C16 43 30 26 30 15.5a14 14 0 0 0-28 0C2 26 16 43 16 43z" />
      <circle cx="16" cy="15.5" r="5" />
    </svg>
  );
}

const near = (a: { lon: number; lat: number }, b: { lon: number; lat: number } | null) => b !== null && Math.abs(a.lon - b.lon) < 1e-7 && Math.abs(a.lat - b.lat) < 1e-7;

/** The lattice has seven decimals. */
function round(degrees: number) {
  return Math.round(degrees * 1e7) / 1e7;
}
