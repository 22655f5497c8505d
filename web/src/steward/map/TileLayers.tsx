import { Layer, Source } from "@vis.gl/react-maplibre";
import type { ExpressionSpecification, SymbolLayerSpecification } from "maplibre-gl";
import { Fragment } from "react";

import { type Level, levels, minZooms, partition, type Visibility, widths } from "../../map/levels";
import type { Palette } from "../../map/palette";
import type { Slot } from "./slots";
import type { StewardMapProps } from "./types";

export type Steps = Record<Level, Visibility>;

const dashes = [4, 3];
const round = { "line-join": "round" } as const;
const inForce: ExpressionSpecification = ["!=", ["get", "kind"], "dedicated"];
const textSize: Record<Level, number> = { district: 15, subdistrict: 14, community: 13, grid: 12, compound: 12 };

const tones = (p: Palette): ExpressionSpecification => ["match", ["get", "tone"], 0, p.tones[0], 1, p.tones[1], 2, p.tones[2], p.tones[3]];
const widthOf = (level: Level, times = 1): ExpressionSpecification => ["interpolate", ["linear"], ["zoom"], 10, widths[level] * 0.8 * times, 16, widths[level] * 1.5 * times];
const from = (zoom: number) => Math.max(0, Math.min(23, zoom));
const nameLayout = (level: Level): NonNullable<SymbolLayerSpecification["layout"]> => ({
  "text-field": ["get", "name"],
  "text-size": textSize[level],
  "text-font": ["sans-serif"],
  "text-max-width": 9,
  "text-padding": 6,
});

function Tiles({ id, level, url }: { id: string; level: Level; url: string }) {
  return <Source id={id} type="vector" tiles={[location.origin + url]} minzoom={minZooms[level]} maxzoom={18} />;
}

/** Alternating fills, each level until the next finer one has come. */
function Fills({ prefix, present, steps, palette }: { prefix: string; present: Level[]; steps: Steps; palette: Palette }) {
  const filled = partition.filter((l) => present.includes(l) && (l !== "district" || present.length === 1));
  return filled.map((level, i) => {
    const next = filled[i + 1];
    return (
      <Layer
        key={level}
        id={`${prefix}-${level}-fill`}
        beforeId={"slot-fills" satisfies Slot}
        source={`${prefix}-${level}`}
        source-layer={level}
        type="fill"
        filter={inForce}
        minzoom={i === 0 ? 0 : from(steps[level].lines)}
        maxzoom={next ? from(steps[next].lines + 0.6) : 24}
        paint={{ "fill-color": tones(palette), "fill-antialias": false }}
      />
    );
  });
}

interface NamesProps {
  prefix: string;
  present: Level[];
  steps: Steps;
  color: string;
  palette: Palette;
}

function Names({ prefix, present, steps, color, palette }: NamesProps) {
  return [...present].reverse().map((level) => (
    <Layer
      key={level}
      id={`${prefix}-${level}-name`}
      beforeId={"slot-names" satisfies Slot}
      source={`${prefix}-${level}`}
      source-layer={`${level}_label`}
      type="symbol"
      minzoom={from(steps[level].names)}
      maxzoom={steps[level].namesUntil}
      layout={nameLayout(level)}
      paint={{ "text-color": color, "text-halo-color": palette.ground, "text-halo-width": 1.5 }}
    />
  ));
}

interface ActiveLayersProps {
  active: StewardMapProps["active"];
  /** No draft is drawn over it: it carries the map. */
  alone: boolean;
  /** An import is drawn over it: its lines step back. */
  quiet: boolean;
  steps: Steps;
  palette: Palette;
}

/** The boundaries in force: thin and grey, below what is worked on. */
export function ActiveLayers({ active, alone, quiet, steps, palette }: ActiveLayersProps) {
  const present = levels.filter((l) => active.levels.includes(l));
  return (
    <>
      {present.map((level) => (
        <Tiles key={level} id={`active-${level}`} level={level} url={`/tiles/${level}/{z}/{x}/{y}.mvt?g=${active.snapshot}`} />
      ))}
      {alone && <Fills prefix="active" present={present} steps={steps} palette={palette} />}
      {[...present].reverse().map((level) => (
        <Layer
          key={level}
          id={`active-${level}-line`}
          beforeId={"slot-lines" satisfies Slot}
          source={`active-${level}`}
          source-layer={level}
          type="line"
          minzoom={from(steps[level].lines)}
          layout={round}
          paint={{ "line-color": palette.quiet, "line-width": widthOf(level, alone && !quiet ? 1 : 0.6), "line-opacity": alone ? 0.65 : 0.35, ...(alone ? {} : { "line-dasharray": dashes }) }}
        />
      ))}
      {alone && <Names prefix="active" present={present} steps={steps} color={palette.quiet} palette={palette} />}
    </>
  );
}

interface DraftLayersProps {
  draft: NonNullable<StewardMapProps["draft"]>;
  /** The level that is picked from, if any. */
  level: Level;
  /** Its borders are drawn by a tool, or an import over them: the lines step back. */
  faded: boolean;
  steps: Steps;
  palette: Palette;
}

/** The draft as it stands. A new version is fetched behind the old one, which stays until it is here. */
export function DraftLayers({ draft, level: picked, faded, steps, palette }: DraftLayersProps) {
  const present = levels.filter((l) => draft.levels.includes(l));
  const path = `/api/v1/editions/${encodeURIComponent(draft.district)}/${encodeURIComponent(draft.name)}/tiles`;
  return (
    <>
      {present.map((level) => (
        <Tiles key={level} id={`draft-${level}`} level={level} url={`${path}/${level}/{z}/{x}/{y}.mvt?v=${draft.version}`} />
      ))}
      <Fills prefix="draft" present={present} steps={steps} palette={palette} />
      {present.includes(picked) && (
        <Layer
          key={`pick-${picked}`}
          id={`draft-${picked}-pick`}
          beforeId={"slot-fills" satisfies Slot}
          source={`draft-${picked}`}
          source-layer={picked}
          type="fill"
          filter={inForce}
          paint={{ "fill-opacity": 0 }}
        />
      )}
      {[...present].reverse().map((level) => (
        <Layer
          key={level}
          id={`draft-${level}-line`}
          beforeId={"slot-lines" satisfies Slot}
          source={`draft-${level}`}
          source-layer={level}
          type="line"
          minzoom={from(steps[level].lines)}
          layout={round}
          paint={{
            "line-color": level === "district" ? palette.district : level === "compound" ? palette.compound : palette.line,
            "line-width": widthOf(level),
            "line-opacity": faded ? 0.3 : 0.95,
            ...(level === "community" && !faded ? { "line-dasharray": [4, 2] } : {}),
          }}
        />
      ))}
      <Names prefix="draft" present={present} steps={steps} color={palette.label} palette={palette} />
    </>
  );
}

/** An import as it was read, over what is in force, so that a shift is seen at once. */
export function PreviewLayers({ preview, palette }: { preview: NonNullable<StewardMapProps["preview"]>; palette: Palette }) {
  const { id, level } = preview;
  const layer = { beforeId: "slot-preview" satisfies Slot, source: `preview-${id}`, "source-layer": level };
  return (
    <Fragment key={id}>
      <Tiles id={`preview-${id}`} level={level} url={`/api/v1/imports/${id}/tiles/{z}/{x}/{y}.mvt`} />
      <Layer {...layer} id={`preview-${id}-fill`} type="fill" paint={{ "fill-color": palette.accent, "fill-opacity": 0.1 }} />
      <Layer {...layer} id={`preview-${id}-line`} type="line" layout={round} paint={{ "line-color": palette.accent, "line-width": 1.75 }} />
      <Layer
        {...layer}
        id={`preview-${id}-name`}
        source-layer={`${level}_label`}
        type="symbol"
        layout={nameLayout(level)}
        paint={{ "text-color": palette.accent, "text-halo-color": palette.ground, "text-halo-width": 1.5 }}
      />
    </Fragment>
  );
}
