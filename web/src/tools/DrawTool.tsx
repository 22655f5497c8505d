import type { Map as MaplibreMap } from "maplibre-gl";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { AreaKey } from "../address";
import { Refusal } from "../api/client";
import { useRectangle } from "./rectangle";
import type { Place } from "./shape";
import { ShapeOverlay } from "./ShapeOverlay";
import { useSketch } from "./sketch";
import { SketchOverlay } from "./SketchOverlay";
import { useSummary } from "./summary";
import { SummaryList } from "./SummaryList";
import { ToolPanel } from "./ToolPanel";
import { useToolKeys, useToolPointer } from "./view";

interface DrawToolProps {
  map: MaplibreMap;
  /** The finished polygon; null before there is one. */
  ring: Place[] | null;
  /** The tool takes clicks and keys; otherwise the polygon only stands there. */
  active: boolean;
  moment: string;
  /** Changes with the boundaries in force. */
  snapshot: string;
  onRing: (ring: Place[] | null) => void;
  onArea: (key: AreaKey) => void;
  onActive: (active: boolean) => void;
}

/** Draws a polygon or a rectangle, which can be changed afterwards, and counts what lies within. */
export function DrawTool({ ring, ...p }: DrawToolProps) {
  const [opened, setOpened] = useState<Place[]>([]); // a ring taken apart again by undo
  if (!ring) return p.active ? <Drawing key={opened.length} from={opened} {...p} onRing={(r) => { setOpened([]); p.onRing(r); }} /> : null;
  return <Shape {...p} ring={ring} onOpen={(points) => { setOpened(points); p.onRing(null); p.onActive(true); }} />;
}

/** While there is no polygon yet. */
function Drawing({ map, from, onRing, onActive }: Omit<DrawToolProps, "ring"> & { from: Place[] }) {
  const { t } = useTranslation();
  const [asRectangle, setAsRectangle] = useState(false);
  const leave = () => onActive(false);
  const { sketch, byKeys, finish, back, clear } = useSketch(map, { from, active: !asRectangle, ring: true, onDone: onRing, onLeave: leave });
  const dragged = useRectangle(map, asRectangle, onRing);
  useToolKeys(asRectangle, (e) => e.key === "Escape" && (leave(), true));
  const shown = dragged ? { points: dragged, next: null, done: true, closed: true } : sketch;
  return (
    <>
      <SketchOverlay map={map} sketch={shown} byKeys={byKeys && !asRectangle} ring />
      <ToolPanel name={t("key_draw")} onClose={leave}>
        <div className="segments tools-kind">
          {[false, true].map((kind) => (
            <button
              key={String(kind)}
              type="button"
              aria-pressed={asRectangle === kind}
              onClick={() => {
                clear();
                setAsRectangle(kind);
              }}
            >
              {t(kind ? "draw_rectangle" : "draw_polygon")}
            </button>
          ))}
        </div>
        <p className="tools-hint">{t(asRectangle ? "draw_start_rectangle" : "draw_start")}</p>
        {sketch.points.length > 0 && (
          <div className="tools-buttons">
            <button type="button" className="quiet" onClick={back}>
              {t("tool_undo")}
            </button>
            {sketch.points.length > 2 && (
              <button type="button" className="quiet" onClick={finish}>
                {t("tool_finish")}
              </button>
            )}
          </div>
        )}
      </ToolPanel>
    </>
  );
}

type ShapeProps = DrawToolProps & {
  ring: Place[];
  /** The ring is taken apart again, without its last point. */
  onOpen: (points: Place[]) => void;
};

/** A polygon that stands, with what lies within. */
function Shape({ map, ring, active, moment, snapshot, onRing, onArea, onActive, onOpen }: ShapeProps) {
  const { t, i18n } = useTranslation();
  const [dragged, setDragged] = useState<Place[] | null>(null);
  const [past, setPast] = useState<Place[][]>([]);
  useToolPointer(map, active);
  const shown = dragged ?? ring;
  const summary = useSummary(shown, moment, snapshot, i18n.language);
  const undo = () => {
    const before = past.at(-1);
    if (!before) {
      onOpen(ring.slice(0, -1));
      return;
    }
    setPast(past.slice(0, -1));
    onRing(before);
  };
  useToolKeys(active, (e) => {
    if (e.key === "Backspace" || ((e.ctrlKey || e.metaKey) && e.key === "z")) undo();
    else if (!e.ctrlKey && !e.metaKey && (e.key === "Escape" || e.key === "Enter")) onActive(false);
    else return false;
    return true;
  });
  const refusal = summary.error instanceof Refusal ? summary.error : null;
  return (
    <>
      <ShapeOverlay
        map={map}
        ring={shown}
        editing={active}
        onRing={(r, settled) => {
          setDragged(settled ? null : r);
          if (!settled) return;
          setPast([...past, ring]);
          onRing(r);
        }}
      />
      <ToolPanel name={t("key_draw")} className={active ? "" : "resting"} hint={active ? undefined : t("draw_clear")} onClose={() => (active ? onActive(false) : onRing(null))}>
        <h2>{t("draw_title")}</h2>
        <div className="tools-body" aria-busy={summary.behind} aria-live="polite">
          {refusal ? (
            <p className="wrong" role="alert">
              {refusal.detail}
            </p>
          ) : summary.data ? (
            <SummaryList summary={summary.data} onArea={onArea} />
          ) : (
            <p className="tools-hint">{t(summary.isError ? "draw_failed" : "draw_counting")}</p>
          )}
        </div>
        {active && <p className="tools-hint">{t("draw_edit")}</p>}
        <div className="tools-buttons">
          {active && (
            <button type="button" className="quiet" onClick={undo}>
              {t("tool_undo")}
            </button>
          )}
          <button type="button" className="quiet" onClick={() => onActive(!active)}>
            {t(active ? "tool_finish" : "draw_again")}
          </button>
          <button type="button" className="quiet" onClick={() => onRing(null)}>
            {t("draw_clear")}
          </button>
        </div>
      </ToolPanel>
    </>
  );
}
