import "./incidentSection.css";

import { useTranslation } from "react-i18next";

import { signs } from "../map/incidentIcons";
import { incidentPalettes } from "../map/incidentPalette";
import { daysOf, type IncidentView, type Span, spans, choicesOf, turned, usualIncidents, withOpen } from "../map/incidents";

interface IncidentSectionProps {
  /** null while the layer is off. */
  view: IncidentView | null;
  today: string;
  theme: "light" | "dark";
  onView: (view: IncidentView | null) => void;
}

/** The cases on the map: on or off, as points or as heat, when they were reported; the legend chooses urgencies. */
export function IncidentSection({ view, today, theme, onView }: IncidentSectionProps) {
  const { t } = useTranslation();
  const palette = incidentPalettes[theme];
  const span = view?.span;
  const own = typeof span === "object" ? span : null;
  return (
    <fieldset className="incidents">
      <legend>{t("incidents")}</legend>
      <label>
        <input type="checkbox" checked={view !== null} onChange={(e) => onView(e.target.checked ? usualIncidents : null)} />
        {t("incidentsShow")}
      </label>
      {view && (
        <>
          <div className="segments" role="group" aria-label={t("incidentsMode")}>
            <button type="button" aria-pressed={!view.heat} onClick={() => onView({ ...view, heat: false })}>
              {t("incidentsPoints")}
            </button>
            <button type="button" aria-pressed={view.heat} onClick={() => onView({ ...view, heat: true })}>
              {t("incidentsHeat")}
            </button>
          </div>
          <div className="segments" role="group" aria-label={t("incidentsReported")}>
            {spans.map((days) => (
              <button key={days} type="button" aria-pressed={span === days} onClick={() => onView({ ...view, span: days })}>
                {days === 1 ? t("incidentsToday") : t("incidentsDays", { days })}
              </button>
            ))}
            <button type="button" aria-pressed={own !== null} onClick={() => onView({ ...view, span: daysOf(view.span, today) })}>
              {t("incidentsOwn")}
            </button>
          </div>
          {own && <Days span={own} today={today} onSpan={(span) => onView({ ...view, span })} />}
          <label>
            <input type="checkbox" checked={view.open} onChange={(e) => onView(withOpen(view, e.target.checked))} />
            {t("incidentsOpen")}
          </label>
          {choicesOf(view).map((u) => (
              <label key={u} className="incident-urgency">
                <input type="checkbox" checked={!view.without.includes(u)} onChange={(e) => onView(turned(view, u, e.target.checked))} />
                <svg viewBox="0 0 24 24" aria-hidden="true">
                  <circle cx="12" cy="12" r={u === "normal" ? 8 : 10.5} fill={palette.urgency[u]} />
                  <path d={signs[u]} stroke={palette.sign} />
                </svg>
                {t(`urgency_${u}`)}
              </label>
          ))}
        </>
      )}
    </fieldset>
  );
}

/** From one day to another; an end before its beginning draws the other along. */
function Days({ span, today, onSpan }: { span: Exclude<Span, number>; today: string; onSpan: (span: Span) => void }) {
  const { t } = useTranslation();
  return (
    <div className="incident-days">
      <input type="date" required aria-label={t("incidentsFrom")} max={today} value={span.from} onChange={(e) => e.target.value && onSpan({ from: e.target.value, to: e.target.value > span.to ? e.target.value : span.to })} />
      <span aria-hidden="true">–</span>
      <input type="date" required aria-label={t("incidentsTo")} max={today} value={span.to} onChange={(e) => e.target.value && onSpan({ from: e.target.value < span.from ? e.target.value : span.from, to: e.target.value })} />
    </div>
  );
}
