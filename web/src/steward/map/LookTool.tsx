import type { GeoJSONSource, MapMouseEvent } from "maplibre-gl";
import { useEffect, useEffectEvent } from "react";

import { findingLayers } from "./FindingLayers";
import { useMaplibre } from "./useView";

interface LookToolProps {
  onSelect: (key: string | null) => void;
  onHover: (key: string | null) => void;
}

/** A click picks a finding, opens a gathering of them, or clears. */
export function LookTool({ onSelect, onHover }: LookToolProps) {
  const map = useMaplibre();
  const click = useEffectEvent((e: MapMouseEvent) => {
    const hit = hitOf(e);
    if (hit?.layer.id === findingLayers.cluster && hit.geometry.type === "Point") {
      const [lng = 0, lat = 0] = hit.geometry.coordinates;
      const source = map.getSource<GeoJSONSource>("finding-places");
      void source?.getClusterExpansionZoom(Number(hit.properties.cluster_id)).then((zoom) => map.easeTo({ center: [lng, lat], zoom: zoom + 0.2 }));
      return;
    }
    onSelect(hit ? String(hit.properties.key) : null);
  });
  const move = useEffectEvent((e: MapMouseEvent) => {
    const hit = hitOf(e);
    map.getCanvas().style.cursor = hit ? "pointer" : "";
    onHover(hit?.properties.key ? String(hit.properties.key) : null);
  });
  useEffect(() => {
    const onClick = (e: MapMouseEvent) => click(e);
    const onMove = (e: MapMouseEvent) => move(e);
    map.on("click", onClick);
    map.on("mousemove", onMove);
    return () => {
      map.off("click", onClick);
      map.off("mousemove", onMove);
      map.getCanvas().style.cursor = "";
    };
  }, [map]);
  return null;
}

/** What lies under the pointer: a symbol within reach before an outline. */
function hitOf({ target: map, point: { x, y } }: MapMouseEvent) {
  const layers = [findingLayers.cluster, ...findingLayers.hits].filter((id) => map.getLayer(id));
  const found = map.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]], { layers });
  return found.find((f) => f.layer.id !== "finding-fill") ?? found[0];
}
