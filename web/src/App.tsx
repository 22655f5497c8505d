import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import type { MapRef } from "@vis.gl/react-maplibre";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Address, type AreaKey, readAddress, type View, writeAddress } from "./address";
import { type Answer, api, type Area, ask, Refusal } from "./api/client";
import { boundsOf, countsOf, type Level, levels } from "./map/levels";
import { canDraw, MapBoundary } from "./map/MapBoundary";
import { palettes } from "./map/palette";
import { AnswerCard } from "./panels/AnswerCard";
import { AreaCard } from "./panels/AreaCard";
import { EmptyState } from "./panels/EmptyState";
import { LayerPanel } from "./panels/LayerPanel";
import { SearchBar } from "./panels/SearchBar";
import { Sheet } from "./panels/Sheet";
import { StaleBanner } from "./panels/StaleBanner";
import { formatPosition, type Position } from "./position";
import { useTheme } from "./theme";

const DistrictMap = lazy(() => import("./map/DistrictMap").then((m) => ({ default: m.DistrictMap })));

const districtsEvery = 5_000;

/** The first page: the map of the boundaries in force, and whose a place is. */
export function App() {
  const { t, i18n } = useTranslation();
  const map = useRef<MapRef>(null);
  const [address, setAddress] = useState<Address>(() => readAddress(location.search));
  const [hidden, setHidden] = useState<Level[]>([]);
  const [mapReady, setMapReady] = useState(false);
  const theme = useTheme();
  const queries = useQueryClient();
  const { point, area } = address;

  const districts = useQuery({
    queryKey: ["districts", i18n.language],
    queryFn: () => ask(api.GET("/api/v1/districts")),
    refetchInterval: districtsEvery,
    retry: false,
  });
  const snapshot = districts.data?.snapshot ?? "";
  const answer = useQuery({
    queryKey: ["locate", point && formatPosition(point), point?.crs, snapshot, i18n.language],
    queryFn: () => {
      if (!point) throw new Error("no point");
      return ask(api.GET("/api/v1/locate", { params: { query: { lon: point.lon, lat: point.lat, crs: point.crs } } }));
    },
    enabled: point !== null && districts.isSuccess,
    placeholderData: (before, query) => (query?.queryKey[3] === snapshot ? undefined : before), // a new point starts empty, a new snapshot does not
    retry: false,
  });
  const shownArea = useQuery({
    queryKey: ["area", area, snapshot, i18n.language],
    queryFn: () => {
      if (!area) throw new Error("no area");
      return ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}", { params: { path: { ...area, level: area.level as Area["level"] } } }));
    },
    enabled: area !== null && districts.isSuccess,
    placeholderData: keepPreviousData,
    retry: false,
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
  const onMove = useCallback((view: View) => change({ view }), [change]);

  const fit = useCallback(([w, s, e, n]: number[]) => {
    if (w === undefined || s === undefined || e === undefined || n === undefined) return;
    map.current?.fitBounds([w, s, e, n], { padding: areaPadding(), maxZoom: 17, duration: 600 });
  }, []);

  /** Fetches an area, for its card or to bring it into sight. */
  const fetchArea = useCallback(
    (key: AreaKey) =>
      queries
        .fetchQuery({
          queryKey: ["area", key, snapshot, i18n.language],
          queryFn: () =>
            ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}", { params: { path: { ...key, level: key.level as Area["level"] } } })),
          retry: false,
        })
        .catch(() => null),
    [queries, snapshot, i18n.language],
  );

  /** Brings the owner of a typed point into sight; a click is in sight already. */
  const show = useCallback(
    async (found: Answer) => {
      const key = ownerOf(found);
      const owner = key && (await fetchArea(key));
      if (owner) fit(owner.bbox);
    },
    [fetchArea, fit],
  );

  async function askPoint(p: Position) {
    change({ point: p, area: null });
    const found = await queries
      .fetchQuery({
        queryKey: ["locate", formatPosition(p), p.crs, snapshot, i18n.language],
        queryFn: () => ask(api.GET("/api/v1/locate", { params: { query: { lon: p.lon, lat: p.lat, crs: p.crs } } })),
        retry: false,
      })
      .catch(() => null); // the card says what is wrong
    if (found?.covered) await show(found);
  }

  function openArea(a: Pick<Area, "district" | "level" | "code" | "bbox">, keepPoint: boolean) {
    change({ area: { district: a.district, level: a.level, code: a.code }, ...(keepPoint ? {} : { point: null }) });
    fit(a.bbox);
  }

  async function askArea(key: AreaKey, keepPoint: boolean) {
    const found = await fetchArea(key);
    if (found) openArea(found, keepPoint);
    else change({ area: key });
  }

  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      const typing = e.target instanceof HTMLInputElement || e.target instanceof HTMLSelectElement;
      if (e.key === "Escape") {
        change({ point: null, area: null });
        (document.activeElement as HTMLElement | null)?.blur();
      } else if (e.key === "/" && !typing) {
        e.preventDefault();
        document.querySelector<HTMLInputElement>("#ask")?.focus();
      } else if ((e.key === "l" || e.key === "L") && !typing && !e.ctrlKey && !e.metaKey) {
        document.querySelector<HTMLButtonElement>("#layers-button")?.click();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [change]);

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

  const bounds = boundsOf(districts.data?.districts ?? []);
  const counts = countsOf(districts.data?.districts ?? []);
  const present = levels.filter((l) => counts[l]);
  const owner = ownerOf(answer.data);
  const selected = area ?? (point && owner);
  const marker = point && answer.data && !answer.isError ? { lon: answer.data.located[0] ?? point.lon, lat: answer.data.located[1] ?? point.lat } : null;
  const cardOpen = point !== null || area !== null;

  return (
    <main className={cardOpen ? "desk with-card" : "desk"}>
      {bounds && !canDraw && <p className="no-map">{t("noMap")}</p>}
      {bounds && canDraw && (
        <MapBoundary fallback={<p className="no-map">{t("noMap")}</p>}>
          <Suspense fallback={null}>
            <DistrictMap
              mapRef={map}
              label={t("mapLabel")}
              snapshot={snapshot}
              counts={counts}
              present={present}
              hidden={hidden}
              bounds={bounds}
              view={address.view}
              marker={marker}
              selected={selected}
              palette={palettes[theme.shown]}
              onPoint={onPoint}
              onMove={onMove}
              onReady={() => setMapReady(true)}
            />
          </Suspense>
        </MapBoundary>
      )}
      {mapReady && <span hidden data-testid="map-ready" />}
      {districts.isSuccess && !bounds && <EmptyState />}
      {districts.isPending && <p className="skeleton" role="status">{t("mapLoading")}</p>}

      <div className="top">
        <SearchBar
          point={point}
          onPoint={(p) => void askPoint(p)}
          onArea={(a) => openArea(a, false)}
          disabled={!bounds}
        />
        <StaleBanner offline={districts.isError} since={answer.data?.stale_since} />
      </div>

      <LayerPanel
        present={present}
        hidden={hidden}
        onHidden={setHidden}
        theme={theme}
        onHome={() => bounds && map.current?.fitBounds(bounds, { padding: areaPadding(), duration: 600 })}
      />

      {cardOpen && (
        <Sheet onClose={() => change({ point: null, area: null })}>
          {point && (
            <AnswerCard
              point={point}
              answer={answer.data}
              refusal={answer.error instanceof Refusal ? answer.error : null}
              selected={area}
              onArea={(key) => void askArea(key, true)}
              onPoint={(p) => void askPoint(p)}
            />
          )}
          {area && (
            <AreaCard
              area={shownArea.data}
              missing={shownArea.isError}
              areaKey={area}
              below={point !== null}
              onArea={(key) => void askArea(key, point !== null)}
            />
          )}
        </Sheet>
      )}
    </main>
  );
}

/** The finest area of an answer. */
function ownerOf(a: Answer | undefined): AreaKey | null {
  if (!a?.covered || !a.district) return null;
  const district = a.district.code;
  if (a.grid) return { district, level: "grid", code: a.grid.code };
  if (a.community) return { district, level: "community", code: a.community.code };
  if (a.subdistrict) return { district, level: "subdistrict", code: a.subdistrict.code };
  return { district, level: "district", code: district };
}

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
  return window.innerWidth < 640
    ? { top: 90, bottom: Math.round(window.innerHeight * 0.52), left: 24, right: 24 }
    : { top: 90, bottom: 60, left: 60, right: 420 };
}
