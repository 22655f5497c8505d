import "../cases/cases.css";
import "./wall.css";

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { addCaseWords } from "../cases/addWords";
import { timeOf, urgencyOf, useServiceNow } from "../cases/clock";
import { type CaseEvent, type Live, useCaseEvents } from "../cases/events";
import { useCases, useCaseSummary } from "../cases/queries";
import { Urgency } from "../cases/Urgency";
import { i18n } from "../i18n";
import { useDistricts } from "../steward/queries";
import { Events } from "./Events";
import { shownAtMost } from "./happenings";
import { Board } from "./Board";
import { words } from "./words";

addCaseWords();
i18n.addResourceBundle("zh", "translation", words.zh, true, true);
i18n.addResourceBundle("en", "translation", words.en, true, true);

const mostPages = 5; // of 200 cases on the map

/** The wall: how the district's cases stand, readable from across a room, with nobody's name on it. */
export function Wall() {
  const { t } = useTranslation();
  const [shown, setShown] = useState<"dark" | "light">(() => (new URLSearchParams(location.search).get("theme") === "light" ? "light" : "dark"));
  useEffect(() => {
    document.documentElement.dataset.theme = shown;
    document.title = t("wallTitle");
    history.replaceState(null, "", shown === "light" ? "?theme=light" : location.pathname);
  }, [shown, t]);
  const [events, setEvents] = useState<CaseEvent[]>([]);
  const live = useCaseEvents((e) => {
    if (e.what !== "gone") setEvents((list) => [e, ...list].slice(0, shownAtMost));
  });
  const now = useServiceNow();
  const today = startOfDay(now);
  const districts = useDistricts().data;
  const open = useCases({ queue: "open", limit: 200 });
  const { hasNextPage, isFetchingNextPage, fetchNextPage, data } = open;
  const pages = data?.pages.length ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && pages < mostPages) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, pages]);

  return (
    <main className="desk wall" aria-label={t("wall")}>
      <header className="wall-head">
        <h1>
          {(districts?.districts ?? []).map((d) => d.name).join("、")} {t("wall")}
        </h1>
        {(districts?.districts ?? []).some((d) => d.synthetic) && <span className="synthetic">{t("synthetic")}</span>}
        <LiveMark live={live} />
        <button type="button" className="wall-theme" onClick={() => setShown(shown === "dark" ? "light" : "dark")}>
          {t(shown === "dark" ? "wallLight" : "wallDark")}
        </button>
        <a href="/desk">{t("wallToDesk")}</a>
        <time className="wall-time">{timeOf(now)}</time>
      </header>
      <Figures today={today} />
      <div className="wall-main">
        <Board districts={districts?.districts ?? []} snapshot={districts?.snapshot ?? ""} shown={shown} cases={open.cases.flatMap((c) => (c.position ? [{ id: c.id, lon: c.position.lon, lat: c.position.lat, urgency: urgencyOf(c.clock, now, c.open) }] : []))}>
          {hasNextPage && pages >= mostPages && <p className="wall-part">{t("wallPart", { count: open.cases.length })}</p>}
        </Board>
        <Events events={events} />
      </div>
    </main>
  );
}

/** Midnight before a moment, as the service reads it: the figures of today begin there. */
function startOfDay(now: number): string {
  return new Date(new Date(now).setHours(0, 0, 0, 0)).toISOString();
}

function Figures({ today }: { today: string }) {
  const { t } = useTranslation();
  const open = useCaseSummary({ queue: "open" }).data;
  const reported = useCaseSummary({ from: today }).data;
  const closed = useCaseSummary({ status: "closed", closed_from: today }).data;
  const all = (s: typeof reported) => s?.by_state.reduce((n, x) => n + x.count, 0);
  return (
    <dl className="wall-figures" aria-label={t("wallFigures")}>
      <Figure word={t("wallOpen")} value={open?.open} />
      <Figure word={t("wallOverdue")} value={open?.overdue} kind="overdue" />
      <Figure word={t("wallDueSoon")} value={open?.due_soon} kind="due_soon" />
      <Figure word={t("wallClosed")} value={all(closed)} kind="done" />
      <Figure word={t("wallReported")} value={all(reported)} />
    </dl>
  );
}

function Figure({ word, value, kind }: { word: string; value: number | undefined; kind?: "overdue" | "due_soon" | "done" }) {
  return (
    <div className={`wall-figure ${kind ?? ""}`}>
      <dt>
        {kind && <Urgency state={kind} silent />}
        {word}
      </dt>
      <dd>{value ?? "–"}</dd>
    </div>
  );
}

function LiveMark({ live }: { live: Live }) {
  const { t } = useTranslation();
  return (
    <span className={`wall-live ${live.state}`} role="status" data-testid="live">
      {live.state === "lost" ? t("liveLost", { time: timeOf(live.since ?? 0) }) : t(live.state === "connected" ? "liveConnected" : "liveConnecting")}
    </span>
  );
}
