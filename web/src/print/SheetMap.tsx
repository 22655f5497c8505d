import "../map/engine"; // sets MapLibre up

import { Map, type MapRef } from "@vis.gl/react-maplibre";
import type { Position } from "geojson";
import type { Map as MaplibreMap } from "maplibre-gl";
import { useEffect, useRef } from "react";

import type { AreaKey, View } from "../address";
import { AreaLayers } from "../map/AreaLayers";
import { fonts } from "../map/engine";
import { Ghost } from "../map/Ghost";
import type { Level } from "../map/levels";
import type { Drawing } from "./drawn";
import { nameText } from "./drawn";
import { paperPalette } from "./palette";
import type { Box } from "./paper";
import { pixelRatio } from "./scale";

/** The map as it will be printed, and the levels of which there is a line on it. */
export interface Picture {
  /** What it is a picture of. */
  of: string;
  url: string;
  levels: Level[];
}

const restsFor = 300; // milliseconds without a change, before it is drawn finely

interface SheetMapProps {
  /** Changes with whatever changes what is drawn. */
  of: string;
  box: Box;
  view: View;
  drawing: Drawing;
  snapshot: string;
  moment: string;
  selected: AreaKey | null;
  ghost: string | null;
  names: boolean;
  codes: boolean;
  label: string;
  picture: Picture | null;
  onView: (view: View) => void;
  /** Null as soon as the map differs from the last picture. */
  onPicture: (picture: Picture | null) => void;
  onFailed: () => void;
}

/**
 * The map on the sheet. When it has come to rest it is drawn once more, as finely
 * as a printer prints, and a picture is taken of it. That is what goes on paper:
 * browsers may resize or empty a canvas while they print.
 */
export function SheetMap({ box, view, drawing, ...p }: SheetMapProps) {
  const ref = useRef<MapRef>(null);
  const drawn = useRef(0);
  const fine = pixelRatio(box.width, box.height);
  const mark = `@${p.moment}/${p.snapshot}`;
  useEffect(() => {
    const map = ref.current?.getMap();
    if (!map) return;
    if (map.getPixelRatio() > window.devicePixelRatio) map.setPixelRatio(window.devicePixelRatio);
    map.redraw(); // where nothing has changed on the map, a new picture is taken all the same
  }, [p.of]);
  const take = (map: MaplibreMap) => {
    const frame = drawn.current;
    if (map.getPixelRatio() < fine) {
      setTimeout(() => frame === drawn.current && map.setPixelRatio(fine), restsFor);
      return;
    }
    const levels = drawing.present.filter((l) => hasBorder(map, `${l}-line${mark}`));
    map.getCanvas().toBlob((blob) => {
      if (blob && frame === drawn.current) p.onPicture({ of: p.of, url: URL.createObjectURL(blob), levels });
    });
  };
  return (
    <div className={p.picture ? "paper-map frozen" : "paper-map"} style={{ left: `${box.x}mm`, top: `${box.y}mm`, width: `${box.width}mm`, height: `${box.height}mm` }}>
      {p.picture && <img src={p.picture.url} alt={p.label} />}
      <Map
        ref={ref}
        mapStyle={paperPalette.style}
        longitude={view.lon}
        latitude={view.lat}
        zoom={view.zoom}
        maxZoom={22}
        maxCanvasSize={[8192, 8192]}
        canvasContextAttributes={{ preserveDrawingBuffer: true }}
        fadeDuration={0}
        dragRotate={false}
        pitchWithRotate={false}
        touchPitch={false}
        attributionControl={false}
        localIdeographFontFamily={fonts}
        style={{ position: "absolute", inset: 0 }}
        onMove={(e) => p.onView({ lon: e.viewState.longitude, lat: e.viewState.latitude, zoom: e.viewState.zoom })}
        onRender={() => {
          drawn.current++;
          p.onPicture(null);
        }}
        onIdle={(e) => take(e.target)}
        onError={p.onFailed}
        onLoad={(e) => setUp(e.target, p.label)}
      >
        <AreaLayers
          key={mark}
          mark={mark}
          snapshot={p.snapshot}
          moment={p.moment}
          {...drawing}
          changed={null}
          selected={p.selected}
          palette={paperPalette}
          text={nameText(p.names, p.codes)}
        />
        {p.ghost && <Ghost url={p.ghost} palette={paperPalette} />}
      </Map>
    </div>
  );
}

/**
 * Whether a border of a layer is in sight. An area that fills the map has none
 * there, but the edges of its tiles, which run along meridians and parallels.
 */
function hasBorder(map: MaplibreMap, layer: string): boolean {
  if (!map.getLayer(layer)) return false;
  const found = map.queryRenderedFeatures({ layers: [layer] });
  if (new Set(found.map((f) => f.properties.code as string)).size > 1) return true;
  const bounds = map.getBounds();
  const real = (ring: Position[]) =>
    ring.some(([x = 0, y = 0], i) => {
      const [x2 = 0, y2 = 0] = ring[i - 1] ?? [x, y];
      return Math.abs(x - x2) > 1e-9 && Math.abs(y - y2) > 1e-9 && bounds.contains([(x + x2) / 2, (y + y2) / 2]);
    });
  return found.some(({ geometry: g }) => (g.type === "Polygon" ? g.coordinates.some(real) : g.type === "MultiPolygon" && g.coordinates.flat().some(real)));
}

/** North stays up; tests project coordinates with the map. */
function setUp(map: MaplibreMap, label: string) {
  map.touchZoomRotate.disableRotation();
  window.__map = map;
  map.getCanvas().setAttribute("aria-label", label);
}
