import { useEffect, useEffectEvent, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { at, type Mesh, nearestHandle, type Position, snap, vertexAt, vertexZoom } from "./edges";
import { Hint } from "./Hint";
import { mendOf, type Pull, pullOf, removalOf } from "./pull";
import type { StewardMapProps } from "./types";
import { useBorders } from "./useBorders";
import { useHandles } from "./useHandles";
import { type MapView, useMaplibre, useView } from "./useView";
import { VertexLayers } from "./VertexLayers";

type VertexToolProps = Pick<StewardMapProps, "palette" | "busy" | "onMend"> & { draft: NonNullable<StewardMapProps["draft"]> };

/** How long a change that was handed over may stay in sight after nobody works on it any more. */
const patience = 500;

/** Moves, adds and takes out border vertices; all areas that share one follow. */
export function VertexTool({ draft, palette, busy, onMend }: VertexToolProps) {
  const { t } = useTranslation();
  const map = useMaplibre();
  const view = useView(map);
  const { mesh, dense, failed } = useBorders(draft, view);
  const [hover, setHover] = useState<Pull | null>(null);
  const [selected, setSelected] = useState<Position | null>(null);
  const [kept, setPull] = useState<(Pull & { sent?: boolean }) | null>(null);

  const pull = kept && kept.version === mesh?.version ? kept : null; // it ends when the borders it makes are here
  const locked = busy || pull?.sent === true || mesh?.version !== draft.version;
  const vertex = mesh && selected ? vertexAt(mesh, selected) : undefined;

  const send = (p: Pull) => {
    if (locked) return setPull(null);
    setPull({ ...p, sent: true });
    setSelected(p.kind === "remove" ? null : p.at);
    setHover(null);
    onMend(mendOf(p));
  };

  // A change that was refused goes back to where it was.
  const refused = useEffectEvent(() => {
    setPull(null);
    setSelected(pull?.kind === "insert" ? null : (pull?.from[0] ?? null));
  });
  const waiting = pull?.sent === true && !busy && draft.version === pull.version;
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(refused, patience);
    return () => clearTimeout(timer);
  }, [waiting]);

  useHandles(map, {
    grab: (place, radius) => {
      if (locked || !mesh) return null;
      const handle = nearestHandle(mesh, place, map.getZoom(), radius);
      return handle && pullOf(mesh, handle);
    },
    onHover: (over) => setHover((before) => (before && over && before.at.join() === over.at.join() && before.version === over.version ? before : over)),
    onPull: setPull,
    onDone: send,
    onPick: (p) => {
      if (locked) return;
      setPull(null);
      setSelected(p?.kind === "move" ? (p.from[0] ?? null) : null);
    },
    onKey: (e) => {
      const action = locked || !mesh ? undefined : actionOf(e, mesh);
      action?.();
      return action !== undefined;
    },
  });

  /** What a key does now, if anything. */
  function actionOf(e: KeyboardEvent, m: Mesh): (() => void) | undefined {
    if (e.key === "Enter" && pull) return () => send(pull);
    if (e.key === "Escape" && pull) return () => setPull(null);
    if (e.key === "Escape" && selected) return () => setSelected(null);
    if (vertex === undefined) return e.key === "Enter" ? () => setSelected(middleVertex(m)) : undefined;
    if (e.key === "Delete" || e.key === "Backspace") return () => send(removalOf(m, vertex));
    const step = arrows[e.key];
    return step && (() => setPull(nudged(pull ?? pullOf(m, { kind: "vertex", id: vertex }), step, e.shiftKey ? 10 : 1)));
  }

  function nudged(p: Pull, [dx, dy]: [number, number], times: number): Pull {
    const from = map.project(p.at);
    const to = map.unproject([from.x + dx * times, from.y + dy * times]);
    return { ...p, at: snap([to.lng, to.lat]) };
  }

  /** The vertex to begin with when there is no pointer. */
  function middleVertex(m: Mesh): Position | null {
    const c = map.getCenter();
    const found = nearestHandle(m, [c.lng, c.lat], map.getZoom(), 2000);
    return found?.kind === "vertex" ? at(m, found.id) : null;
  }

  useEffect(() => {
    map.getCanvas().style.cursor = busy ? "progress" : "";
    return () => {
      map.getCanvas().style.cursor = "";
    };
  }, [map, busy]);

  const sight = useMemo(() => mesh && inSight(mesh, view), [mesh, view]);

  return (
    <>
      {mesh && <VertexLayers mesh={mesh} pull={pull} hover={locked ? null : hover} selected={vertex === undefined ? null : selected} faded={locked} palette={palette} />}
      {failed ? (
        <Hint kind="wrong">{t("steward_map_failed")}</Hint>
      ) : dense || sight === "dense" ? (
        <Hint>{t("steward_map_near")}</Hint>
      ) : !mesh ? (
        <Hint kind="busy">{t("steward_map_loading")}</Hint>
      ) : sight === "empty" ? (
        <Hint>{t("steward_map_empty")}</Hint>
      ) : busy || pull?.sent ? (
        <Hint kind="busy">{t("steward_map_saving")}</Hint>
      ) : pull ? (
        <Hint>{t("steward_map_pulling")}</Hint>
      ) : vertex !== undefined ? (
        <Hint>{t("steward_map_picked")}</Hint>
      ) : (
        <Hint>{t("steward_map_vertex")}</Hint>
      )}
    </>
  );
}

const arrows: Partial<Record<string, [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Whether there is anything to take hold of: no border in sight, or only borders too dense for handles. */
function inSight(m: Mesh, { box: [w, s, e, n], zoom }: MapView): "empty" | "dense" | "handles" {
  let found: "empty" | "dense" = "empty";
  for (let id = 0; id < m.x.length; id++) {
    const [lon, lat] = at(m, id);
    if (lon < w || lon > e || lat < s || lat > n) continue;
    if (vertexZoom(m, id) <= zoom) return "handles";
    found = "dense";
  }
  return found;
}
