import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { MapRef } from "@vis.gl/react-maplibre";
import type { Map as MaplibreMap } from "maplibre-gl";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";

import { type Address, type AreaKey, readAddress, type View, writeAddress } from "./address";
import { type Answer, api, ask, Refusal } from "./api/client";
import { useChanged } from "./changed";
import { BaseMapChoice } from "./map/base/BaseMapChoice";
import { useBaseMaps } from "./map/base/baseMaps";
import { boundsOf, countsOf, levels } from "./map/levels";
import { strengthOf } from "./map/look";
import { canDraw, MapBoundary } from "./map/MapBoundary";
import { palettes } from "./map/palette";
import { useMoment } from "./moment";
import { ownerOf } from "./owner";
import { AnswerCard } from "./panels/AnswerCard";
import { AreaCard } from "./panels/AreaCard";
import { Button } from "./panels/Button";
import { EmptyState } from "./panels/EmptyState";
import { IncidentSection } from "./panels/IncidentSection";
import { KeysDialog } from "./panels/KeysDialog";
import { LayerPanel } from "./panels/LayerPanel";
import { SearchBar } from "./panels/SearchBar";
import { ServicesDialog } from "./panels/ServicesDialog";
import { Sheet } from "./panels/Sheet";
import { StaleBanner } from "./panels/StaleBanner";
import { Synthetic } from "./panels/Synthetic";
import { TimeBar } from "./panels/TimeBar";
import { formatPosition, type Position } from "./position";
import { printAddress } from "./print/address";
import { useSession } from "./session/session";
import { UserMenu } from "./session/UserMenu";
import { useShortcuts } from "./shortcuts";
import { areaQuery, ghostOf, locateQuery, nothing, nowhere } from "./subject";
import { useTheme } from "./theme";
import { indexAt, todayIn } from "./time";

const DistrictMap = lazy(() => import("./map/DistrictMap").then((m) => ({ default: m.DistrictMap })));
const MapTools = lazy(() => import("./tools/MapTools").then((m) => ({ default: m.MapTools })));

/** The first page: the map of the boundaries of today or another day, and whose a place is. */
export function App() {
  const { t, i18n } = useTranslation();
  const map = useRef<MapRef>(null);
  const [address, setAddress] = useState<Address>(() => readAddress(location.search));
  const [dialog, setDialog] = useState<"keys" | "services" | null>(null);
  const [bare, setBare] = useState(false); // the panels are put away
  const me = useSession().data;
  const [mapReady, setMapReady] = useState(false);
  const [drawnOn, setDrawnOn] = useState<MaplibreMap | null>(null); // the map, once it stands
  const [toolBusy, setToolBusy] = useState(false);
  const theme = useTheme();
  const ground = useBaseMaps(address.base);
  const queries = useQueryClient();
  const { point, area, at, look } = address;
  const [marked, setMarked] = useState(false);
  const [now] = useState(() => new Date());

  const { today, shown, moment, momentAt, timelineOf, usual, ...time } = useMoment(at);
  const snapshot = today.data?.snapshot ?? ""; // changes whenever any boundaries do
  const several = timelineOf(usual).length > 1;

  const then = useMemo(() => ({ moment, snapshot, lang: i18n.language }), [moment, snapshot, i18n.language]);
  const answer = useQuery({
    ...locateQuery(point ?? nowhere, then),
    enabled: point !== null && today.isSuccess && moment !== null,
    // A new point starts empty; the same one at another time, or with new boundaries, does not.
    placeholderData: (before, query) => (point && query?.queryKey[1] === formatPosition(point) && query.queryKey[2] === point.crs ? before : undefined),
  });

  // Today's answer comes from memory, whatever the database does; whose the place was, from the database.
  const past = useQuery({
    queryKey: ["place-history", point && formatPosition(point), point?.crs, snapshot, i18n.language],
    queryFn: async () => {
      const { lon, lat, crs } = point ?? nowhere;
      return (await ask(api.GET("/api/v1/locate", { params: { query: { lon, lat, crs, history: "true" } } }))).history ?? [];
    },
    enabled: point !== null && several && moment === "",
    retry: false,
  });

  const shownArea = useQuery({
    ...areaQuery(area ?? nothing, then),
    enabled: area !== null && today.isSuccess && moment !== null,
    placeholderData: (before, query) => (area && [area.district, area.level, area.code].every((part, i) => query?.queryKey[i + 1] === part) ? before : undefined),
  });

  const change = useCallback((part: Partial<Address>) => setAddress((a) => ({ ...a, ...part })), []);
  useEffect(() => {
    const next = writeAddress(address);
    if (next !== location.search) history.replaceState(null, "", next || location.pathname);
  }, [address]);

  const onPoint = useCallback(
    (p: { lon: number; lat: number }) => {
      change({ point: { ...p, crs: "wgs84" }, area: null });
      keepClear(map.current, p);
    },
    [change],
  );
  const onDrawn = useCallback((drawn: string | null) => change({ drawn }), [change]);
  const onMove = useCallback((view: View) => change({ view }), [change]);

  const fit = useCallback(([w, s, e, n]: number[]) => {
    if (w === undefined || s === undefined || e === undefined || n === undefined) return;
    map.current?.fitBounds([w, s, e, n], { padding: areaPadding(), maxZoom: 17, duration: 600 });
  }, []);

  /** Fetches an area, for its card or to bring it into sight. */
  const fetchArea = useCallback((key: AreaKey, at: string) => queries.fetchQuery(areaQuery(key, { ...then, moment: at })).catch(() => null), [queries, then]);

  /** Brings the owner of a typed point into sight; a click is in sight already. */
  const show = useCallback(
    async (found: Answer) => {
      const key = ownerOf(found);
      const owner = key && (await fetchArea(key, moment ?? ""));
      if (owner) fit(owner.bbox);
    },
    [fetchArea, fit, moment],
  );

  async function askPoint(p: Position) {
    change({ point: p, area: null });
    const found = await queries.fetchQuery(locateQuery(p, then)).catch(() => null); // the card says what is wrong
    if (found?.covered) await show(found);
  }

  async function askArea(key: AreaKey, keepPoint: boolean, to?: string | null) {
    const found = await fetchArea(key, to === undefined ? (moment ?? "") : momentAt(to));
    change({ area: key, ...(to === undefined ? {} : { at: to }), ...(keepPoint ? {} : { point: null }) });
    if (found) fit(found.bbox);
  }
  const onAt = useCallback((to: string | null) => change({ at: to }), [change]);

  const print = () => location.assign(printAddress(location.search));
  const goHome = () => bounds && map.current?.fitBounds(bounds, { padding: areaPadding(), duration: 600 });
  useShortcuts({
    Escape: () => {
      change({ point: null, area: null });
      (document.activeElement as HTMLElement | null)?.blur();
    },
    "/": () => {
      flushSync(() => setBare(false)); // the box must be there for the next key
      document.querySelector<HTMLInputElement>("#ask")?.focus();
    },
    l: () => document.querySelector<HTMLButtonElement>("#layers-button")?.click(),
    h: goHome,
    p: print,
    "\\": () => setBare(!bare),
    "?": () => setDialog("keys"),
  });

  // A link that names a place but no view brings the place into sight, once.
  const arriving = useRef(address.view === null && (point !== null || area !== null));
  useEffect(() => {
    if (!mapReady || !arriving.current) return;
    if (shownArea.data) {
      arriving.current = false;
      fit(shownArea.data.bbox);
    } else if (answer.data?.covered && !area) {
      arriving.current = false;
      void show(answer.data);
    }
  }, [mapReady, answer.data, shownArea.data, area, show, fit]);

  // Whoever serves one area comes to it, the first time.
  const own = me?.posts.length === 1 ? me.posts[0]?.area?.bbox : undefined;
  const came = useRef(address.view !== null || point !== null || area !== null);
  useEffect(() => {
    if (!mapReady || came.current || !own) return;
    came.current = true;
    fit(own);
  }, [mapReady, own, fit]);

  // What is there today says where the map lies and when its levels appear; so it stays as it is through time.
  const all = useMemo(() => today.data?.districts ?? [], [today.data]);
  const bounds = boundsOf(all);
  const countsThen = countsOf(shown?.districts ?? []);
  const counts = { ...countsThen, ...countsOf(all) };
  const present = levels.filter((l) => countsThen[l]);
  const hidden = levels.filter((l) => strengthOf(look, l) === 0);
  const owner = ownerOf(answer.data);
  const standing = area && shownArea.data ? { ...area, code: shownArea.data.code } : area; // under the code of the day
  const ghost = ghostOf(shownArea.data);
  const selected = ghost ? null : (standing ?? (point && owner));
  const district = area?.district ?? answer.data?.district?.code ?? usual;
  const timed = timelineOf(district).length > 1 || !several ? district : usual;
  const periods = timelineOf(timed);
  const day = todayIn(now);
  const period = periods[indexAt(periods, at)];
  const changed = useChanged(timed, period, marked && periods[0] !== period);
  const withTime = periods.length > 1 || at !== null;
  const seesCases = me?.may.includes("case.tiles") ?? false;
  const cases = seesCases && address.incidents ? { view: address.incidents, today: day, theme: theme.shown, selected: address.incident, onCase: (incident: string) => change({ incident }) } : null;
  const marker = point && answer.data && !answer.isError ? { lon: answer.data.located[0] ?? point.lon, lat: answer.data.located[1] ?? point.lat } : null;
  const cardOpen = point !== null || area !== null;

  return (
    <main className={`desk${bare ? " bare" : ""}${cardOpen ? " with-card" : ""}${withTime && bounds ? " with-time" : ""}`}>
      {bounds && !canDraw && <p className="no-map">{t("noMap")}</p>}
      {bounds && shown && canDraw && (
        <MapBoundary fallback={<p className="no-map">{t("noMap")}</p>}>
          <Suspense fallback={null}>
            <DistrictMap
              mapRef={map}
              label={t("mapLabel")}
              snapshot={shown.snapshot}
              moment={shown.moment}
              counts={counts}
              present={present}
              hidden={hidden}
              look={look}
              bounds={bounds}
              view={address.view}
              marker={marker}
              selected={selected}
              changed={changed}
              ghost={ghost}
              footed={withTime}
              palette={palettes[theme.shown]}
              base={ground.chosen}
              cases={cases}
              onPoint={toolBusy ? noPoint : onPoint}
              onMove={onMove}
              onReady={() => {
                setMapReady(true);
                setDrawnOn(map.current?.getMap() ?? null);
              }}
            />
            {drawnOn && (
              <Suspense fallback={null}>
                <MapTools map={drawnOn} drawn={address.drawn} moment={moment ?? ""} snapshot={snapshot} onBusy={setToolBusy} onDrawn={onDrawn} onPoint={onPoint} onArea={(key) => void askArea(key, false)} />
              </Suspense>
            )}
          </Suspense>
        </MapBoundary>
      )}
      {mapReady && <span hidden data-testid="map-ready" />}
      {today.isSuccess && !bounds && <EmptyState />}
      {today.isPending && <p className="skeleton" role="status">{t("mapLoading")}</p>}

      <div className="top">
        <SearchBar
          point={point}
          onPoint={(p) => void askPoint(p)}
          onArea={(a, asked) => void askArea({ district: a.district, level: a.level, code: a.note ? asked : a.code }, false)}
          moment={moment ?? ""}
          near={address.view}
          disabled={!bounds}
        />
        <StaleBanner offline={today.isError || time.failed} since={answer.data?.stale_since} />
        <div className="top-row">
          {shown?.districts.some((d) => d.synthetic) && <Synthetic className="panel" />}
          <UserMenu />
        </div>
      </div>

      <LayerPanel
        present={present}
        counts={countsThen}
        look={look}
        theme={theme}
        onLook={(look) => change({ look })}
        onServices={() => setDialog("services")}
        onKeys={() => setDialog("keys")}
        ground={
          <>
            {seesCases && <IncidentSection view={address.incidents} today={day} theme={theme.shown} onView={(incidents) => change({ incidents })} />}
            <BaseMapChoice {...ground} onChoose={(base) => change({ base })} />
          </>
        }
      >
        {bounds && <Button name={t("home")} shortcut="H" path="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" onClick={goHome} />}
        {bounds && <Button wide name={t("print")} shortcut="P" path="M7 8V4h10v4M7 17H4V8h16v9h-3M7 14h10v6H7z" onClick={print} />}
        <Button wide name={t("putAway")} shortcut="\\" path="M4 5h16v14H4zM10 5v14M7 9v0M7 12v0" onClick={() => setBare(true)} />
      </LayerPanel>
      {bare && (
        <div className="put-away">
          <Button name={t("bringBack")} shortcut="\\" path="M4 5h16v14H4zM10 5v14M14 10l3 2-3 2" onClick={() => setBare(false)} />
        </div>
      )}
      {dialog === "keys" && <KeysDialog onClose={() => setDialog(null)} />}
      {dialog === "services" && <ServicesDialog present={present} onClose={() => setDialog(null)} />}

      <div className="dock">
        {withTime && bounds && periods.length > 0 && (
          <TimeBar district={all.length > 1 ? (all.find((d) => d.code === timed)?.name ?? timed) : ""} periods={periods} at={at} today={day} onAt={onAt} marked={marked} onMarked={setMarked} />
        )}
        {cardOpen && (
          <Sheet onClose={() => change({ point: null, area: null })}>
            {point && (
              <AnswerCard
                point={point}
                answer={answer.data}
                history={answer.data?.history ?? past.data ?? []}
                refusal={answer.error instanceof Refusal ? answer.error : null}
                selected={standing}
                periods={timelineOf(answer.data?.district?.code ?? timed)}
                onArea={(key) => void askArea(key, true)}
                onPoint={(p) => void askPoint(p)}
                onAt={onAt}
              />
            )}
            {area && (
              <AreaCard
                area={shownArea.data}
                missing={shownArea.isError}
                areaKey={area}
                below={point !== null}
                moment={moment ?? ""}
                shown={at ?? day}
                past={moment !== ""}
                periods={timelineOf(area.district)}
                onArea={(key, to) => void askArea(key, point !== null, to)}
                onAt={onAt}
              />
            )}
          </Sheet>
        )}
      </div>
    </main>
  );
}

/** While a tool takes the clicks. */
function noPoint() {}

/** Moves the map just so far that the card does not cover the point it talks about. */
function keepClear(m: MapRef | null, p: { lon: number; lat: number }) {
  if (!m) return;
  const at = m.project([p.lon, p.lat]);
  const { innerWidth: width, innerHeight: height } = window;
  if (width < 640) {
    if (at.y > height * 0.4) m.panBy([0, at.y - height * 0.28], { duration: 300 });
  } else if (at.x > width - 396 && at.y < height - 160) {
    m.panBy([at.x - (width - 440), 0], { duration: 300 });
  }
}

/** Keeps what is shown clear of the card: beside it at a desk, above it on a phone. */
function areaPadding() {
  const footed = document.querySelector(".with-time") !== null;
  return window.innerWidth < 640
    ? { top: 90, bottom: Math.round(window.innerHeight * 0.52) + (footed ? 64 : 0), left: 24, right: 24 }
    : { top: 90, bottom: footed ? 160 : 60, left: document.querySelector(".tools-panel") ? 384 : 60, right: 420 };
}
