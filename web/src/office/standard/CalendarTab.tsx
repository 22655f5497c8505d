import "./standard.css";

import { useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Input, InputNumber, Select, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Me } from "../../session/session";
import { useNotify } from "../../steward/notice";
import { said } from "../../steward/service";
import { Field } from "../Field";
import { moment } from "../format";
import { FormWrong } from "../people/PersonFields";
import { useDistricts } from "../queries";
import { isStale, writeOnce } from "../service";
import { useSubmit } from "../useSubmit";
import { DistrictPick } from "./DistrictPick";
import { RuleWords } from "./RuleWords";
import { type CaseSetting, maySet, type Setting, useSetting } from "./service";
import { TryDeadline } from "./TryDeadline";
import { YearCalendar } from "./YearCalendar";

/** The working calendar and how cases are handled. */
export function CalendarTab({ me }: { me: Me }) {
  const districts = useDistricts();
  const [chosen, setDistrict] = useState("");
  const district = chosen || (districts.data?.districts[0]?.code ?? "");
  const found = useSetting(district);
  const [round, setRound] = useState(0); // counts what was dropped: the fields begin anew
  return (
    <div className="office-page">
      <div className="office-scroll">
        <div className="std-rules">
          <DistrictPick value={district} onChange={setDistrict} />
          {found.isError ? <p className="wrong">{said(found.error)}</p> : !found.data ? <Skeleton active /> : <Rules key={`${district} ${found.data.version} ${round}`} kept={found.data} locked={!maySet(me)} onDrop={() => setRound(round + 1)} />}
        </div>
      </div>
    </div>
  );
}

const phases = ["intake", "inspect", "dispatch", "verify", "close"] as const;

function Rules({ kept, locked, onDrop }: { kept: CaseSetting; locked: boolean; onDrop: () => void }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const notify = useNotify();
  const [s, setSetting] = useState<Setting>(kept.setting);
  const [year] = useState(() => new Date().getFullYear());
  const changed = JSON.stringify(s) !== JSON.stringify(kept.setting);
  const set = (change: Partial<Setting>) => setSetting({ ...s, ...change });
  const missing = [year, year + 1].filter((y) => !s.calendar.published.includes(y));
  const { busy, error, submit } = useSubmit(async () => {
    try {
      await writeOnce("PUT", `/api/v1/settings/cases?district=${encodeURIComponent(kept.district)}`, s, { "If-Match": `"${kept.version}"` });
      notify({ text: t("rule_saved") });
    } catch (e) {
      if (!isStale(e)) throw e;
      notify({ text: t("rule_stale"), kind: "wrong" });
    }
    await queries.invalidateQueries({ queryKey: ["case-setting"] });
  });
  const number = (label: string, value: number, change: (n: number) => void) => (
    <Field key={label} label={t(label)}>
      {(id) => <InputNumber id={id} disabled={locked} min={0} precision={0} value={value} onChange={(n) => n !== null && change(n)} />}
    </Field>
  );
  return (
    <>
      <form onSubmit={submit} className="std-form" aria-label={t("tab_calendar")}>
        <header className="std-bar">
          <span className="soft">
            {t("rule_version", { n: kept.version })} · {kept.made ? t("rule_savedAt", { at: moment(kept.made, i18n.language) }) : t("rule_default")}
          </span>
          {locked ? (
            <span className="soft">{t("rule_readOnly")}</span>
          ) : (
            <span className="office-actions">
              {changed && <Button onClick={onDrop}>{t("rule_undo")}</Button>}
              <Button type="primary" htmlType="submit" disabled={!changed} aria-busy={busy}>
                {t("rule_save")}
              </Button>
            </span>
          )}
          <FormWrong error={error} fields />
        </header>
        {missing.length > 0 && (
          <p className="office-warning" data-testid="unpublished">
            {t("rule_unpublished", { years: missing.join(t("listComma")) })}
          </p>
        )}
        <section>
          <h2>{t("rule_hours")}</h2>
          <Hours setting={s} locked={locked} set={set} />
        </section>
        <section>
          <h2>{t("rule_year")}</h2>
          <YearCalendar calendar={s.calendar} locked={locked} onChange={(calendar) => set({ calendar })} />
        </section>
        <section>
          <h2>{t("rule_limits")}</h2>
          <p className="soft">{t("rule_limitsHint")}</p>
          <div className="std-fields">
            {phases.map((p) => (
              <Field key={p} label={t(`rule_limit_${p}`)}>
                {(id) => <Input id={id} disabled={locked} required maxLength={30} value={s.limits[p]} onChange={(e) => set({ limits: { ...s.limits, [p]: e.target.value } })} />}
              </Field>
            ))}
          </div>
        </section>
        <section>
          <h2>{t("rule_thresholds")}</h2>
          <div className="std-fields">
            {number("rule_warning", s.warning, (n) => set({ warning: n }))}
            {number("rule_duplicateMetres", s.duplicates.metres, (n) => set({ duplicates: { ...s.duplicates, metres: n } }))}
            {number("rule_duplicateHours", s.duplicates.hours, (n) => set({ duplicates: { ...s.duplicates, hours: n } }))}
            {number("rule_evidence", s.evidence_metres, (n) => set({ evidence_metres: n }))}
            {number("rule_extensions", s.extensions, (n) => set({ extensions: n }))}
            {number("rule_dispute", s.dispute_after, (n) => set({ dispute_after: n }))}
            {number("rule_undoMinutes", s.undo_minutes, (n) => set({ undo_minutes: n }))}
            {number("rule_restDays", s.rest_days, (n) => set({ rest_days: n }))}
            <Field label={t("rule_moved")}>
              {(id) => <Select id={id} disabled={locked} value={s.moved} onChange={(moved) => set({ moved })} options={(["stay", "move", "split"] as const).map((m) => ({ value: m, label: t(`rule_moved_${m}`) }))} />}
            </Field>
          </div>
        </section>
        <RuleWords usual={kept.words} words={s.words} locked={locked} onChange={(words) => set({ words })} />
      </form>
      <section>
        <h2>{t("rule_try")}</h2>
        <TryDeadline district={kept.district} calendar={s.calendar} />
      </section>
    </>
  );
}

const split = (text: string) => text.split(/[\s,，、;；]+/).filter(Boolean);

function Hours({ setting, locked, set }: { setting: Setting; locked: boolean; set: (change: Partial<Setting>) => void }) {
  const { t, i18n } = useTranslation();
  const c = setting.calendar;
  const change = (more: Partial<Setting["calendar"]>) => set({ calendar: { ...c, ...more } });
  const dayName = (d: number) => new Intl.DateTimeFormat(i18n.language, { weekday: "short", timeZone: "UTC" }).format(new Date(Date.UTC(2024, 0, 7 + d)));
  const season = (i: number, more: Partial<(typeof c.seasons)[number]>) => change({ seasons: c.seasons.map((x, k) => (k === i ? { ...x, ...more } : x)) });
  return (
    <>
      <Field label={t("rule_periods")} hint={t("rule_periodsHint")}>
        {(id) => <Periods id={id} locked={locked} value={c.periods} onChange={(periods) => change({ periods })} />}
      </Field>
      <fieldset className="std-rest">
        <legend>{t("rule_rest")}</legend>
        <Checkbox.Group disabled={locked} value={c.rest} onChange={(rest) => change({ rest: [...rest].sort() })} options={[1, 2, 3, 4, 5, 6, 0].map((d) => ({ value: d, label: dayName(d) }))} />
      </fieldset>
      {c.seasons.map((x, i) => (
        <div className="std-fields" key={i}>
          <Field label={t("rule_seasonFirst")}>{(id) => <Input id={id} disabled={locked} value={x.first} maxLength={5} onChange={(e) => season(i, { first: e.target.value })} />}</Field>
          <Field label={t("rule_seasonLast")}>{(id) => <Input id={id} disabled={locked} value={x.last} maxLength={5} onChange={(e) => season(i, { last: e.target.value })} />}</Field>
          <Field label={t("rule_hours")}>{(id) => <Periods id={id} locked={locked} value={x.periods} onChange={(periods) => season(i, { periods })} />}</Field>
          {!locked && <Button onClick={() => change({ seasons: c.seasons.filter((_, k) => k !== i) })}>{t("rule_remove")}</Button>}
        </div>
      ))}
      {!locked && <Button onClick={() => change({ seasons: [...c.seasons, { first: "05-01", last: "09-30", periods: c.periods }] })}>{t("rule_addSeason")}</Button>}
    </>
  );
}

/** Work periods in one line; taken over when the field is left, so that they can be typed in peace. */
function Periods({ id, locked, value, onChange }: { id: string; locked: boolean; value: string[]; onChange: (periods: string[]) => void }) {
  const [text, setText] = useState(value.join(" "));
  return <Input id={id} disabled={locked} value={text} maxLength={120} onChange={(e) => setText(e.target.value)} onBlur={() => onChange(split(text))} onPressEnter={() => onChange(split(text))} />;
}
