import "./print.css";
import "./paper.css";

import type { TFunction } from "i18next";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { readAddress, type View, writeAddress } from "../address";
import type { Area, District } from "../api/client";
import { type Bounds, boundsOf, countsOf, levels, zoomFor } from "../map/levels";
import { canDraw, MapBoundary } from "../map/MapBoundary";
import { EmptyState } from "../panels/EmptyState";
import { useSession } from "../session/session";
import { useTheme } from "../theme";
import { todayIn } from "../time";
import { readSheet, type Sheet, writePrint } from "./address";
import { drawing, seen } from "./drawn";
import { type Layout, layoutOf } from "./paper";
import { roundUp, scaleOf, viewOf, zoomOf } from "./scale";
import { Settings } from "./Settings";
import { type Picture, SheetMap } from "./SheetMap";
import { SheetPaper } from "./SheetPaper";
import { useSubject } from "./useSubject";
import { addWords } from "./words";

addWords();

const writeAfter = 300; // milliseconds; browsers refuse an address that changes with every step of a drag

/** The page that prints the map: its settings on the left, the sheet as it will be on the right. */
export function Print() {
  const { t } = useTranslation();
  useTheme();
  const review = useSession().data?.review;
  const [address] = useState(() => readAddress(location.search));
  const [sheet, setSheet] = useState(() => readSheet(location.search));
  const [moved, setMoved] = useState(address.view);
  const [picture, setPicture] = useState<Picture | null>(null);
  const [today, setToday] = useState(() => todayIn(new Date()));
  const [broken, setBroken] = useState(false);
  const { today: all, shown, area, settled, selected, ghost, point, failed } = useSubject(address);

  const layout = useMemo(() => layoutOf(sheet.size, sheet.turn), [sheet.size, sheet.turn]);
  const bounds = boundsOf(all ?? []);
  const base = moved ?? (settled && bounds ? viewOf((area?.bbox as Bounds | undefined) ?? bounds, layout.map) : null);
  const scale = sheet.scale ?? (base && roundUp(scaleOf(base.zoom, base.lat)));
  const view: View | null = base && scale && scale !== "free" ? { ...base, zoom: zoomOf(scale, base.lat) } : base;

  const then = shown?.districts ?? [];
  const present = levels.filter((l) => countsOf(then)[l]);
  const marked = sheet.marked ? selected : null;
  const level = levels.find((l) => l === marked?.level) ?? null;
  const drawn = drawing(sheet.levels, present, { ...countsOf(then), ...countsOf(all ?? []) }, bounds ? zoomFor(bounds) : 0, level);
  const lines = view ? seen(drawn, view.zoom) : [];
  const title = sheet.title ?? titleOf(t, area, then);

  const of = JSON.stringify([view, sheet.size, sheet.turn, sheet.levels, sheet.names, sheet.codes, marked, ghost, shown?.snapshot, shown?.moment]);
  const taken = picture?.of === of ? picture : null;

  const change = (part: Partial<Sheet>) => setSheet((s) => ({ ...s, ...part }));
  const onView = (next: View) => {
    const zoomed = Math.abs(next.zoom - (view?.zoom ?? 0)) > 1e-6;
    const dragged = Math.abs(next.lon - (view?.lon ?? 0)) + Math.abs(next.lat - (view?.lat ?? 0)) > 1e-9;
    if (!zoomed && !dragged) return; // the map tells of a move when it is drawn finer, too
    if (zoomed) change({ scale: "free" });
    setMoved(next);
  };
  const onScale = (to: number | "free") => {
    setMoved(view); // what is seen now stays
    change({ scale: to });
  };
  const onPicture = (next: Picture | null) => {
    setPicture(next);
    if (next) setToday(todayIn(new Date())); // the page may have been open overnight
  };
  useEffect(() => () => void (picture && URL.revokeObjectURL(picture.url)), [picture]);

  const map = writeAddress({ ...address, view: moved });
  const to = writePrint(map, sheet);
  useEffect(() => {
    const timer = setTimeout(() => history.replaceState(null, "", to), writeAfter);
    return () => clearTimeout(timer);
  }, [to]);
  useEffect(() => {
    document.title = title; // what the browser calls the PDF
  }, [title]);

  if (all && !bounds) return <EmptyState />;
  return (
    <main className="print">
      <style>{`@page { size: ${layout.paper.width}mm ${layout.paper.height}mm; margin: 0; }`}</style>
      <Settings
        sheet={sheet}
        title={title}
        scale={view ? scaleOf(view.zoom, view.lat) : 0}
        fixed={scale !== "free"}
        present={present}
        drawn={lines}
        selectable={selected !== null}
        ready={taken !== null}
        failed={failed || broken}
        back={`/${map}`}
        onSheet={change}
        onScale={onScale}
      />
      {canDraw ? (
        <Stage layout={layout}>
          {view && shown && (
            <SheetPaper
              layout={layout}
              beside={sheet.turn === "landscape"}
              view={view}
              title={title}
              note={sheet.note}
              levels={lines.filter((l) => taken?.levels.includes(l) ?? true)}
              area={area}
              marked={marked ? "now" : ghost && sheet.marked ? "ended" : null}
              point={point}
              districts={then}
              review={review}
              today={today}
            >
              <MapBoundary fallback={<p className="no-map">{t("noMap")}</p>}>
                <SheetMap
                  key={sheet.size + sheet.turn}
                  box={layout.map}
                  view={view}
                  drawing={drawn}
                  snapshot={shown.snapshot}
                  moment={shown.moment}
                  selected={marked}
                  ghost={sheet.marked ? ghost : null}
                  names={sheet.names}
                  codes={sheet.codes}
                  label={t("print_map", { title })}
                  of={of}
                  picture={taken}
                  onView={onView}
                  onPicture={onPicture}
                  onFailed={() => setBroken(true)}
                />
              </MapBoundary>
            </SheetPaper>
          )}
        </Stage>
      ) : (
        <p className="no-map">{t("noMap")}</p>
      )}
    </main>
  );
}

/** The room that the sheet lies in, shrunk so that all of it is in sight. */
function Stage({ layout: { paper }, children }: { layout: Layout; children: ReactNode }) {
  const stage = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState({ width: 800, height: 600 });
  useEffect(() => {
    if (!stage.current) return;
    const watch = new ResizeObserver(([entry]) => entry && setRoom(entry.contentRect));
    watch.observe(stage.current);
    return () => watch.disconnect();
  }, []);
  const [width, height] = [(paper.width * 96) / 25.4, (paper.height * 96) / 25.4];
  const shrink = Math.min(room.width / width, room.height / height, 1.5);
  return (
    <div className="print-stage" ref={stage}>
      <div className="print-fit" style={{ width: width * shrink, height: height * shrink }}>
        <div className="print-zoom" style={{ transform: `scale(${shrink})` }}>
          {children}
        </div>
      </div>
    </div>
  );
}

/** What a sheet is called when nobody has said it. */
function titleOf(t: TFunction, area: Area | undefined, districts: District[]): string {
  const district = districts.find((d) => d.code === area?.district) ?? (districts.length === 1 ? districts[0] : undefined);
  if (!district) return t("print_mapOfAll");
  const own = area?.level === "grid" && area.parent ? t("print_within", { district: area.parent.name, name: area.name }) : area?.name; // grids are numbered within their community
  const name = area && area.level !== "district" ? t("print_within", { district: district.name, name: own }) : district.name;
  return t("print_mapOf", { name });
}
