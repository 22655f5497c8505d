import { useMap } from "@vis.gl/react-maplibre";
import type { Map as MaplibreMap } from "maplibre-gl";
import { useEffect, useState } from "react";

import type { Bounds } from "../../map/levels";

/** The map around a component; only for children of <Map>. */
export function useMaplibre(): MaplibreMap {
  const { current } = useMap();
  if (!current) throw new Error("not inside a map");
  return current.getMap();
}

export interface MapView {
  zoom: number;
  box: Bounds;
}

function viewOf(map: MaplibreMap): MapView {
  const b = map.getBounds();
  return { zoom: map.getZoom(), box: [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()] };
}

/** What the map shows, after each move. */
export function useView(map: MaplibreMap): MapView {
  const [view, setView] = useState(() => viewOf(map));
  useEffect(() => {
    const look = () => setView(viewOf(map));
    look();
    map.on("moveend", look);
    map.on("resize", look);
    return () => {
      map.off("moveend", look);
      map.off("resize", look);
    };
  }, [map]);
  return view;
}
