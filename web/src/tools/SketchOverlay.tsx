import type { Map as MaplibreMap } from "maplibre-gl";

import type { Place } from "./shape";
import type { Sketch } from "./sketch";
import { useProjection } from "./view";

interface SketchOverlayProps {
  map: MaplibreMap;
  sketch: Sketch;
  /** The middle of the map is marked, for whoever works by keys. */
  byKeys: boolean;
  /** Stands beside the middle of a leg. */
  legLabel?: (from: Place, to: Place) => string;
  /** Stands beside the last point. */
  endLabel?: string;
  /** The line is going to be a ring. */
  ring?: boolean;
}

/**
 * The line that is being drawn, over the map and not in it: so it survives a
 * change of theme or of boundaries, which give the map other layers.
 */
export function SketchOverlay({ map, sketch, byKeys, legLabel, endLabel, ring }: SketchOverlayProps) {
  const project = useProjection(map);
  const { points, next, closed } = sketch;
  const all = next ? [...points, next] : points;
  const path = (line: Place[]) => line.map((p, i) => `${i === 0 ? "M" : "L"}${project(p).x} ${project(p).y}`).join("");
  const legs = closed && points[0] ? [...points, points[0]] : all;
  const [a, b] = [legs.at(-2), legs.at(-1)];
  const end = all.at(-1);
  const middle = a && b && { x: (project(a).x + project(b).x) / 2, y: (project(a).y + project(b).y) / 2, long: Math.hypot(project(a).x - project(b).x, project(a).y - project(b).y) };
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  return (
    <svg className="tools-overlay" data-testid="sketch" aria-hidden="true">
      {(closed || ring) && all.length > 2 && <path className="sketch-fill" d={`${path(all)}Z`} />}
      {points.length > 1 && <path className="sketch-casing" d={path(points) + (closed ? "Z" : "")} />}
      {points.length > 1 && <path className="sketch-line" d={path(points) + (closed ? "Z" : "")} />}
      {next && points.length > 0 && <path className="sketch-band" d={path([points.at(-1) ?? next, next])} />}
      {points.map((p, i) => (
        <circle key={i} className={i === 0 ? "sketch-point first" : "sketch-point"} cx={project(p).x} cy={project(p).y} r={i === 0 ? 6 : 4.5} />
      ))}
      {legLabel && a && b && middle && middle.long > 72 && legs.length > 2 && (
        <text className="sketch-label small" x={middle.x} y={middle.y - 8} textAnchor="middle">
          {legLabel(a, b)}
        </text>
      )}
      {endLabel && end && (
        <text className="sketch-label" x={project(end).x + 12} y={project(end).y - 10}>
          {endLabel}
        </text>
      )}
      {byKeys && <path className="sketch-cross" d={`M${width / 2 - 12} ${height / 2}h24M${width / 2} ${height / 2 - 12}v24`} />}
    </svg>
  );
}
