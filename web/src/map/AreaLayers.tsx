import { Layer, Source } from "@vis.gl/react-maplibre";
import type { ExpressionSpecification } from "maplibre-gl";
import { Fragment } from "react";

import type { AreaKey } from "../address";
import type { Changed } from "./changes";
import { type Level, levels, minZooms, partition, type Visibility, widths } from "./levels";
import { type Look, strengthOf } from "./look";
import type { Palette } from "./palette";

export interface AreaLayersProps {
  /** Set behind the ids of sources and layers, so that two sets can be there at once. */
  mark: string;
  snapshot: string;
  present: Level[];
  hidden: Level[];
  steps: Record<Level, Visibility>;
  selected: AreaKey | null;
  /** The first day of boundaries of another time; "" for those in force. */
  moment: string;
  changed: Changed | null;
  look?: Look;
  palette: Palette;
  /** Something lies under the areas that is to be seen: fills are thin, lines and names firm. */
  faint?: boolean;
  /** What stands in an area, where that is not its name with the code below. */
  text?: ExpressionSpecification | string;
}

/**
 * Draws every level from its vector tiles: quiet alternating fills for the
 * finest level in sight, lines that tell the levels apart, names from points so
 * that each area is named once. Tiles are addressed by snapshot and so keep.
 */
export function AreaLayers({ mark, snapshot, present, hidden, steps, selected, moment, changed, look = {}, palette, faint, text = nameAndCode }: AreaLayersProps) {
  const shown = levels.filter((l) => present.includes(l));
  const tone: ExpressionSpecification = ["match", ["get", "tone"], 0, palette.tones[0], 1, palette.tones[1], 2, palette.tones[2], palette.tones[3]];
  const filled = partition.filter((l) => shown.includes(l) && (l !== "district" || shown.length === 1));
  return (
    <>
      {shown.map((level) => (
        <Source
          key={level}
          id={level + mark}
          type="vector"
          tiles={[`${location.origin}/tiles/${level}/{z}/{x}/{y}.mvt?${moment && `at=${moment}&`}g=${snapshot}`]}
          minzoom={minZooms[level]}
          maxzoom={18}
        />
      ))}
      {filled.map((level, i) => {
        const next = filled[i + 1];
        return (
          <Layer
            key={level}
            id={`${level}-fill${mark}`}
            source={level + mark}
            source-layer={level}
            type="fill"
            filter={["!=", ["get", "kind"], "dedicated"]}
            minzoom={i === 0 ? 0 : steps[level].lines}
            maxzoom={next ? steps[next].lines + 0.6 : 24}
            paint={{ "fill-color": tone, "fill-antialias": false, "fill-opacity": (strengthOf(look, level) / 100) * (faint ? 0.25 : 1) }}
          />
        );
      })}
      {[...shown].reverse().map((level) => (
        <Layer
          key={level}
          id={`${level}-line${mark}`}
          source={level + mark}
          source-layer={level}
          type="line"
          filter={level === "grid" ? ["!=", ["get", "kind"], "dedicated"] : ["all"]}
          minzoom={Math.max(0, Math.min(23, steps[level].lines))}
          layout={{ "line-join": "round", visibility: hidden.includes(level) ? "none" : "visible" }}
          paint={{
            "line-color": lineColor(level, palette, faint),
            "line-width": ["interpolate", ["linear"], ["zoom"], 10, widths[level] * 0.8, 16, widths[level] * 1.5],
            "line-opacity": ["interpolate", ["linear"], ["zoom"], steps[level].lines, 0, steps[level].lines + 0.6, ((level === "grid" ? 0.75 : 0.9) * strengthOf(look, level)) / 100],
            ...(level === "community" && !palette.community ? { "line-dasharray": [4, 2] } : {}),
            ...(level === "compound" ? { "line-dasharray": [1, 1.5] } : {}),
          }}
        />
      ))}
      {shown.includes("grid") && strengthOf(look, "dedicated") > 0 && (
        <Layer
          id={`dedicated-line${mark}`}
          source={`grid${mark}`}
          source-layer="grid"
          type="line"
          filter={["==", ["get", "kind"], "dedicated"]}
          minzoom={Math.max(0, Math.min(23, steps.grid.lines))}
          layout={{ "line-join": "round" }}
          paint={{ "line-color": palette.dedicated, "line-width": 1.5, "line-dasharray": [5, 1.5, 1, 1.5], "line-opacity": strengthOf(look, "dedicated") / 100 }}
        />
      )}
      {changed?.codes.map(([level, codes]) => shown.includes(level) && <Marked key={level} mark={mark} level={level} codes={codes} district={changed.district} palette={palette} />)}
      {selected && shown.includes(selected.level as Level) && <Selected mark={mark} area={selected} palette={palette} />}
      {[...shown].reverse().map((level) => (
        <Layer
          key={level}
          id={`${level}-name${mark}`}
          source={level + mark}
          source-layer={`${level}_label`}
          type="symbol"
          minzoom={Math.max(0, Math.min(23, steps[level].names))}
          maxzoom={steps[level].namesUntil}
          filter={level === "grid" && strengthOf(look, "dedicated") === 0 ? ["!=", ["get", "kind"], "dedicated"] : ["all"]}
          layout={{
            visibility: hidden.includes(level) ? "none" : "visible",
            "text-field": text,
            "text-size": { district: 15, subdistrict: 14, community: 13, grid: 12, compound: 12 }[level],
            "text-font": ["sans-serif"],
            "text-max-width": 9,
            "text-padding": 6,
            "text-line-height": 1.35,
          }}
          paint={{
            "text-color": level === "compound" ? palette.compound : level === "grid" && !faint ? palette.quiet : palette.label,
            "text-halo-color": palette.ground,
            "text-halo-width": 1.5,
            "text-opacity": strengthOf(look, level) / 100,
          }}
        />
      ))}
    </>
  );
}

/** Borders are firm above a base map; paper may have colours of its own. */
function lineColor(level: Level, palette: Palette, faint = false): string {
  if (level === "compound") return palette.compound;
  if (level === "district" || faint) return palette.district;
  return (level === "grid" && palette.grid) || (level === "community" && palette.community) || palette.line;
}

/** The name; the code below it where it says more and there is room. */
const nameAndCode: ExpressionSpecification = [
  "step",
  ["zoom"],
  ["get", "name"],
  14,
  [
    "case",
    ["==", ["get", "name"], ["get", "code"]],
    ["format", ["get", "name"], {}],
    ["format", ["get", "name"], {}, "\n", {}, ["get", "code"], { "font-scale": 0.8 }],
  ],
];

/** What an edition changed: a calm outline, apart from the selection. */
function Marked({ mark, level, codes, district, palette }: { mark: string; level: Level; codes: string[]; district: string; palette: Palette }) {
  const filter: ExpressionSpecification = ["all", ["in", ["get", "code"], ["literal", codes]], ["==", ["get", "district"], district]];
  const common = { source: level + mark, "source-layer": level, filter };
  return (
    <>
      {level !== "subdistrict" && (
        <Layer {...common} id={`changed-${level}-fill${mark}`} type="fill" paint={{ "fill-color": palette.changed, "fill-opacity": 0.1 }} />
      )}
      <Layer {...common} id={`changed-${level}-line${mark}`} type="line" layout={{ "line-join": "round" }} paint={{ "line-color": palette.changed, "line-width": widths[level] + 1, "line-opacity": 0.85 }} />
    </>
  );
}

/** A soft glow and a firm line around the selected area. */
function Selected({ mark, area, palette }: { mark: string; area: AreaKey; palette: Palette }) {
  const filter: ExpressionSpecification = ["all", ["==", ["get", "code"], area.code], ["==", ["get", "district"], area.district]];
  const common = { source: area.level + mark, "source-layer": area.level, filter };
  return (
    <Fragment key={area.level}>
      <Layer {...common} id={`selected-fill${mark}`} type="fill" paint={{ "fill-color": palette.accent, "fill-opacity": 0.12 }} />
      <Layer {...common} id={`selected-glow${mark}`} type="line" paint={{ "line-color": palette.accent, "line-width": 9, "line-blur": 7, "line-opacity": 0.45 }} />
      <Layer {...common} id={`selected-line${mark}`} type="line" layout={{ "line-join": "round" }} paint={{ "line-color": palette.accent, "line-width": 2 }} />
    </Fragment>
  );
}
