import { Button, Checkbox, Input } from "antd";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { daysOf, pasted, turned, weekday } from "./days";
import type { Calendar } from "./service";

const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** A year of holidays and make-up days, clicked or pasted. */
export function YearCalendar({ calendar, locked, onChange }: { calendar: Calendar; locked: boolean; onChange: (c: Calendar) => void }) {
  const { t, i18n } = useTranslation();
  const [year, setYear] = useState(() => new Date().getFullYear());
  const [focus, setFocus] = useState(`${year}-01-01`);
  const [text, setText] = useState("");
  const [bad, setBad] = useState("");
  const grid = useRef<HTMLDivElement>(null);
  const known = new Map(calendar.days.map((d) => [d.date, d]));
  const days = daysOf(year);
  const months = Array.from({ length: 12 }, (_, m) => days.filter((d) => Number(d.slice(5, 7)) === m + 1));
  const name = (m: number) => new Intl.DateTimeFormat(i18n.language, { month: "short" }).format(new Date(2024, m, 1));
  const kindOf = (date: string) => {
    const d = known.get(date);
    return d ? (d.work ? "work" : "holiday") : calendar.rest.includes(weekday(date)) ? "rest" : "usual";
  };
  const turn = (to: number) => {
    setYear(to);
    setFocus(`${to}-01-01`);
  };
  function move(e: KeyboardEvent, date: string) {
    const step = steps[e.key];
    const next = step === undefined ? undefined : days[days.indexOf(date) + step];
    if (!next) return;
    e.preventDefault();
    setFocus(next);
    grid.current?.querySelector<HTMLElement>(`[data-date="${next}"]`)?.focus();
  }
  function paste() {
    const read = pasted(text);
    if (read.bad) {
      setBad(t("rule_pasteBad", { n: read.bad, text: text.split("\n")[read.bad - 1] ?? "" }));
      return;
    }
    const dates = new Set(read.days.map((d) => d.date));
    onChange({ ...calendar, days: [...calendar.days.filter((d) => !dates.has(d.date)), ...read.days].sort((a, b) => (a.date < b.date ? -1 : 1)) });
    setText("");
    setBad("");
  }
  return (
    <>
      <div className="std-year-head">
        <Button size="small" onClick={() => turn(year - 1)} aria-label={t("rule_prev")}>
          ‹
        </Button>
        <b>{year}</b>
        <Button size="small" onClick={() => turn(year + 1)} aria-label={t("rule_next")}>
          ›
        </Button>
        <Checkbox
          disabled={locked}
          checked={calendar.published.includes(year)}
          onChange={(e) => onChange({ ...calendar, published: e.target.checked ? [...calendar.published, year].sort() : calendar.published.filter((y) => y !== year) })}
        >
          {t("rule_published", { year })}
        </Checkbox>
      </div>
      <p className="soft">{t("rule_yearHint")}</p>
      <div className="std-year" ref={grid}>
        {months.map((month, m) => (
          <div key={m} className="std-month" role="group" aria-label={name(m)}>
            <b>{name(m)}</b>
            <div className="std-days">
              {month.map((date, i) => {
                const kind = kindOf(date);
                return (
                  <button
                    key={date}
                    type="button"
                    data-date={date}
                    className={`std-day ${kind}`}
                    style={i === 0 ? { gridColumnStart: ((weekday(date) + 6) % 7) + 1 } : undefined}
                    tabIndex={date === focus ? 0 : -1}
                    aria-disabled={locked}
                    aria-label={`${date} ${known.get(date)?.name ?? ""} ${t(`rule_day_${kind}`)}`}
                    title={`${known.get(date)?.name ?? ""} ${t(`rule_day_${kind}`)}`.trim()}
                    onFocus={() => setFocus(date)}
                    onKeyDown={(e) => move(e, date)}
                    onClick={() => !locked && onChange({ ...calendar, days: turned(calendar.days, date) })}
                  >
                    {Number(date.slice(8))}
                  </button>
                );
              })}
            </div>
          </div>
        ))}
      </div>
      <p className="std-legend">
        {(["holiday", "work", "rest", "usual"] as const).map((k) => (
          <span key={k}>
            <i className={`std-day ${k}`} aria-hidden="true" /> {t(`rule_day_${k}`)}
          </span>
        ))}
      </p>
      {!locked && (
        <div className="std-paste">
          <Input.TextArea aria-label={t("rule_paste")} placeholder={t("rule_pasteHint")} rows={3} value={text} onChange={(e) => setText(e.target.value)} />
          <Button disabled={!text.trim()} onClick={paste}>
            {t("rule_pasteAdd")}
          </Button>
          {bad && (
            <span className="wrong" role="alert">
              {bad}
            </span>
          )}
        </div>
      )}
    </>
  );
}
