import "./addWords";
import "./tools.css";

import { useQueryClient } from "@tanstack/react-query";
import type { Map as MaplibreMap } from "maplibre-gl";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { AreaKey } from "../address";
import { api, ask } from "../api/client";
import { copyText } from "../copy";
import { useShortcuts } from "../shortcuts";
import { PlaceMenu } from "./PlaceMenu";
import { type Asked, usePress } from "./press";
import { decodeRing, encodeRing, type Place } from "./shape";

const MeasureTool = lazy(() => import("./MeasureTool").then((m) => ({ default: m.MeasureTool })));
const DrawTool = lazy(() => import("./DrawTool").then((m) => ({ default: m.DrawTool })));

const tools = [
  { name: "measure", key: "m", icon: "M3 16 16 3l5 5L8 21zM7 12l2 2M10 9l3 3M13 6l2 2" },
  { name: "draw", key: "d", icon: "M5 8 14 4l6 7-4 8-10 1zM5 8l1 12" },
] as const;
type Tool = (typeof tools)[number]["name"];

interface MapToolsProps {
  map: MaplibreMap;
  /** The drawn polygon, as the address has it. */
  drawn: string | null;
  /** The boundaries of another moment; "" those in force. */
  moment: string;
  /** Changes with the boundaries in force. */
  snapshot: string;
  /** A tool takes the clicks on the map, or lets them go. */
  onBusy: (busy: boolean) => void;
  onDrawn: (drawn: string | null) => void;
  onPoint: (p: { lon: number; lat: number }) => void;
  onArea: (key: AreaKey) => void;
}

/** The toolbar of the map, its tools, and the menu of a place. */
export function MapTools({ map, drawn, moment, snapshot, onBusy, onDrawn, onPoint, onArea }: MapToolsProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [tool, setTool] = useState<Tool | null>(null);
  const [from, setFrom] = useState<Place | null>(null);
  const [ring, setRing] = useState<Place[] | null>(() => (drawn ? decodeRing(drawn) : null));
  const [asked, setAsked] = useState<Asked | null>(null);
  const [said, setSaid] = useState("");

  const choose = (next: Tool | null, at: Place | null = null) => {
    setAsked(null);
    setFrom(at);
    setTool(next);
    onBusy(next !== null);
    if (next) map.getCanvas().focus({ preventScroll: true });
  };
  const keepRing = (r: Place[] | null) => {
    setRing(r);
    onDrawn(r && encodeRing(r));
    if (!r && ring) choose(null);
  };

  usePress(map, tool === null, setAsked);
  const turn = (name: Tool) => choose(tool === name ? null : name);
  useShortcuts(Object.fromEntries(tools.map((o) => [o.key, () => turn(o.name)])));
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), 2400);
    return () => clearTimeout(timer);
  }, [said]);

  const copy = (text: string) =>
    void copyText(text).then(
      () => setSaid(t("copy_done", { text })),
      () => setSaid(t("copy_failed", { text })),
    );
  /** Opens the card of a place at what the place has belonged to. */
  const openHistory = async ([lon, lat]: Place) => {
    onPoint({ lon, lat });
    const found = await queries.fetchQuery({ queryKey: ["past", lon, lat], queryFn: () => ask(api.GET("/api/v1/locate", { params: { query: { lon, lat, history: "true" } } })) }).catch(() => null);
    if (!found) return; // the card says what is wrong
    const past = found.history ?? [];
    if (past.length === 0) setSaid(t("uncovered"));
    else if (past.length < 2) setSaid(t("menu_no_history"));
    else revealHistory(performance.now() + 3000);
  };

  return (
    <div className={ring && tool !== "measure" ? "tools with-shape" : "tools"}>
      <div className="tools-bar" role="group" aria-label={t("tools")}>
        {tools.map((o) => (
          <button key={o.name} type="button" className="icon panel" aria-pressed={tool === o.name} title={`${t(`key_${o.name}`)} (${o.key.toUpperCase()})`} aria-label={t(`key_${o.name}`)} onClick={() => turn(o.name)}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d={o.icon} />
            </svg>
          </button>
        ))}
      </div>
      <Suspense fallback={null}>
        {tool === "measure" && <MeasureTool key={String(from)} map={map} from={from} onLeave={() => choose(null)} />}
        {(tool === "draw" || (ring && tool === null)) && (
          <DrawTool map={map} ring={ring} active={tool === "draw"} moment={moment} snapshot={snapshot} onRing={keepRing} onArea={onArea} onActive={(on) => choose(on ? "draw" : null)} />
        )}
      </Suspense>
      {asked && (
        <PlaceMenu
          key={asked.place.join()}
          asked={asked}
          onWhose={() => onPoint({ lon: asked.place[0], lat: asked.place[1] })}
          onHistory={() => void openHistory(asked.place)}
          onMeasure={() => choose("measure", asked.place)}
          onCopy={copy}
          onClose={() => setAsked(null)}
        />
      )}
      <p className="tools-said panel" role="status" hidden={!said}>
        {said}
      </p>
    </div>
  );
}

/** Scrolls the card to the history, as soon as it is there. */
function revealHistory(until: number) {
  const history = document.querySelector(".sheet .history");
  if (history) history.scrollIntoView({ block: "start" });
  else if (performance.now() < until) requestAnimationFrame(() => revealHistory(until));
}
