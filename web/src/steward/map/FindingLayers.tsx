import { Layer, Source } from "@vis.gl/react-maplibre";
import type { ExpressionSpecification } from "maplibre-gl";
import { useMemo } from "react";

import type { Palette } from "../../map/palette";
import { findingData } from "./findings";
import { symbolOf, symbolOfSeverity } from "./images";
import type { Slot } from "./slots";
import type { MapFinding } from "./types";

interface FindingLayersProps {
  findings: MapFinding[];
  selected: string | null;
  hovered: string | null;
  palette: Palette;
}

/** Layers that a click may hit, symbols first. */
export const findingLayers = { cluster: "finding-cluster", hits: ["finding-chosen-mark", "finding-mark", "finding-fill"] };

const colour = (p: Palette): ExpressionSpecification => ["match", ["get", "severity"], "error", p.error, "warning", p.warning, p.note];
const worst = (p: Palette): ExpressionSpecification => ["match", ["get", "worst"], 3, p.error, 2, p.warning, p.note];
const faded = (full: number, waived: number): ExpressionSpecification => ["case", ["get", "waived"], waived, full];
const single: ExpressionSpecification = ["!", ["has", "point_count"]];
const below = { beforeId: "slot-findings" satisfies Slot };
const clustering = { worst: ["max", ["get", "rank"]] };
const symbol = { "icon-allow-overlap": true, "icon-ignore-placement": true } as const;
const joined = { "line-join": "round" } as const;

/** Findings: outlines where they have one, and symbols, gathered where many lie together. */
export function FindingLayers({ findings, selected, hovered, palette }: FindingLayersProps) {
  const data = useMemo(() => findingData(findings), [findings]);
  const chosen = useMemo(() => findingData(findings.filter((f) => f.key === selected)), [findings, selected]);
  const mark = symbolOfSeverity(palette);
  return (
    <>
      <Source id="finding-outlines" type="geojson" data={data.outlines} maxzoom={20} />
      <Source id="finding-places" type="geojson" data={data.places} maxzoom={20} cluster clusterMaxZoom={17} clusterRadius={34} clusterProperties={clustering} />
      <Source id="finding-chosen-outlines" type="geojson" data={chosen.outlines} maxzoom={20} />
      <Source id="finding-chosen-places" type="geojson" data={chosen.places} maxzoom={20} />
      <Layer {...below} id="finding-fill" source="finding-outlines" type="fill" paint={{ "fill-color": colour(palette), "fill-opacity": faded(0.22, 0.07) }} />
      <Layer {...below} id="finding-line" source="finding-outlines" type="line" layout={joined} paint={{ "line-color": colour(palette), "line-width": 1.5, "line-opacity": faded(0.95, 0.35) }} />
      <Layer {...below} id="finding-chosen-glow" source="finding-chosen-outlines" type="line" layout={joined} paint={{ "line-color": palette.accent, "line-width": 12, "line-blur": 8, "line-opacity": 0.55 }} />
      <Layer {...below} id="finding-chosen-line" source="finding-chosen-outlines" type="line" layout={joined} paint={{ "line-color": palette.accent, "line-width": 2.5 }} />
      <Layer
        {...below}
        id="finding-cluster"
        source="finding-places"
        type="circle"
        filter={["has", "point_count"]}
        paint={{ "circle-radius": 18, "circle-color": palette.ground, "circle-opacity": 0.92, "circle-stroke-width": 2, "circle-stroke-color": worst(palette), "circle-stroke-opacity": ["case", ["==", ["get", "worst"], 0], 0.4, 1] }}
      />
      <Layer
        {...below}
        id="finding-cluster-mark"
        source="finding-places"
        type="symbol"
        filter={["has", "point_count"]}
        layout={{
          ...symbol,
          "icon-image": symbolOf(["get", "worst"], palette),
          "icon-size": 0.6,
          "icon-offset": [0, -13],
          "text-field": ["get", "point_count_abbreviated"],
          "text-font": ["sans-serif"],
          "text-size": 12,
          "text-offset": [0, 0.5],
          "text-allow-overlap": true,
          "text-ignore-placement": true,
        }}
        paint={{ "text-color": palette.label, "icon-opacity": ["case", ["==", ["get", "worst"], 0], 0.45, 1] }}
      />
      <Layer {...below} id="finding-mark" source="finding-places" type="symbol" filter={single} layout={{ ...symbol, "icon-image": mark, "icon-size": 0.9, "symbol-sort-key": ["get", "rank"] }} paint={{ "icon-opacity": faded(1, 0.4) }} />
      <Layer {...below} id="finding-hovered" source="finding-places" type="symbol" filter={["all", single, ["==", ["get", "key"], hovered ?? ""]]} layout={{ ...symbol, "icon-image": mark, "icon-size": 1.2 }} />
      <Layer {...below} id="finding-chosen-ring" source="finding-chosen-places" type="circle" paint={{ "circle-radius": 20, "circle-blur": 0.6, "circle-color": palette.accent, "circle-opacity": 0.35 }} />
      <Layer
        {...below}
        id="finding-chosen-edge"
        source="finding-chosen-places"
        type="circle"
        paint={{ "circle-radius": 15, "circle-color": palette.ground, "circle-opacity": 0.85, "circle-stroke-width": 2.5, "circle-stroke-color": palette.accent }}
      />
      <Layer {...below} id="finding-chosen-mark" source="finding-chosen-places" type="symbol" layout={{ ...symbol, "icon-image": mark, "icon-size": 0.9 }} paint={{ "icon-opacity": faded(1, 0.55) }} />
    </>
  );
}
