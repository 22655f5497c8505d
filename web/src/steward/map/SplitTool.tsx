import { Layer, Source } from "@vis.gl/react-maplibre";
import type { LineString, Point } from "geojson";
import type { MapMouseEvent } from "maplibre-gl";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Palette } from "../../map/palette";
import { AreaMark } from "./AreaMark";
import { areaAt, middleOfLine, type Position, snap } from "./edges";
import { collection, line, point } from "./features";
import { Hint } from "./Hint";
import { useKeys } from "./keys";
import { pickAt } from "./pick";
import type { Slot } from "./slots";
import type { Picked, StewardMapProps } from "./types";
import { useBorders } from "./useBorders";
import { useMaplibre, useView } from "./useView";

type SplitToolProps = Pick<StewardMapProps, "palette" | "level" | "busy" | "onSplit"> & { draft: NonNullable<StewardMapProps["draft"]> };

interface Cut {
  points: Position[];
  /** Where the pointer is, while the line goes on. */
  next: Position | null;
  /** The area under the middle of the line. */
  area: Picked | null;
  done: boolean;
  version: number;
}

/** Pixels within which a click on the last point ends the line. */
const same = 12;

/** Draws the line that cuts an area in two. Mount anew for another level. */
export function SplitTool({ draft, level, palette, busy, onSplit }: SplitToolProps) {
  const { t } = useTranslation();
  const map = useMaplibre();
  const view = useView(map);
  const { mesh } = useBorders(draft, view);
  const empty: Cut = { points: [], next: null, area: null, done: false, version: draft.version };
  const [kept, setCut] = useState<Cut>(empty);
  const cut = kept.version === draft.version ? kept : empty; // a new version is a new beginning
  const word = t(`level_${level}`);

  const areaUnder = (points: Position[]): Picked | null => {
    const at = points.length > 1 ? middleOfLine(points) : undefined;
    if (!at) return null;
    const found = mesh && areaAt(mesh, level, at);
    return found ? { code: found.code, name: found.name } : pickAt(map, level, map.project(at));
  };
  const draw = (points: Position[], next: Position | null) =>
    setCut({ points, next, area: areaUnder(next ? [...points, next] : points), done: false, version: draft.version });

  const finish = () => {
    if (cut.points.length < 2 || busy) return;
    const area = areaUnder(cut.points);
    setCut({ ...cut, area, next: null, done: area !== null });
    if (area) onSplit({ level, ...area }, cut.points);
  };

  const click = useEffectEvent((e: MapMouseEvent) => {
    if (busy) return;
    const place = snap([e.lngLat.lng, e.lngLat.lat]);
    const last = cut.points.at(-1);
    if (cut.done || !last) draw([place], null);
    else if (map.project(last).dist(e.point) > same) draw([...cut.points, place], null);
    else finish(); // also the second half of a double click
  });
  const move = useEffectEvent((e: MapMouseEvent) => {
    if (!cut.done && cut.points.length > 0) draw(cut.points, snap([e.lngLat.lng, e.lngLat.lat]));
  });
  useEffect(() => {
    const onClick = (e: MapMouseEvent) => click(e);
    const onMove = (e: MapMouseEvent) => move(e);
    map.doubleClickZoom.disable();
    map.on("click", onClick);
    map.on("mousemove", onMove);
    return () => {
      map.doubleClickZoom.enable();
      map.off("click", onClick);
      map.off("mousemove", onMove);
    };
  }, [map]);
  useEffect(() => {
    map.getCanvas().style.cursor = busy ? "progress" : "crosshair";
    return () => {
      map.getCanvas().style.cursor = "";
    };
  }, [map, busy]);
  useKeys(map, (e) => {
    if (busy || cut.points.length === 0) return false;
    if (e.key === "Enter" && !cut.done) finish();
    else if (e.key === "Escape" || (e.key === "Backspace" && cut.done)) setCut(empty);
    else if (e.key === "Backspace") draw(cut.points.slice(0, -1), cut.points.length > 1 ? cut.next : null);
    else return false;
    return true;
  });

  return (
    <>
      {cut.area && <AreaMark key={level} id="split-area" level={level} code={cut.area.code} color={palette.accent} palette={palette} />}
      <CutLayers cut={cut} label={t("steward_map_new_part")} palette={palette} />
      {busy ? (
        <Hint kind="busy">{t("steward_map_saving")}</Hint>
      ) : cut.done && cut.area ? (
        <Hint>{t("steward_map_split_done", { name: cut.area.name })}</Hint>
      ) : cut.points.length === 0 ? (
        <Hint>{t("steward_map_split_first", { level: word })}</Hint>
      ) : cut.area ? (
        <Hint>{t("steward_map_split_next", { name: cut.area.name })}</Hint>
      ) : (
        <Hint>{t("steward_map_split_nowhere", { level: word })}</Hint>
      )}
    </>
  );
}

const slot = { beforeId: "slot-tools" satisfies Slot };
const joined = { "line-join": "round", "line-cap": "round" } as const;
const dashes = [1.5, 1.5];

/** The line as far as it goes, the band to the pointer, and on which side the new area comes to lie. */
function CutLayers({ cut, label, palette }: { cut: Cut; label: string; palette: Palette }) {
  const map = useMaplibre();
  const last = cut.points.at(-1);
  const all = cut.next ? [...cut.points, cut.next] : cut.points;
  const side = cut.area && rightOf(all, (p) => map.project(p), (x, y) => map.unproject([x, y]).toArray());
  const data = collection<LineString | Point>([
    ...(cut.points.length > 1 ? [line(cut.points, { role: "line" })] : []),
    ...(last && cut.next ? [line([last, cut.next], { role: "band" })] : []),
    ...cut.points.map((p) => point(p, { role: "point" })),
    ...(side ? [point(side, { role: "side", label })] : []),
  ]);
  return (
    <>
      <Source id="split-line" type="geojson" data={data} maxzoom={20} tolerance={0} />
      <Layer {...slot} id="split-casing" source="split-line" type="line" filter={["==", ["get", "role"], "line"]} layout={joined} paint={{ "line-color": palette.ground, "line-width": 7, "line-opacity": 0.8 }} />
      <Layer {...slot} id="split-drawn" source="split-line" type="line" filter={["==", ["get", "role"], "line"]} layout={joined} paint={{ "line-color": palette.error, "line-width": 3 }} />
      <Layer {...slot} id="split-band" source="split-line" type="line" filter={["==", ["get", "role"], "band"]} paint={{ "line-color": palette.error, "line-width": 2.5, "line-dasharray": dashes }} />
      <Layer {...slot} id="split-point" source="split-line" type="circle" filter={["==", ["get", "role"], "point"]} paint={{ "circle-radius": 5, "circle-color": palette.ground, "circle-stroke-width": 2.5, "circle-stroke-color": palette.error }} />
      <Layer
        {...slot}
        id="split-side"
        source="split-line"
        type="symbol"
        filter={["==", ["get", "role"], "side"]}
        layout={{ "text-field": ["get", "label"], "text-size": 15, "text-font": ["sans-serif"], "text-allow-overlap": true, "text-padding": 8 }}
        paint={{ "text-color": palette.error, "text-halo-color": palette.ground, "text-halo-width": 2 }}
      />
    </>
  );
}

/** A place a little to the right of the middle of a line, as it is drawn. */
function rightOf(points: Position[], project: (p: Position) => { x: number; y: number }, back: (x: number, y: number) => number[]): Position | null {
  const at = middleOfLine(points);
  const [first, last] = [points[0], points.at(-1)];
  if (!at || !first || !last) return null;
  const [m, a, b] = [project(at), project(first), project(last)];
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length < 30) return null;
  const [lon = 0, lat = 0] = back(m.x - ((b.y - a.y) / length) * 34, m.y + ((b.x - a.x) / length) * 34);
  return [lon, lat];
}
