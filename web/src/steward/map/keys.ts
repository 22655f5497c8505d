import type { Map as MaplibreMap } from "maplibre-gl";
import { useEffect, useEffectEvent } from "react";

/**
 * Keys for a tool of the map: while the map, or nothing in particular, has the
 * focus. A key that the tool uses goes nowhere else.
 */
export function useKeys(map: MaplibreMap, onKey: (e: KeyboardEvent) => boolean) {
  const consume = useEffectEvent(onKey);
  useEffect(() => {
    const listen = (e: KeyboardEvent) => {
      const target = e.target as Node;
      if (target !== document.body && !map.getContainer().contains(target)) return;
      if (e.ctrlKey || e.metaKey || e.altKey || !consume(e)) return;
      e.preventDefault();
      e.stopPropagation();
    };
    window.addEventListener("keydown", listen, { capture: true });
    return () => window.removeEventListener("keydown", listen, { capture: true });
  }, [map]);
}
