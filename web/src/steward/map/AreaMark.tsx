import { Layer } from "@vis.gl/react-maplibre";
import type { ExpressionSpecification } from "maplibre-gl";

import type { Level } from "../../map/levels";
import type { Palette } from "../../map/palette";
import type { Slot } from "./slots";

interface AreaMarkProps {
  id: string;
  level: Level;
  code: string;
  /** What stands in it instead of its name, such as 保留：第一网格. */
  label?: string;
  color: string;
  dashed?: boolean;
  palette: Palette;
}

const joined = { "line-join": "round" } as const;
const dash = [2, 1.5];

/** Sets off one area of the draft: light fill, firm line and, if there is something to say, a word. */
export function AreaMark({ id, level, code, label, color, dashed, palette }: AreaMarkProps) {
  const filter: ExpressionSpecification = ["==", ["get", "code"], code];
  const layer = { beforeId: "slot-tools" satisfies Slot, source: `draft-${level}`, "source-layer": level, filter };
  return (
    <>
      <Layer {...layer} id={`${id}-fill`} type="fill" paint={{ "fill-color": color, "fill-opacity": 0.16 }} />
      <Layer {...layer} id={`${id}-line`} type="line" layout={joined} paint={{ "line-color": color, "line-width": dashed ? 2.5 : 3, ...(dashed ? { "line-dasharray": dash } : {}) }} />
      {label && (
        <Layer
          {...layer}
          id={`${id}-name`}
          source-layer={`${level}_label`}
          type="symbol"
          layout={{ "text-field": label, "text-size": 14, "text-font": ["sans-serif"], "text-allow-overlap": true, "text-max-width": 12 }}
          paint={{ "text-color": color, "text-halo-color": palette.ground, "text-halo-width": 2 }}
        />
      )}
    </>
  );
}
