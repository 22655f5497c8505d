import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusal } from "../../api/client";
import { clock as dated, distance } from "../../format";
import type { Me } from "../../session/session";
import { remaining, urgencyOf, useServiceNow } from "../clock";
import { type Here, metresBetween, type useHere } from "../phone/here";
import { type Case, type CaseFilter, useCases } from "../queries";
import { Urgency } from "../Urgency";

const tabs = ["todo", "check", "all"] as const;
type Tab = (typeof tabs)[number];

/** Roles whose cases are those that were given to them; all others answer for an area. */
const given = ["department_handler", "grid_worker"];

function filterOf(tab: Tab, mine: boolean): CaseFilter {
  if (tab === "todo") return { queue: "open", limit: 50, ...(mine ? { mine: "true" as const, status: "dispatched,handling" } : {}) }; // what is handled waits for others
  if (tab === "check") return { queue: "open", status: "handled", limit: 50 };
  return { queue: "all", limit: 50 };
}

/** The cases of whoever works out there, the next due first, or the nearest. */
export function List({ me, where }: { me: Me; where: ReturnType<typeof useHere> }) {
  const { t } = useTranslation();
  const [tab, setTab] = useState<Tab>("todo");
  const [mine, setMine] = useState(() => me.posts.length > 0 && me.posts.every((p) => given.includes(p.role)));
  const [nearest, setNearest] = useState(false);
  const query = useCases(filterOf(tab, mine));
  const { here } = where;
  const cases = useMemo(() => {
    if (!nearest || !here) return query.cases;
    const far = (c: Case) => (c.position ? metresBetween(here, c.position) : Infinity);
    return [...query.cases].sort((a, b) => far(a) - far(b));
  }, [query.cases, nearest, here]);

  return (
    <>
      <div className="work-tabs" role="tablist" aria-label={t("workTitle")}>
        {tabs.map((x) => (
          <button key={x} type="button" role="tab" id={`tab-${x}`} aria-selected={tab === x} aria-controls="work-list" onClick={() => setTab(x)}>
            {t(`work_${x}`)}
          </button>
        ))}
      </div>
      <div className="work-how">
        {tab === "todo" && (
          <button type="button" className="phone-chip" aria-pressed={mine} onClick={() => setMine(!mine)}>
            {t("workMine")}
          </button>
        )}
        <button type="button" className="phone-chip" aria-pressed={nearest && here !== null} onClick={() => (here ? setNearest(!nearest) : void where.ask().then((found) => setNearest(found !== null)))}>
          {where.asking ? t("whereAsking") : t("workNearest")}
        </button>
      </div>
      {where.why && <p className="phone-wrong" role="alert">{t(`work_${where.why}`)}</p>}
      <div id="work-list" role="tabpanel" aria-labelledby={`tab-${tab}`} aria-busy={query.isPlaceholderData}>
        {query.isPending ? (
          <p className="work-empty" role="status">{t("loading")}</p>
        ) : query.isError && cases.length === 0 ? (
          <p className="phone-wrong" role="alert">{query.error instanceof Refusal ? query.error.detail : t("offline")}</p>
        ) : cases.length === 0 ? (
          <p className="work-empty">{t(`workNone_${tab}`)}</p>
        ) : (
          <ul className="work-list">
            {cases.map((c) => (
              <Row key={c.id} c={c} here={here} />
            ))}
          </ul>
        )}
        {query.hasNextPage && (
          <button type="button" className="phone-button work-more" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("workMore")}
          </button>
        )}
      </div>
    </>
  );
}

/** What a case is called: its class, or the beginning of its words. */
export function titleOf(c: Case, none: string): string {
  return c.category?.name || c.category?.major || c.description.slice(0, 30) || none;
}

/** Where a case is, in a line. */
export function placeOf(c: Case): string {
  return c.address || c.areas.slice(-2).map((a) => a.name).join(" ");
}

function Row({ c, here }: { c: Case; here: Here | null }) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  const now = useServiceNow();
  const photo = c.photos[0];
  const state = urgencyOf(c.clock, now, c.open);
  return (
    <li>
      <a href={`#${c.id}`} className={`work-row ${state}`}>
        {photo ? <img src={photo.thumbnail} alt="" loading="lazy" width={84} height={84} /> : <span className="work-blank" aria-hidden="true" />}
        <span className="work-what">
          <b>{titleOf(c, t("workUnclassed"))}</b>
          <span>{placeOf(c) || t("workNoPlace")}</span>
          <span className="work-facts">
            <Urgency state={state} words={c.open ? remaining(c.clock, now, lang, c.marks.rest_until) : dated(c.updated_at, lang)} />
            <span>{c.state_word}</span>
            {c.marks.supervised > 0 && <b className="work-mark">{t("workSupervised")}</b>}
            {c.marks.reworks > 0 && <b className="work-mark">{t("workReworked")}</b>}
            {here && c.position && <span>{distance(metresBetween(here, c.position), lang)}</span>}
          </span>
        </span>
      </a>
    </li>
  );
}
