import type { Map as MaplibreMap, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import { useEffect, useEffectEvent } from "react";

import { type Position, snap } from "./edges";
import { useKeys } from "./keys";
import type { Pull } from "./pull";

interface Handlers {
  /** What can be taken hold of within so many pixels of a place; null when nothing, or not now. */
  grab: (place: Position, radius: number) => Pull | null;
  onHover: (p: Pull | null) => void;
  /** It is being pulled; null when it was let go without a change. */
  onPull: (p: Pull | null) => void;
  onDone: (p: Pull) => void;
  /** It was only clicked; null for a click on nothing. */
  onPick: (p: Pull | null) => void;
  /** True when the key was used. */
  onKey: (e: KeyboardEvent) => boolean;
}

/** Reach of a pointer in pixels, and how far it moves before it pulls. */
const mouse = { reach: 10, slack: 3 };
const finger = { reach: 24, slack: 8 };

interface Gesture {
  pull: Pull;
  slack: number;
  /** Where it began, and from there to the handle, in pixels of the map. */
  start: { x: number; y: number };
  offset: { x: number; y: number };
  moved: boolean;
}

/** Pulling handles with mouse, finger or pen. The map itself moves only when no handle was hit. */
export function useHandles(map: MaplibreMap, h: Handlers) {
  const grab = useEffectEvent(h.grab);
  const hover = useEffectEvent(h.onHover);
  const pulled = useEffectEvent(h.onPull);
  const done = useEffectEvent(h.onDone);
  const pick = useEffectEvent(h.onPick);

  useEffect(() => {
    const canvas = map.getCanvas();
    let gesture: Gesture | null = null;
    let touched = -Infinity; // when; a tap comes once more as a mouse click

    const begin = (e: MapMouseEvent | MapTouchEvent, { reach, slack }: typeof mouse) => {
      const pull = grab([e.lngLat.lng, e.lngLat.lat], reach);
      if (!pull) return;
      e.preventDefault();
      const at = map.project(pull.at);
      gesture = { pull, slack, start: e.point, offset: { x: at.x - e.point.x, y: at.y - e.point.y }, moved: false };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", end);
      window.addEventListener("pointercancel", cancel);
      window.addEventListener("keydown", escape, { capture: true });
    };
    const drop = () => {
      gesture = null;
      canvas.style.cursor = "";
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", cancel);
      window.removeEventListener("keydown", escape, { capture: true });
    };
    const cancel = () => {
      drop();
      pulled(null);
    };
    const escape = (e: KeyboardEvent) => {
      if (e.key !== "Escape" || !gesture?.moved) return;
      e.preventDefault();
      e.stopImmediatePropagation();
      cancel();
    };
    const follow = (g: Gesture, e: PointerEvent): Pull => {
      const frame = canvas.getBoundingClientRect();
      const [x, y] = [e.clientX - frame.left, e.clientY - frame.top];
      g.moved ||= Math.hypot(x - g.start.x, y - g.start.y) > g.slack;
      if (!g.moved) return g.pull;
      const to = map.unproject([x + g.offset.x, y + g.offset.y]);
      return { ...g.pull, at: snap([to.lng, to.lat]) };
    };
    const move = (e: PointerEvent) => {
      if (!gesture || !e.isPrimary) return;
      const pull = follow(gesture, e);
      if (!gesture.moved) return;
      canvas.style.cursor = "grabbing";
      pulled(pull);
    };
    const end = (e: PointerEvent) => {
      if (!gesture || !e.isPrimary) return;
      const g = gesture;
      const pull = follow(g, e);
      drop();
      if (g.moved) done(pull);
      else pick(pull);
    };

    const onMouseDown = (e: MapMouseEvent) => {
      if (e.originalEvent.button === 0 && !gesture && performance.now() - touched > 700) begin(e, mouse);
    };
    const onTouchStart = (e: MapTouchEvent) => {
      touched = performance.now();
      if (e.points.length > 1) {
        if (gesture) cancel();
      } else if (!gesture) begin(e, finger);
    };
    const onMouseMove = (e: MapMouseEvent) => {
      if (gesture) return;
      const over = grab([e.lngLat.lng, e.lngLat.lat], mouse.reach);
      if (canvas.style.cursor !== "progress") canvas.style.cursor = over ? "grab" : "";
      hover(over);
    };
    const onClick = (e: MapMouseEvent) => {
      if (!grab([e.lngLat.lng, e.lngLat.lat], mouse.reach)) pick(null);
    };
    map.on("mousedown", onMouseDown);
    map.on("touchstart", onTouchStart);
    map.on("mousemove", onMouseMove);
    map.on("click", onClick);
    return () => {
      drop();
      map.off("mousedown", onMouseDown);
      map.off("touchstart", onTouchStart);
      map.off("mousemove", onMouseMove);
      map.off("click", onClick);
    };
  }, [map]);

  useKeys(map, h.onKey);
}
