import type { Map as MaplibreMap, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import { useEffect, useEffectEvent, useState } from "react";

import { type Place, placeAt, rectangle } from "./shape";

const smallest = 6; // pixels: less is a click

/** A rectangle that is dragged out on the map, by mouse or finger; null before. */
export function useRectangle(map: MaplibreMap, active: boolean, onDone: (ring: Place[]) => void): Place[] | null {
  const [drag, setDrag] = useState<{ from: Place; to: Place } | null>(null);
  const begin = useEffectEvent((e: MapMouseEvent | MapTouchEvent) => {
    if ("points" in e && e.points.length > 1) return;
    e.preventDefault();
    setDrag({ from: placeAt(e.lngLat), to: placeAt(e.lngLat) });
  });
  const go = useEffectEvent((e: MapMouseEvent | MapTouchEvent) => {
    if (drag) setDrag({ ...drag, to: placeAt(e.lngLat) });
  });
  const end = useEffectEvent(() => {
    if (!drag) return;
    setDrag(null);
    const [a, b] = [map.project(drag.from), map.project(drag.to)];
    if (Math.min(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) >= smallest) onDone(rectangle(drag.from, drag.to));
  });
  useEffect(() => {
    if (!active) return;
    const onBegin = (e: MapMouseEvent | MapTouchEvent) => begin(e);
    const onGo = (e: MapMouseEvent | MapTouchEvent) => go(e);
    const onEnd = () => end();
    map.dragPan.disable();
    map.on("mousedown", onBegin);
    map.on("touchstart", onBegin);
    map.on("mousemove", onGo);
    map.on("touchmove", onGo);
    const ended = new AbortController();
    for (const event of ["mouseup", "touchend", "touchcancel"]) window.addEventListener(event, onEnd, { signal: ended.signal });
    return () => {
      map.dragPan.enable();
      map.off("mousedown", onBegin);
      map.off("touchstart", onBegin);
      map.off("mousemove", onGo);
      map.off("touchmove", onGo);
      ended.abort();
    };
  }, [map, active]);
  return drag && rectangle(drag.from, drag.to);
}
