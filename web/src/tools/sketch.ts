import type { Map as MaplibreMap, MapMouseEvent } from "maplibre-gl";
import { useEffect, useEffectEvent, useState } from "react";

import { type Place, placeAt } from "./shape";
import { useToolKeys, useToolPointer } from "./view";

/** A line that is being drawn, point by point. */
export interface Sketch {
  points: Place[];
  /** Where the pointer is, while the line goes on. */
  next: Place | null;
  /** The line is finished; closed when it came back to its first point. */
  done: boolean;
  closed: boolean;
}

const reach = 14; // pixels within which a click is on a point

export const nothing: Sketch = { points: [], next: null, done: false, closed: false };

interface SketchOptions {
  from: Place[];
  /** Clicks and keys go to the sketch. */
  active: boolean;
  /** A finished line is a ring. */
  ring: boolean;
  onDone?: (points: Place[]) => void;
  onLeave: () => void;
}

/**
 * Draws a line on the map by clicks, taps or keys: a click on the first point
 * closes it, on the last (a double click too) ends it; Enter ends, Backspace and
 * Ctrl+Z take the last point back, space adds the middle of the map, Esc leaves.
 */
export function useSketch(map: MaplibreMap, { from, active, ring, onDone, onLeave }: SketchOptions) {
  const [sketch, setSketch] = useState<Sketch>({ ...nothing, points: from });
  /** The middle of the map is marked: the tool is used by keys. */
  const [byKeys, setByKeys] = useState(false);
  useToolPointer(map, active);

  const finish = (closed: boolean) => {
    if (sketch.points.length < (closed || ring ? 3 : 2)) return;
    setSketch({ ...sketch, next: null, done: true, closed: closed || ring });
    onDone?.(sketch.points);
  };
  const add = (place: Place) => {
    if (sketch.done) {
      setSketch({ ...nothing, points: [place] });
      return;
    }
    const at = map.project(place);
    const on = (p: Place | undefined) => p !== undefined && map.project(p).dist(at) <= reach;
    if (sketch.points.length > 2 && on(sketch.points[0])) finish(true);
    else if (on(sketch.points.at(-1))) finish(false);
    else setSketch({ ...nothing, points: [...sketch.points, place] });
  };
  const back = () => {
    if (sketch.done) setSketch({ ...sketch, done: false, closed: false });
    else setSketch({ ...sketch, points: sketch.points.slice(0, -1), next: sketch.points.length > 1 ? sketch.next : null });
  };

  const click = useEffectEvent((e: MapMouseEvent) => {
    setByKeys(false);
    add(placeAt(e.lngLat));
  });
  const move = useEffectEvent((e: MapMouseEvent) => {
    if (!sketch.done && sketch.points.length > 0) setSketch({ ...sketch, next: placeAt(e.lngLat) });
  });
  useEffect(() => {
    if (!active) return;
    const onClick = (e: MapMouseEvent) => click(e);
    const onMove = (e: MapMouseEvent) => move(e);
    map.on("click", onClick);
    map.on("mousemove", onMove);
    return () => {
      map.off("click", onClick);
      map.off("mousemove", onMove);
    };
  }, [map, active]);
  useToolKeys(active, (e) => {
    if (e.key.startsWith("Arrow")) {
      setByKeys(true);
      return false; // the map moves
    }
    if ((e.ctrlKey || e.metaKey) && e.key !== "z") return false;
    if (e.key === "Escape") onLeave();
    else if (e.key === "Enter") finish(false);
    else if (e.key === "Backspace" || ((e.ctrlKey || e.metaKey) && e.key === "z")) back();
    else if (e.key === " ") {
      setByKeys(true);
      add(placeAt(map.getCenter()));
    } else return false;
    return true;
  });
  return { sketch, byKeys, finish: () => finish(false), back, clear: () => setSketch(nothing) };
}
