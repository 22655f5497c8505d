import type { Map as MaplibreMap } from "maplibre-gl";
import { type PointerEvent, useState } from "react";

import { type Place, placeAt } from "./shape";
import { useProjection } from "./view";

interface ShapeOverlayProps {
  map: MaplibreMap;
  ring: Place[];
  /** Its points can be dragged, and new ones pulled out of its edges. */
  editing: boolean;
  /** The ring as it is dragged, and, with true, as it is let go. */
  onRing: (ring: Place[], settled: boolean) => void;
}

const most = 150; // points that are offered for dragging

/** The finished polygon over the map, with handles while it may be changed. */
export function ShapeOverlay({ map, ring, editing, onRing }: ShapeOverlayProps) {
  const project = useProjection(map);
  const [held, setHeld] = useState<number | null>(null);
  const at = ring.map(project);
  const handles = editing && ring.length <= most;

  const placeOf = (e: PointerEvent) => {
    const { left, top } = map.getContainer().getBoundingClientRect();
    return placeAt(map.unproject([e.clientX - left, e.clientY - top]));
  };
  const moved = (i: number, to: Place) => ring.map((p, k) => (k === i ? to : p));
  const take = (e: PointerEvent<SVGElement>, i: number, isNew: boolean) => {
    e.preventDefault();
    e.currentTarget.ownerSVGElement?.setPointerCapture(e.pointerId);
    setHeld(i);
    if (isNew) onRing([...ring.slice(0, i), placeOf(e), ...ring.slice(i)], false);
  };
  return (
    <svg
      className="tools-overlay"
      data-testid="shape"
      aria-hidden="true"
      onPointerMove={(e) => held !== null && onRing(moved(held, placeOf(e)), false)}
      onPointerUp={(e) => {
        if (held === null) return;
        onRing(moved(held, placeOf(e)), true);
        setHeld(null);
      }}
      onPointerCancel={() => {
        if (held !== null) onRing(ring, true);
        setHeld(null);
      }}
    >
      <path className="sketch-fill" d={`M${at.map((p) => `${p.x} ${p.y}`).join("L")}Z`} />
      <path className="sketch-casing" d={`M${at.map((p) => `${p.x} ${p.y}`).join("L")}Z`} />
      <path className="sketch-line" d={`M${at.map((p) => `${p.x} ${p.y}`).join("L")}Z`} />
      {handles &&
        held === null &&
        at.map((p, i) => {
          const q = at[(i + 1) % at.length] ?? p;
          if (Math.hypot(q.x - p.x, q.y - p.y) < 56) return null;
          return (
            <g key={`middle-${i}`} className="shape-handle" onPointerDown={(e) => take(e, i + 1, true)}>
              <circle className="grip-area" cx={(p.x + q.x) / 2} cy={(p.y + q.y) / 2} r={14} />
              <circle className="middle" cx={(p.x + q.x) / 2} cy={(p.y + q.y) / 2} r={4} />
            </g>
          );
        })}
      {handles &&
        at.map((p, i) => (
          <g key={i} className="shape-handle" data-testid="handle" onPointerDown={(e) => take(e, i, false)}>
            <circle className="grip-area" cx={p.x} cy={p.y} r={18} />
            <circle className="sketch-point" cx={p.x} cy={p.y} r={6} />
          </g>
        ))}
    </svg>
  );
}
