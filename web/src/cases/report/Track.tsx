import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { api, ask, Refusal } from "../../api/client";
import type { components } from "../../api/types.gen";
import { clock } from "../../format";
import { canDraw, MapBoundary } from "../../map/MapBoundary";
import { Urgency } from "../Urgency";

const PlaceMap = lazy(() => import("../phone/PlaceMap"));

type Tracked = components["schemas"]["TrackedReport"];

const lookAgain = 20_000;
const ended = ["closed", "rejected", "voided"];

/** How far a report is, for whoever holds its number. */
export function Track({ number }: { number: string }) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  const report = useQuery({
    queryKey: ["track", number, lang],
    queryFn: () => ask(api.GET("/api/v1/reports/{number}", { params: { path: { number } } })),
    refetchInterval: lookAgain,
    refetchOnWindowFocus: true,
    retry: false,
  });
  if (!report.data) {
    if (report.isPending) return <p className="phone-hint" role="status">{t("loading")}</p>;
    return (
      <p className="phone-wrong" role="alert">
        {report.error instanceof Refusal ? report.error.detail : t("offline")}
      </p>
    );
  }
  const r = report.data;
  return (
    <section className="track" aria-label={t("trackTitle", { number: r.number })}>
      <header className={ended.includes(r.state) ? "track-state done" : "track-state"}>
        <h2>
          <Urgency state={ended.includes(r.state) ? "done" : "normal"} silent />
          {r.state_word}
        </h2>
        <p>{sentence(r, lang, t)}</p>
      </header>
      {report.isError && <p className="phone-note" role="status">{t("trackStale", { when: clock(new Date(report.dataUpdatedAt).toISOString(), lang) })}</p>}
      {r.follows && <p className="phone-note">{t("trackFollows")}</p>}
      <dl className="facts">
        <dt>{t("trackNumber")}</dt>
        <dd>{r.number}</dd>
        {r.category && (
          <>
            <dt>{t("trackClass")}</dt>
            <dd>{r.category.name || r.category.major}</dd>
          </>
        )}
        {r.description && (
          <>
            <dt>{t("trackText")}</dt>
            <dd>{r.description}</dd>
          </>
        )}
        {(r.address || r.areas.length > 0) && (
          <>
            <dt>{t("trackWhere")}</dt>
            <dd>{[r.address, r.areas.filter((a) => a.level !== "district").map((a) => a.name).join(" · ")].filter(Boolean).join("，")}</dd>
          </>
        )}
      </dl>
      {r.position && canDraw && (
        <MapBoundary fallback={null}>
          <div className="place-map small">
            <Suspense fallback={<p className="place-wait">{t("mapLoading")}</p>}>
              <PlaceMap label={t("trackMap")} at={r.position} />
            </Suspense>
          </div>
        </MapBoundary>
      )}
      <h3>{t("trackSteps")}</h3>
      <ol className="steps">
        {[...r.steps].reverse().map((s, i) => (
          <li key={`${s.at} ${i}`}>
            <b>{s.word}</b>
            {s.unit && <span> · {s.unit}</span>}
            {s.reason && <span> · {s.reason}</span>}
            <time dateTime={s.at}>{clock(s.at, lang)}</time>
          </li>
        ))}
      </ol>
      <p className="phone-hint" role="status">{t("trackRefreshed", { when: clock(new Date(report.dataUpdatedAt).toISOString(), lang) })}</p>
    </section>
  );
}

/** What the state means for whoever waits. */
function sentence(r: Tracked, lang: string, t: (key: string, values?: Record<string, string>) => string): string {
  const due = r.due && !ended.includes(r.state) ? t("trackDue", { when: clock(r.due, lang) }) : "";
  return [t(`told_${r.state}`), due].filter(Boolean).join("");
}
