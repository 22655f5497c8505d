import { Layer, Source } from "@vis.gl/react-maplibre";
import type { LineString, Point } from "geojson";
import type { ExpressionSpecification } from "maplibre-gl";
import { useMemo } from "react";

import type { Palette } from "../../map/palette";
import { type Mesh, type Position, vertexAt } from "./edges";
import { collection, line, point } from "./features";
import { meshData } from "./meshdata";
import { edgesTouched, linesOf, type Pull } from "./pull";
import type { Slot } from "./slots";

interface VertexLayersProps {
  mesh: Mesh;
  pull: Pull | null;
  hover: Pull | null;
  selected: Position | null;
  /** Nothing can be taken hold of now. */
  faded: boolean;
  palette: Palette;
}

const below = { beforeId: "slot-tools" satisfies Slot };
const joined = { "line-join": "round", "line-cap": "round" } as const;
const inSight: ExpressionSpecification = ["<=", ["get", "zoom"], ["zoom"]];
const fork: ExpressionSpecification = ["get", "fork"];
const role = (name: string): ExpressionSpecification => ["==", ["get", "role"], name];
const coarse = window.matchMedia("(pointer: coarse)").matches;
const larger = coarse ? 1.6 : 1;
const without = (ids: number[]): ExpressionSpecification => ["!", ["in", ["id"], ["literal", ids]]];

/** Edges and handles, and above them what is being pulled. */
export function VertexLayers({ mesh, pull, hover, selected, faded, palette }: VertexLayersProps) {
  const data = useMemo(() => meshData(mesh), [mesh]);
  const touched = useMemo(() => (pull ? edgesTouched(mesh, pull) : []), [mesh, pull]);
  const origin = pull && pull.kind !== "insert" && pull.from[0] ? vertexAt(mesh, pull.from[0]) : undefined;
  const hot = collection<LineString | Point>([
    ...(pull ? linesOf(pull).map((l) => line(l, { role: "line" })) : []),
    ...(pull && pull.kind !== "remove" ? [point(pull.at, { role: "held" })] : []),
    ...(pull?.kind === "move" && pull.from[0] ? [point(pull.from[0], { role: "origin" })] : []),
    ...(hover && !pull ? [point(hover.at, { role: "hover" })] : []),
    ...(selected && !pull ? [point(selected, { role: "selected" })] : []),
  ]);
  const opacity = faded ? 0.45 : 1;
  return (
    <>
      <Source id="mesh-edges" type="geojson" data={data.edges} maxzoom={20} tolerance={0} />
      <Source id="mesh-middles" type="geojson" data={data.middles} maxzoom={20} />
      <Source id="mesh-vertices" type="geojson" data={data.vertices} maxzoom={20} />
      <Source id="mesh-hot" type="geojson" data={hot} maxzoom={20} tolerance={0} />
      <Layer {...below} id="mesh-edge" source="mesh-edges" type="line" filter={without(touched)} layout={joined} paint={{ "line-color": palette.accent, "line-width": ["+", ["get", "width"], 0.5], "line-opacity": 0.85 }} />
      <Layer {...below} id="mesh-hot-casing" source="mesh-hot" type="line" filter={role("line")} layout={joined} paint={{ "line-color": palette.ground, "line-width": 6, "line-opacity": 0.8 }} />
      <Layer {...below} id="mesh-hot-line" source="mesh-hot" type="line" filter={role("line")} layout={joined} paint={{ "line-color": palette.accent, "line-width": 2.75 }} />
      <Layer
        {...below}
        id="mesh-middle"
        source="mesh-middles"
        type="circle"
        filter={["all", inSight, without(touched)]}
        paint={{ "circle-radius": 3 * larger, "circle-color": palette.ground, "circle-opacity": 0.9 * opacity, "circle-stroke-width": 1.25, "circle-stroke-color": palette.accent, "circle-stroke-opacity": 0.45 * opacity }}
      />
      <Layer
        {...below}
        id="mesh-vertex"
        source="mesh-vertices"
        type="circle"
        filter={["all", inSight, without(origin === undefined ? [] : [origin])]}
        paint={{
          "circle-radius": ["case", fork, 6.5 * larger, 4.5 * larger],
          "circle-color": ["case", fork, palette.accent, palette.ground],
          "circle-opacity": opacity,
          "circle-stroke-width": 2,
          "circle-stroke-color": ["case", fork, palette.ground, palette.accent],
          "circle-stroke-opacity": opacity,
        }}
      />
      <Layer {...below} id="mesh-origin" source="mesh-hot" type="circle" filter={role("origin")} paint={{ "circle-radius": 4, "circle-opacity": 0, "circle-stroke-width": 1.5, "circle-stroke-color": palette.quiet, "circle-stroke-opacity": 0.7 }} />
      <Layer {...below} id="mesh-glow" source="mesh-hot" type="circle" filter={["any", role("selected"), role("held")]} paint={{ "circle-radius": 20, "circle-blur": 0.8, "circle-color": palette.accent, "circle-opacity": 0.4 }} />
      <Layer
        {...below}
        id="mesh-hot-point"
        source="mesh-hot"
        type="circle"
        filter={["any", role("selected"), role("held"), role("hover")]}
        paint={{ "circle-radius": 7 * larger, "circle-color": ["case", role("hover"), palette.ground, palette.accent], "circle-stroke-width": 2.5, "circle-stroke-color": ["case", role("hover"), palette.accent, palette.ground] }}
      />
    </>
  );
}
