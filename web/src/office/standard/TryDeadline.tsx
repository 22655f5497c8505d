import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { send } from "../../steward/service";
import { Field } from "../Field";
import { isoDay, moment } from "../format";
import { FormWrong } from "../people/PersonFields";
import { useSubmit } from "../useSubmit";
import type { Calendar, Deadline } from "./service";

/** Tries a limit on the calendar as it stands on the screen, and explains the deadline day by day. */
export function TryDeadline({ district, calendar }: { district: string; calendar: Calendar }) {
  const { t, i18n } = useTranslation();
  const [limit, setLimit] = useState("4工作时");
  const [start, setStart] = useState(() => `${isoDay()}T16:00`);
  const [due, setDue] = useState<Deadline | null>(null);
  const { busy, error, submit } = useSubmit(async () => {
    setDue(await send<Deadline>("POST", `/api/v1/settings/cases/deadline?district=${encodeURIComponent(district)}`, { limit, start: `${start}:00+08:00`, calendar }));
  });
  const at = (text: string) => moment(text, i18n.language);
  return (
    <form className="std-try" aria-label={t("rule_try")} onSubmit={submit}>
      <p className="soft">{t("rule_tryLead")}</p>
      <div className="std-fields">
        <Field label={t("rule_tryLimit")}>{(id) => <Input id={id} required value={limit} onChange={(e) => setLimit(e.target.value)} />}</Field>
        <Field label={t("rule_tryStart")}>{(id) => <Input id={id} type="datetime-local" required value={start} onChange={(e) => setStart(e.target.value)} />}</Field>
      </div>
      <Button htmlType="submit" aria-busy={busy}>
        {t("rule_tryIt")}
      </Button>
      <FormWrong error={error} fields />
      {due && !error && (
        <div aria-live="polite">
          <p className="std-due" data-testid="due">
            {due.deadline ? t("rule_due", { at: at(due.deadline) }) : t("rule_dueOpen")}
          </p>
          {due.unpublished.length > 0 && <p className="office-warning">{t("rule_unpublished", { years: due.unpublished.slice(0, 5).join(t("listComma")) })}</p>}
          <ol className="std-steps">
            {due.steps.map((s, i) => (
              <li key={i} className={s.kind}>
                <b>{t(`rule_step_${s.kind}`)}</b> {s.kind === "left" || s.kind === "paused" ? `${at(s.from)} – ${s.to ? at(s.to) : ""}` : s.from.slice(0, 10)} {s.name}
              </li>
            ))}
          </ol>
          {due.more > 0 && <p className="soft">{t("rule_more", { n: due.more })}</p>}
        </div>
      )}
    </form>
  );
}
