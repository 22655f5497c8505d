import { useTranslation } from "react-i18next";

import type { Level } from "../map/levels";
import type { Sheet } from "./address";
import { sizes, turns } from "./paper";
import { roundScales, scaleText } from "./scale";

interface SettingsProps {
  sheet: Sheet;
  title: string;
  /** As the map is now. */
  scale: number;
  fixed: boolean;
  present: Level[];
  /** The levels that are drawn. */
  drawn: Level[];
  /** There is an area that can stand out. */
  selectable: boolean;
  ready: boolean;
  failed: boolean;
  back: string;
  onSheet: (part: Partial<Sheet>) => void;
  onScale: (scale: number | "free") => void;
}

/** What can be chosen about a sheet; all of it is in the address too. */
export function Settings({ sheet, title, scale, fixed, present, drawn, selectable, ready, failed, back, onSheet, onScale }: SettingsProps) {
  const { t } = useTranslation();
  const whole = Math.round(scale);
  const scales = fixed && !roundScales.includes(whole) ? [...roundScales, whole].sort((a, b) => a - b) : roundScales;
  return (
    <section className="print-settings" aria-label={t("print_settings")}>
      <h1>{t("print_heading")}</h1>
      <label className="print-field">
        <span>{t("print_title")}</span>
        <input value={title} maxLength={60} onChange={(e) => onSheet({ title: e.target.value })} />
      </label>
      <label className="print-field">
        <span>{t("print_note")}</span>
        <textarea value={sheet.note} rows={3} maxLength={150} placeholder={t("print_noteHint")} onChange={(e) => onSheet({ note: e.target.value })} />
      </label>
      <div className="print-field" role="group" aria-label={t("print_size")}>
        <span aria-hidden="true">{t("print_size")}</span>
        <div className="segments print-choice">
          {sizes.map((s) => (
            <button key={s} type="button" aria-pressed={sheet.size === s} onClick={() => onSheet({ size: s })}>
              {s.toUpperCase()}
            </button>
          ))}
        </div>
      </div>
      <div className="print-field" role="group" aria-label={t("print_turn")}>
        <span aria-hidden="true">{t("print_turn")}</span>
        <div className="segments print-choice">
          {turns.map((s) => (
            <button key={s} type="button" aria-pressed={sheet.turn === s} onClick={() => onSheet({ turn: s })}>
              {t(`print_${s}`)}
            </button>
          ))}
        </div>
      </div>
      <label className="print-field">
        <span>{t("print_scale")}</span>
        <select value={fixed ? whole : "free"} onChange={(e) => onScale(e.target.value === "free" ? "free" : Number(e.target.value))}>
          <option value="free">{fixed ? t("print_free") : `${t("print_free")}（${scaleText(scale)}）`}</option>
          {scales.map((s) => (
            <option key={s} value={s}>
              {scaleText(s)}
            </option>
          ))}
        </select>
      </label>
      <fieldset className="print-field">
        <legend>{t("print_levels")}</legend>
        {present.map((l) => (
          <label key={l} className="print-check">
            <input
              type="checkbox"
              checked={drawn.includes(l)}
              onChange={(e) => onSheet({ levels: present.filter((x) => (x === l ? e.target.checked : drawn.includes(x))) })}
            />
            {t(`level_${l}`)}
          </label>
        ))}
        {sheet.levels && (
          <button type="button" className="link" onClick={() => onSheet({ levels: null })}>
            {t("print_byScale")}
          </button>
        )}
      </fieldset>
      <fieldset className="print-field">
        <legend>{t("print_show")}</legend>
        <label className="print-check">
          <input type="checkbox" checked={sheet.names} onChange={(e) => onSheet({ names: e.target.checked })} />
          {t("print_names")}
        </label>
        <label className="print-check">
          <input type="checkbox" checked={sheet.codes} onChange={(e) => onSheet({ codes: e.target.checked })} />
          {t("print_codes")}
        </label>
        {selectable && (
          <label className="print-check">
            <input type="checkbox" checked={sheet.marked} onChange={(e) => onSheet({ marked: e.target.checked })} />
            {t("print_mark")}
          </label>
        )}
      </fieldset>
      {failed && (
        <p className="wrong" role="alert">
          {t("print_failed")}
        </p>
      )}
      <button type="button" className="primary" disabled={!ready} onClick={() => window.print()} data-testid="print">
        {ready ? t("print_print") : t("print_preparing")}
      </button>
      <a className="link" href={back}>
        {t("print_toMap")}
      </a>
      <p className="print-hint">{t("print_drag")}</p>
    </section>
  );
}
