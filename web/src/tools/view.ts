import type { Map as MaplibreMap } from "maplibre-gl";
import { useEffect, useEffectEvent, useReducer } from "react";

import type { Place } from "./shape";

import { isTyping } from "../shortcuts";

/** Draws a component anew while the map moves, and tells where places lie on the screen. */
export function useProjection(map: MaplibreMap): (place: Place) => { x: number; y: number } {
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    map.on("move", again);
    map.on("resize", again);
    return () => {
      map.off("move", again);
      map.off("resize", again);
    };
  }, [map]);
  return (place) => map.project(place);
}

/** Keys for the tool at work, wherever the focus is but in a field. A key that the tool uses goes nowhere else. */
export function useToolKeys(active: boolean, onKey: (e: KeyboardEvent) => boolean) {
  const consume = useEffectEvent(onKey);
  useEffect(() => {
    if (!active) return;
    const listen = (e: KeyboardEvent) => {
      const target = e.target instanceof HTMLElement ? e.target : document.body;
      if (isTyping(target) || e.altKey) return;
      if (target.closest("button, a, [role=menu]") && e.key !== "Escape") return;
      if (!consume(e)) return;
      e.preventDefault();
      e.stopPropagation();
    };
    window.addEventListener("keydown", listen, { capture: true });
    return () => window.removeEventListener("keydown", listen, { capture: true });
  }, [active]);
}

/** No zooming by double click, while a tool takes the clicks. */
export function useToolPointer(map: MaplibreMap, active: boolean) {
  useEffect(() => {
    if (!active) return;
    map.doubleClickZoom.disable();
    return () => {
      map.doubleClickZoom.enable();
    };
  }, [map, active]);
}
