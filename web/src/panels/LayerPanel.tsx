import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { switchLanguage } from "../i18n";
import type { Level } from "../map/levels";
import type { Choice, Theme } from "../theme";

interface LayerPanelProps {
  present: Level[];
  hidden: Level[];
  theme: Theme;
  onHidden: (hidden: Level[]) => void;
  onHome: () => void;
  /** More to choose, below the levels. */
  children?: ReactNode;
}

const themes: Choice[] = ["auto", "light", "dark"];

/** Which borders are drawn, the legend at the same time; theme and language. */
export function LayerPanel({ present, hidden, theme, onHidden, onHome, children }: LayerPanelProps) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <nav className={open ? "layers panel open" : "layers"} aria-label={t("layers")}>
      <div className="layers-buttons">
        <button
          type="button"
          id="layers-button"
          className="icon panel"
          aria-expanded={open}
          aria-controls="layers-body"
          title={`${t("layers")} (L)`}
          aria-label={t("layers")}
          onClick={() => setOpen(!open)}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M12 4 3 9l9 5 9-5-9-5zM4.500 13 12 17.200 19.500 13M4.500 16.800 12 21l7.500-4.200" />
          </svg>
        </button>
        {present.length > 0 && (
          <button type="button" className="icon panel" title={t("home")} aria-label={t("home")} onClick={onHome}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />
            </svg>
          </button>
        )}
      </div>
      {open && (
        <div id="layers-body" className="layers-body panel">
          {present.length > 0 && (
            <fieldset>
              <legend>{t("layersHint")}</legend>
              {present.map((level) => (
                <label key={level}>
                  <input
                    type="checkbox"
                    checked={!hidden.includes(level)}
                    onChange={(e) => onHidden(e.target.checked ? hidden.filter((l) => l !== level) : [...hidden, level])}
                  />
                  <span className={`swatch ${level}`} aria-hidden="true" />
                  {t(`level_${level}`)}
                </label>
              ))}
            </fieldset>
          )}
          {children}
          <fieldset>
            <legend>{t("theme")}</legend>
            <div className="segments">
              {themes.map((c) => (
                <button key={c} type="button" aria-pressed={theme.choice === c} onClick={() => theme.choose(c)}>
                  {t(`theme_${c}`)}
                </button>
              ))}
            </div>
          </fieldset>
          <div className="foot">
            <button type="button" className="link" onClick={() => switchLanguage(i18n.language === "en" ? "zh" : "en")}>
              {t("language")}
            </button>
            <a className="link" href="/steward">
              {t("stewardLink")}
            </a>
            <a className="link" href="/docs">
              {t("api")}
            </a>
          </div>
          <p className="keys">{t("keys")}</p>
        </div>
      )}
    </nav>
  );
}
