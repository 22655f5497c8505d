import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusal } from "../../api/client";
import { copyText } from "../../copy";
import { clock as dated, distance } from "../../format";
import { canDraw, MapBoundary } from "../../map/MapBoundary";
import { remaining, urgencyOf, useServiceNow } from "../clock";
import { type Here, metresBetween } from "../phone/here";
import { type Case, useCase, useCaseHistory } from "../queries";
import { Urgency } from "../Urgency";
import { Actions } from "./Actions";
import { ClockSentence } from "./ClockSentence";
import type { Just } from "./DoneBar";
import { titleOf } from "./List";

const PlaceMap = lazy(() => import("../phone/PlaceMap"));

/** One case: what it is, where, until when, what was done, and what may be done now. */
export function CasePage({ id, here, onDone }: { id: string; here: Here | null; onDone: (j: Just) => void }) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  const found = useCase(id);
  const now = useServiceNow();
  if (!found.data) {
    if (found.isPending) return <p className="work-empty" role="status">{t("loading")}</p>;
    return <p className="phone-wrong" role="alert">{found.error instanceof Refusal ? found.error.detail : t("offline")}</p>;
  }
  const c = found.data;
  const areas = c.areas.filter((a) => a.level !== "district").map((a) => a.name).join(" · ");
  return (
    <article className="case" aria-label={titleOf(c, t("workUnclassed"))}>
      {found.isError && <p className="phone-wrong" role="alert">{found.error instanceof Refusal ? found.error.detail : t("offline")}</p>}
      <header>
        <h2>{titleOf(c, t("workUnclassed"))}</h2>
        <p className="case-state">
          <Urgency state={urgencyOf(c.clock, now, c.open)} words={c.open ? remaining(c.clock, now, lang, c.marks.rest_until) : undefined} />
          <b>{c.state_word}</b>
        </p>
        {c.open && <ClockSentence c={c} />}
      </header>
      {c.photos.length > 0 && (
        <ul className="case-photos" aria-label={t("photos")} tabIndex={0}>
          {c.photos.map((p) => (
            <li key={p.id}>
              <a href={p.url} target="_blank" rel="noreferrer">
                <img src={p.thumbnail} alt={t(`photo_${p.kind}`)} loading="lazy" />
              </a>
              <span>
                {t(`photo_${p.kind}`)}
                {p.taken && <> · {dated(p.taken, lang)}</>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {c.description && <p className="case-text">{c.description}</p>}
      <Actions key={c.id} c={c} here={here} onDone={onDone} />
      <section>
        <h3>{t("caseWhere")}</h3>
        <p>
          {[c.address, areas].filter(Boolean).join("，") || t("workNoPlace")}
          {here && c.position && <b> · {t("caseFar", { distance: distance(metresBetween(here, c.position), lang) })}</b>}
        </p>
        {c.position && canDraw && (
          <MapBoundary fallback={null}>
            <div className="place-map small">
              <Suspense fallback={<p className="place-wait">{t("mapLoading")}</p>}>
                <PlaceMap label={t("caseMap")} at={c.position} here={here} />
              </Suspense>
            </div>
          </MapBoundary>
        )}
        {c.position && <Coordinates at={c.position} />}
      </section>
      <History c={c} />
    </article>
  );
}

/** Copies the position for whatever the phone navigates with. Maps of Chinese makers take GCJ-02. */
function Coordinates({ at }: { at: { lon: number; lat: number } }) {
  const { t } = useTranslation();
  const [said, setSaid] = useState("");
  async function copy(crs: "gcj02" | "wgs84") {
    let place: [number, number] = [at.lon, at.lat];
    if (crs === "gcj02") {
      const { default: gcoord } = await import("gcoord");
      place = gcoord.transform<[number, number]>(place, gcoord.WGS84, gcoord.GCJ02);
    }
    const text = place.map((v) => v.toFixed(6)).join(",");
    await copyText(text).then(
      () => setSaid(t("caseCopied", { text })),
      () => setSaid(t("caseCopyByHand", { text })),
    );
  }
  return (
    <div className="case-ways">
      <button type="button" className="phone-button" onClick={() => void copy("gcj02")}>{t("caseCopyGcj")}</button>
      <button type="button" className="phone-button" onClick={() => void copy("wgs84")}>{t("caseCopyWgs")}</button>
      <p role="status" className="phone-hint">{said}</p>
    </div>
  );
}

function History({ c }: { c: Case }) {
  const { t, i18n } = useTranslation();
  const history = useCaseHistory(c.id);
  return (
    <section>
      <h3>{t("caseHistory")}</h3>
      <ol className="steps">
        {[...(history.data ?? [])].reverse().map((e) => (
          <li key={e.version}>
            <b>{e.word}</b>
            {e.reason_word && <span> · {e.reason_word}</span>}
            {e.unit && e.action !== "receive" && <span> · {e.unit.name}</span>}
            {e.note && e.action !== "report" && <p>{e.note}</p>}
            <time dateTime={e.at}>
              {dated(e.at, i18n.language)}
              {e.by?.name && <> · {e.by.name}</>}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}
