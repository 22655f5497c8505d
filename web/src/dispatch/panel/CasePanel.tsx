import { useQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { remaining, urgencyOf } from "../../cases/clock";
import { type Case, useCase, useCaseHistory, useSimilar } from "../../cases/queries";
import { Urgency } from "../../cases/Urgency";
import { clock as when, distance } from "../../format";
import { Copy } from "../../panels/Copy";
import { formatPosition } from "../../position";
import { said } from "../../steward/service";
import { ActBar } from "../act/ActBar";
import { ActForm, type Picking } from "../act/ActForm";
import type { Draft } from "../act/draft";
import { locate } from "../intake/OwnerLine";
import { whatOf } from "../queue/CaseRow";
import { ClockView } from "./ClockView";
import { History } from "./History";
import { Marks } from "./Marks";
import { Photos } from "./Photos";
import { Reporter } from "./Reporter";
import { SimilarList } from "./SimilarList";
import { Standard } from "./Standard";
import { Waits } from "./Waits";

interface CasePanelProps {
  id: string;
  now: number;
  me: string | undefined;
  /** The action whose form is open. */
  acting: { action: string; preset?: Partial<Draft> } | null;
  keys: Record<string, string>;
  pick: Picking;
  onAct: (action: string | null, preset?: Partial<Draft>) => void;
  onDo: (of: Case, action: string, body: object) => Promise<void>;
  onOpen: (id: string) => void;
  onClose: () => void;
}

/** Everything about one case, and what can be done to it. */
export function CasePanel(p: CasePanelProps) {
  const { t } = useTranslation();
  const query = useCase(p.id);
  const c = query.data;
  const [seen, setSeen] = useState(c?.version); // what is newer is news
  if (c && seen === undefined) setSeen(c.version);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current?.scrollIntoView?.({ block: "nearest" });
  }, [p.id]);
  const close = (
    <button type="button" className="icon close" aria-label={t("close")} title={`${t("close")} (Esc)`} onClick={p.onClose}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M6 6l12 12M18 6L6 18" />
      </svg>
    </button>
  );
  if (!c || query.isError) {
    return (
      <section className="case-panel" aria-label={t("case")}>
        <header className="case-head">{close}</header>
        {query.isError ? (
          <div className="queue-none" role="alert">
            <p>{said(query.error)}</p>
            <Button onClick={() => void query.refetch()}>{t("retry")}</Button>
          </div>
        ) : (
          <Skeleton active className="queue-wait" paragraph={{ rows: 8 }} />
        )}
      </section>
    );
  }
  const acting = c.actions.find((a) => a.action === p.acting?.action);
  return (
    <section className="case-panel" aria-label={t("case")} data-testid="case" data-version={c.version}>
      <header className="case-head">
        <div>
          <p className="case-first">
            <Urgency state={urgencyOf(c.clock, p.now, c.open)} words={<Left of={c} now={p.now} />} />
            <span className="case-state">{c.state_word}</span>
          </p>
          <h2 ref={head}>{whatOf(c) || t("caseUnnamed")}</h2>
          <Marks of={c} />
        </div>
        {close}
      </header>
      <MovedOnBy of={c} me={p.me} seen={seen} onSeen={setSeen} />
      <Waits of={c} />
      {!acting && <ActBar actions={c.actions} active={null} keys={p.keys} onAct={(a) => p.onAct(a)} />}
      {acting && (
        <ActForm
          key={`${c.id} ${acting.action}`}
          action={acting}
          of={c}
          district={c.district}
          count={1}
          pick={p.pick}
          preset={p.acting?.preset}
          onDo={async (body) => {
            await p.onDo(c, acting.action, body);
            setSeen(undefined);
          }}
          onClose={() => p.onAct(null)}
        />
      )}
      <div className="case-body">
        <Facts of={c} onAct={p.onAct} />
        <Duplicates of={c} onMerge={(parent) => p.onAct("merge", { parent })} onOpen={p.onOpen} />
        <Section title={t("photos")}>
          <Photos of={c.photos} />
        </Section>
        <Section title={t("standard")}>
          <Standard of={c} />
        </Section>
        <Section title={t("clock")}>
          <ClockView id={c.id} />
        </Section>
        <Section title={t("history")}>
          <History id={c.id} />
        </Section>
      </div>
    </section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="case-section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Left({ of: c, now }: { of: Case; now: number }) {
  const { t, i18n } = useTranslation();
  return c.open ? remaining(c.clock, now, i18n.language, c.marks.rest_until) : t("caseUrgency_done");
}

/** What is known of a case: what was said, where, whose, who has it, who reported it. */
function Facts({ of: c, onAct }: { of: Case; onAct: CasePanelProps["onAct"] }) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  const at = c.position;
  const answer = useQuery({ queryKey: ["whose", at?.lon, at?.lat, "cgcs2000"], queryFn: () => locate({ lon: at?.lon ?? 0, lat: at?.lat ?? 0, crs: "cgcs2000" }), enabled: at !== null, retry: false });
  const border = answer.data?.border;
  const workers = answer.data?.workers ?? [];
  const canPlace = c.actions.find((a) => a.action === (at ? "relocate" : "accept")) ?? c.actions.find((a) => a.action === "relocate");
  return (
    <dl className="case-facts">
      {c.description && (
        <>
          <dt>{t("description")}</dt>
          <dd>{c.description}</dd>
        </>
      )}
      <dt>{t("caseNumber")}</dt>
      <dd>
        <code>{c.number}</code> <Copy text={() => c.number} label={t("copyThis")} />
      </dd>
      <dt>{t("address")}</dt>
      <dd>{c.address || "–"}</dd>
      <dt>{t("whose")}</dt>
      <dd>
        {c.areas.length > 0 ? c.areas.map((a) => a.name).join(" › ") : <strong className="warn">{t("casePlaceless")}</strong>}
        {c.edition && <span className="soft"> · {t("byEdition", { edition: c.edition })}</span>}
        {border && border.distance_m < 30 && <span className="near-border"> {t("nearBorder", { distance: distance(border.distance_m, lang), names: border.names.slice(0, 2).join("、") })}</span>}
        {workers.map((w) => (
          <span key={w.id} className="soft">
            {" "}
            · {w.name} {w.phone && <a href={`tel:${w.phone}`}>{w.phone}</a>}
          </span>
        ))}
      </dd>
      <dt>{t("position")}</dt>
      <dd>
        {at ? (
          <>
            <code>{formatPosition(at)}</code> <Copy text={() => formatPosition(at)} label={t("copy")} />
          </>
        ) : (
          t("placeUnknown")
        )}{" "}
        {canPlace && (
          <button type="button" className="link" onClick={() => onAct(canPlace.action)}>
            {t(at ? "placeCorrect" : "placeSet")}
          </button>
        )}
      </dd>
      {c.unit && (
        <>
          <dt>{t("unit")}</dt>
          <dd>{[c.unit.name, c.assignee?.name].filter(Boolean).join(" · ")}</dd>
        </>
      )}
      <dt>{t("reported")}</dt>
      <dd>
        {when(c.reported_at, lang)} · {t(`channel_${c.channel}`)} · <Reporter key={c.id} id={c.id} />
      </dd>
      {c.marks.parent && (
        <>
          <dt>{t("mainCase")}</dt>
          <dd>{t("followsCase")}</dd>
        </>
      )}
    </dl>
  );
}

/** Cases that may be about the same matter, to be looked at or merged into. */
function Duplicates({ of: c, onMerge, onOpen }: { of: Case; onMerge: (parent: string) => void; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const similar = useSimilar(c);
  const list = (similar.data ?? []).filter((s) => s.state !== "");
  if (list.length === 0) return null;
  const mergeable = c.actions.some((a) => a.action === "merge");
  return (
    <Section title={t("similarTitle", { count: list.length })}>
      <SimilarList list={list} chosen="" onChoose={onOpen} />
      {mergeable && (
        <Button size="small" onClick={() => onMerge(list[0]?.id ?? "")}>
          {t("mergeIntoNearest")}
        </Button>
      )}
    </Section>
  );
}

/** Says who moved the case on while it was open here. */
function MovedOnBy({ of: c, me, seen, onSeen }: { of: Case; me: string | undefined; seen: number | undefined; onSeen: (version: number) => void }) {
  const { t, i18n } = useTranslation();
  const history = useCaseHistory(c.id);
  const last = history.data?.at(-1);
  const news = seen !== undefined && c.version > seen && last?.version === c.version && last.by?.id !== me;
  if (!news) return null;
  return (
    <p className="moved-on" role="status" data-testid="moved-on">
      <span>{t("movedOn", { who: last.by?.name || t("system"), time: when(last.at, i18n.language), word: last.word, state: c.state_word })}</span>
      <button type="button" className="link" onClick={() => onSeen(c.version)}>
        {t("understood")}
      </button>
    </p>
  );
}
