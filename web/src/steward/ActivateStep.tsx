import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, DatePicker } from "antd";
import dayjs from "dayjs";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Area, ask, type Link, Refusal } from "../api/client";
import { day } from "../format";
import type { Bounds } from "../map/levels";
import { dayBefore } from "../time";
import { isDraft, today } from "./edition/status";
import { asProposed, confirmedLinks, digest } from "./lineage/choices";
import { LineageSection } from "./lineage/LineageSection";
import { useLineage } from "./queries";
import { useRequests } from "./requests";
import { changeEdition, type Edition, editionPath, freshKey, said } from "./service";
import { Field } from "./upload/Field";

interface ActivateStepProps {
  edition: Edition;
  /** Findings that keep it out of force, and those that do not. */
  errors: number;
  warnings: number;
  keep: (e: Edition) => void;
  onFindings: () => void;
  onArea: (code: string, bbox: Bounds) => void;
}

const typed = 350; // milliseconds until a day counts as chosen

/** Checks a draft, and puts it into force from a day. */
export function ActivateStep({ edition, errors, warnings, keep, onFindings, onArea }: ActivateStepProps) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [now] = useState(() => new Date());
  const [date, setDate] = useState(() => today(now));
  const [key] = useState(freshKey);
  const [asked, setAsked] = useState(date);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(date), typed);
    return () => clearTimeout(timer);
  }, [date]);
  const draft = isDraft(edition);
  const lineage = useLineage(edition, draft ? asked : "");
  const [choices, setChoices] = useState(asProposed);
  const pending = draft && date !== "" && (lineage.isFetching || asked !== date);
  // Nothing is confirmed where there is nothing before, or where it could not be read.
  const says = lineage.data?.before ? { lineage: confirmedLinks(lineage.data.links, choices) } : {};
  const refresh = () => void queries.invalidateQueries({ queryKey: ["editions"] });
  const onRefusal = (e: Error) => {
    if (e instanceof Refusal && e.code === "stale_version") refresh();
  };
  const check = useMutation({ mutationFn: () => changeEdition(edition, "POST", "/check"), onSuccess: keep, onError: onRefusal });
  const activate = useMutation({
    mutationFn: () => {
      const body = { valid_from: date, ...says };
      return changeEdition(edition, "POST", "/activations", body, { "Idempotency-Key": `${key}-${edition.version}-${digest(JSON.stringify(body))}` });
    },
    onSuccess: (e) => {
      keep(e);
      refresh();
      void queries.invalidateQueries({ queryKey: ["districts"] });
      void queries.invalidateQueries({ queryKey: ["lineage"] });
      void queries.invalidateQueries({ queryKey: ["activation-requests"] }); // it may wait for a second person
    },
    onError: onRefusal,
  });
  const wrong: Error | null = activate.error ?? check.error;
  const items = wrong instanceof Refusal ? (wrong.items ?? []) : [];
  const from = edition.activations[0];
  const busy = check.isPending || activate.isPending;
  const waits = useRequests().data?.some((r) => r.district === edition.district && r.edition === edition.name && !r.void) ?? false;

  if (!isDraft(edition) && from) {
    const ahead = Date.parse(from.effective) > now.getTime();
    return (
      <div className="success" data-testid="activated">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <circle cx="12" cy="12" r="9" />
          <path d="M8 12.500l2.700 2.700L16 9.500" />
        </svg>
        <h2>{t(ahead ? "activatedAhead" : "activatedNow", { name: edition.name, date: day(from.valid_from, i18n.language) })}</h2>
        <div className="actions">
          <Button type="primary" size="large" href={ahead ? `/?at=${from.valid_from}` : "/"}>
            {t("seeMap")}
          </Button>
          <Button size="large" href={`${editionPath(edition)}/report?lang=${i18n.language}`} target="_blank">
            {t("printReport")}
          </Button>
        </div>
      </div>
    );
  }
  /** Brings the earlier area into sight, as it stands before the day. */
  async function place(l: Link) {
    const path = { district: edition.district, level: l.level as Area["level"], code: l.from.code };
    const found = await ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}", { params: { path, query: { at: dayBefore(date) } } })).catch(() => null);
    if (found) onArea(found.code, found.bbox as Bounds);
  }
  const passes = edition.status === "checked";
  const failure = (
    <div className="failure" role="alert">
      <p>{wrong && said(wrong)}</p>
      {items.length > 0 && (
        <ul>
          {items.slice(0, 8).map((i) => (
            <li key={`${i.code}${i.location}${i.detail}`}>{i.detail}</li>
          ))}
        </ul>
      )}
    </div>
  );
  return (
    <div className="stack" data-testid="activate">
      <section className={passes ? "verdict good" : errors > 0 ? "verdict bad" : "verdict"}>
        <strong>{passes ? t("checkPasses") : errors > 0 ? t("checkStops", { n: errors }) : t("checkNot")}</strong>
        {warnings > 0 && <p>{t("warningsStay", { n: warnings })}</p>}
        {!passes && (
          <div className="actions">
            <Button type={errors > 0 ? "default" : "primary"} loading={check.isPending} disabled={busy} onClick={() => check.mutate()}>
              {t("check")}
            </Button>
            {errors > 0 && <Button onClick={onFindings}>{t("seeFindings")}</Button>}
          </div>
        )}
      </section>
      <Field label={t("fromDay")} hint={fromHint(date, today(now), t, i18n.language)}>
        {(id) => <DatePicker id={id} className="date" value={date ? dayjs(date) : null} onChange={(d) => setDate(d?.format("YYYY-MM-DD") ?? "")} />}
      </Field>
      {date && (
        <LineageSection
          before={lineage.data?.before ?? ""}
          links={lineage.data?.links ?? []}
          pending={pending}
          wrong={lineage.isError ? said(lineage.error) : ""}
          choices={choices}
          onChoices={setChoices}
          onPlace={(l) => void place(l)}
        />
      )}
      {!passes && <p className="soft">{t("checkBefore")}</p>}
      {waits && <p className="soft">{t("waitsAlready")}</p>}
      <div className="actions sticky">
        {wrong && failure}
        <Button type="primary" size="large" disabled={!passes || !date || busy || pending || waits} loading={activate.isPending} onClick={() => activate.mutate()}>
          {t("activate")}
        </Button>
      </div>
    </div>
  );
}

function fromHint(date: string, now: string, t: (key: string, o: Record<string, string>) => string, lang: string): string {
  if (!date) return t("pickDay", {});
  return t(date > now ? "fromAhead" : date < now ? "fromBefore" : "fromToday", { date: day(date, lang) });
}
