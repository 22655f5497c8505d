import { type ChangeEvent, type KeyboardEvent, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Period } from "../api/client";
import { day } from "../format";
import { useShortcuts } from "../shortcuts";
import { byLevel, clampDay, currentIndex, dayAt, indexAt, layOut, placeOf, step, toDay, toNumber } from "../time";

interface TimeBarProps {
  /** Named where there are several. */
  district: string;
  periods: Period[];
  at: string | null;
  today: string;
  onAt: (at: string | null) => void;
  marked: boolean;
  onMarked: (marked: boolean) => void;
}

/** Steps of the slider: fine enough for a day of some decades. */
const steps = 10_000;
const nearTick = 90;
const settles = 180; // milliseconds

/** The day whose boundaries the map shows: a slider over the editions. */
export function TimeBar({ district, periods, at, today, onAt, marked, onMarked }: TimeBarProps) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  const segments = useMemo(() => layOut(periods, today), [periods, today]);
  const [dragged, setDragged] = useState<string | null>(null); // a day that is not yet asked for
  const shown = clampDay(segments, dragged ?? at ?? today);
  const now = currentIndex(periods);
  const i = dragged === null ? indexAt(periods, at) : indexAt(periods, shown);
  const period = periods[i];
  const place = Math.round(placeOf(segments, shown) * steps);

  const settle = (date: string) => {
    setDragged(null);
    onAt(date === today ? null : date);
  };
  // Days of one edition look the same: only another edition is asked for at once.
  useEffect(() => {
    if (dragged === null) return;
    const timer = setTimeout(() => {
      setDragged(null);
      onAt(dragged === today ? null : dragged);
    }, settles);
    return () => clearTimeout(timer);
  }, [dragged, today, onAt]);

  const back = step(periods, dragged ?? at, -1);
  const on = step(periods, dragged ?? at, 1);
  const go = (to: typeof back) => {
    if (to === undefined) return;
    setDragged(null);
    onAt(to);
  };
  useShortcuts({ "[": () => go(back), "]": () => go(on) });

  function onSlide(e: ChangeEvent<HTMLInputElement>) {
    const to = Number(e.target.value);
    const tick = segments.find((s) => Math.abs(Math.round(s.start * steps) - to) < nearTick);
    let date: string;
    if (Math.abs(to - place) === 1) date = clampDay(segments, toDay(toNumber(shown) + to - place)); // one step by an assistive device
    else if (to > steps - nearTick) date = dayAt(segments, 1);
    else date = tick ? tick.period.valid_from : dayAt(segments, to / steps);
    if (indexAt(periods, date) !== indexAt(periods, at)) onAt(date === today ? null : date);
    setDragged(date);
  }

  function onSliderKey(e: KeyboardEvent<HTMLInputElement>) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -30, PageUp: 30, Home: -Infinity, End: Infinity }[e.key];
    if (by === undefined) return;
    e.preventDefault();
    const ends = [segments[0]?.from ?? 0, segments.at(-1)?.until ?? 0];
    const date = Number.isFinite(by) ? clampDay(segments, toDay(toNumber(shown) + by)) : toDay((by < 0 ? ends[0] : ends[1]) ?? 0);
    if (indexAt(periods, date) !== indexAt(periods, at)) settle(date);
    else setDragged(date);
  }

  const tense = i < now ? "past" : i > now ? "ahead" : "now";
  const isToday = at === null && dragged === null;
  const said = t(isToday ? "timeToday" : tense === "ahead" ? "timeAhead" : "timeAt", { date: day(shown, lang), name: period?.edition ?? "" });
  const changes = byLevel(period?.changes ?? []).map(([level, list]) =>
    t("timeLevel", {
      level: t(`level_${level}` as "level_grid"),
      changes: list.map((c) => t("timeCount", { kind: t(`kind_${c.kind}`), n: c.count })).join(t("listComma")),
    }),
  );
  const changed = changes.join(" · ");
  const before = periods[i - 1];
  return (
    <section className={`time panel ${isToday ? "" : tense}`} aria-label={t("time")} data-testid="time">
      <div className="time-row">
        <button type="button" className="icon" disabled={back === undefined} aria-label={t("timeBack")} title={`${t("timeBack")} ([)`} onClick={() => go(back)}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M14 6l-6 6 6 6" />
          </svg>
        </button>
        <p className="time-said" data-testid="time-said">
          {district && <span className="time-district">{district}</span>}
          {said}
        </p>
        <button type="button" className="icon" disabled={on === undefined} aria-label={t("timeOn")} title={`${t("timeOn")} (])`} onClick={() => go(on)}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M10 6l6 6-6 6" />
          </svg>
        </button>
        <div className="time-more">
          {before && (
            <label className="time-mark">
              <input type="checkbox" checked={marked} onChange={(e) => onMarked(e.target.checked)} />
              {t("timeMark")}
            </label>
          )}
          {!isToday && (
            <button
              type="button"
              className="quiet"
              onClick={() => {
                setDragged(null);
                onAt(null);
              }}
            >
              {t("timeHome")}
            </button>
          )}
        </div>
      </div>
      <div className="time-track">
        <div className="time-segments" aria-hidden="true">
          {segments.map((s, k) => (
            <div key={s.period.valid_from} className={`time-segment${k === i ? " here" : ""}${k > now ? " ahead" : ""}`} style={{ left: `${s.start * 100}%`, width: `${(s.end - s.start) * 100}%` }}>
              <span>{day(s.period.valid_from, lang)}</span> <small>{s.period.edition}</small>
            </div>
          ))}
        </div>
        <input
          type="range"
          min={0}
          max={steps}
          step={1}
          value={place}
          aria-label={t("timeDay")}
          aria-valuetext={t("timeValue", { date: day(shown, lang), name: period?.edition ?? "" })}
          onChange={onSlide}
          onKeyDown={onSliderKey}
        />
      </div>
      <p className="time-changes" title={changed || undefined}>
        {before ? t("timeChanges", { before: before.edition, changes: changed || t("timeNoChanges") }) : t("timeFirst")}
      </p>
      <span className="visually-hidden" aria-live="polite">
        {dragged === null ? said : ""}
      </span>
    </section>
  );
}
