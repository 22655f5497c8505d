import type { Map as MaplibreMap } from "maplibre-gl";
import { useEffect, useEffectEvent } from "react";

import { type Place, placeAt } from "./shape";

/** Where the menu was asked for: a place, and where that lies on the screen. */
export interface Asked {
  place: Place;
  at: { x: number; y: number };
}

const long = 500; // milliseconds
const still = 10; // pixels that a finger may move meanwhile

/**
 * Asks for the menu of a place: right click, a long press of one finger, or the
 * menu key and Shift+F10 at the middle of the map while it has the focus.
 */
export function usePress(map: MaplibreMap, active: boolean, onAsk: (asked: Asked) => void) {
  const ask = useEffectEvent((x: number, y: number) => {
    const { left, top } = map.getContainer().getBoundingClientRect();
    onAsk({ place: placeAt(map.unproject([x - left, y - top])), at: { x, y } });
  });
  useEffect(() => {
    if (!active) return;
    const box = map.getCanvasContainer();
    const canvas = map.getCanvas();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let down: { x: number; y: number } | null = null;
    const cancel = () => {
      clearTimeout(timer);
      down = null;
    };
    // The finger that opened the menu is lifted at last: that is no click on the map.
    const swallow = () => {
      const stop = (e: Event) => {
        e.stopPropagation();
        e.preventDefault();
      };
      window.addEventListener("click", stop, { capture: true, once: true });
      const later = () => setTimeout(() => window.removeEventListener("click", stop, { capture: true }), 300);
      for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, later, { once: true });
    };
    const onDown = (e: PointerEvent) => {
      cancel();
      if (e.pointerType === "mouse" || !e.isPrimary) return;
      const { clientX: x, clientY: y } = e;
      down = { x, y };
      timer = setTimeout(() => {
        down = null;
        swallow();
        ask(x, y);
      }, long);
    };
    const onMove = (e: PointerEvent) => {
      if (down && (!e.isPrimary || Math.hypot(e.clientX - down.x, e.clientY - down.y) > still)) cancel();
    };
    const onMenu = (e: MouseEvent) => {
      e.preventDefault();
      if (e instanceof PointerEvent && e.pointerType !== "mouse") return; // by the timer above, alike on all phones
      if (e.clientX === 0 && e.clientY === 0) return;
      ask(e.clientX, e.clientY);
    };
    const onKey = (e: KeyboardEvent) => {
      if (e.target !== canvas || !(e.key === "ContextMenu" || (e.shiftKey && e.key === "F10"))) return;
      e.preventDefault();
      const { left, top, width, height } = canvas.getBoundingClientRect();
      ask(left + width / 2, top + height / 2);
    };
    const ended = new AbortController();
    const { signal } = ended;
    box.addEventListener("pointerdown", onDown, { signal });
    window.addEventListener("pointermove", onMove, { signal });
    window.addEventListener("pointerup", cancel, { signal });
    window.addEventListener("pointercancel", cancel, { signal });
    box.addEventListener("contextmenu", onMenu, { signal });
    window.addEventListener("keydown", onKey, { signal });
    map.on("movestart", cancel);
    return () => {
      cancel();
      ended.abort();
      map.off("movestart", cancel);
    };
  }, [map, active]);
}
