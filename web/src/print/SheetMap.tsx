import "../map/engine"; // sets MapLibre up

import { Map } from "@vis.gl/react-maplibre";
import type { Map as MaplibreMap } from "maplibre-gl";
import { useRef } from "react";

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
  url: string;
  levels: Level[];
}

interface SheetMapProps {
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
 * The map on the sheet, drawn as finely as a printer prints. When it has come to
 * rest a picture is taken of it, and that is what goes on paper: browsers may
 * resize or empty a canvas while they print.
 */
export function SheetMap({ box, view, drawing, ...p }: SheetMapProps) {
  const drawn = useRef(0);
  const mark = `@${p.moment}/${p.snapshot}`;
  const take = (map: MaplibreMap) => {
    const frame = drawn.current;
    const levels = drawing.present.filter((l) => map.getLayer(`${l}-line${mark}`) && map.queryRenderedFeatures({ layers: [`${l}-line${mark}`] }).length > 0);
    map.getCanvas().toBlob((blob) => {
      if (blob && frame === drawn.current) p.onPicture({ url: URL.createObjectURL(blob), levels });
    });
  };
  return (
    <div className={p.picture ? "sheet-map frozen" : "sheet-map"} style={{ left: `${box.x}mm`, top: `${box.y}mm`, width: `${box.width}mm`, height: `${box.height}mm` }}>
      {p.picture && <img src={p.picture.url} alt={p.label} />}
      <Map
        mapStyle={paperPalette.style}
        longitude={view.lon}
        latitude={view.lat}
        zoom={view.zoom}
        maxZoom={22}
        pixelRatio={pixelRatio(box.width, box.height)}
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

/** North stays up; tests project coordinates with the map. */
function setUp(map: MaplibreMap, label: string) {
  map.touchZoomRotate.disableRotation();
  window.__map = map;
  map.getCanvas().setAttribute("aria-label", label);
}
