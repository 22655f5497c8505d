import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, DatePicker } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusal } from "../api/client";
import { day } from "../format";
import { isDraft, today } from "./edition/status";
import { changeEdition, type Edition, editionPath, freshKey, said } from "./service";
import { Field } from "./upload/Field";

interface ActivateStepProps {
  edition: Edition;
  /** Findings that keep it out of force, and those that do not. */
  errors: number;
  warnings: number;
  keep: (e: Edition) => void;
  onFindings: () => void;
}

/** Checks a draft, and puts it into force from a day. */
export function ActivateStep({ edition, errors, warnings, keep, onFindings }: ActivateStepProps) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [now] = useState(() => new Date());
  const [date, setDate] = useState(() => today(now));
  const [key] = useState(freshKey);
  const refresh = () => void queries.invalidateQueries({ queryKey: ["editions"] });
  const onRefusal = (e: Error) => {
    if (e instanceof Refusal && e.code === "stale_version") refresh();
  };
  const check = useMutation({ mutationFn: () => changeEdition(edition, "POST", "/check"), onSuccess: keep, onError: onRefusal });
  const activate = useMutation({
    mutationFn: () => changeEdition(edition, "POST", "/activations", { valid_from: date }, { "Idempotency-Key": `${key}-${date}-${edition.version}` }),
    onSuccess: (e) => {
      keep(e);
      refresh();
      void queries.invalidateQueries({ queryKey: ["districts"] });
    },
    onError: onRefusal,
  });
  const wrong: Error | null = activate.error ?? check.error;
  const items = wrong instanceof Refusal ? (wrong.items ?? []) : [];
  const from = edition.activations[0];
  const busy = check.isPending || activate.isPending;

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
          <Button type="primary" size="large" href="/">
            {t("seeMap")}
          </Button>
          <Button size="large" href={`${editionPath(edition)}/report?lang=${i18n.language}`} target="_blank">
            {t("printReport")}
          </Button>
        </div>
      </div>
    );
  }
  const passes = edition.status === "checked";
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
      {wrong && (
        <div className="failure" role="alert">
          <p>{said(wrong)}</p>
          {items.length > 0 && (
            <ul>
              {items.slice(0, 8).map((i) => (
                <li key={`${i.code}${i.location}${i.detail}`}>{i.detail}</li>
              ))}
            </ul>
          )}
        </div>
      )}
      <Field label={t("fromDay")} hint={fromHint(date, today(now), t, i18n.language)}>
        {(id) => <DatePicker id={id} className="date" value={date ? dayjs(date) : null} onChange={(d) => setDate(d?.format("YYYY-MM-DD") ?? "")} />}
      </Field>
      <div className="actions">
        <Button type="primary" size="large" disabled={!passes || !date || busy} loading={activate.isPending} onClick={() => activate.mutate()}>
          {t("activate")}
        </Button>
      </div>
      {!passes && <p className="soft">{t("checkBefore")}</p>}
    </div>
  );
}

function fromHint(date: string, now: string, t: (key: string, o: Record<string, string>) => string, lang: string): string {
  if (!date) return t("pickDay", {});
  return t(date > now ? "fromAhead" : date < now ? "fromBefore" : "fromToday", { date: day(date, lang) });
}
