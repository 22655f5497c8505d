import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { switchLanguage } from "../i18n";
import type { Counts, Level } from "../map/levels";
import { type Kind, kinds, type Look, strengthOf, withStrength } from "../map/look";
import type { Choice, Theme } from "../theme";

interface LayerPanelProps {
  present: Level[];
  counts: Counts;
  look: Look;
  theme: Theme;
  onLook: (look: Look) => void;
  onServices: () => void;
  onKeys: () => void;
  /** The choice of what lies under the borders, where there is one. */
  ground?: ReactNode;
  /** More buttons in the row. */
  children?: ReactNode;
}

const themes: Choice[] = ["auto", "light", "dark"];

/** Which borders are drawn and how strongly, which is the legend at the same time; theme and language. */
export function LayerPanel({ present, counts, look, theme, onLook, onServices, onKeys, ground, children }: LayerPanelProps) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const [last, setLast] = useState<Look>({}); // strengths that come back
  const there = kinds.filter((k) => present.includes(k === "dedicated" ? "grid" : k));
  const turn = (kind: Kind, on: boolean) => {
    if (!on) setLast({ ...last, [kind]: strengthOf(look, kind) });
    onLook(withStrength(look, kind, on ? strengthOf(last, kind) : 0));
  };
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
        {children}
      </div>
      {open && (
        <div id="layers-body" className="layers-body panel">
          {there.length > 0 && (
            <fieldset>
              <legend>{t("layersHint")}</legend>
              {there.map((kind) => (
                <div key={kind} className={kind === "dedicated" ? "layer under" : "layer"}>
                  <label>
                    <input type="checkbox" checked={strengthOf(look, kind) > 0} onChange={(e) => turn(kind, e.target.checked)} />
                    <span className={`swatch ${kind}`} aria-hidden="true" />
                    {t(kind === "dedicated" ? "dedicated" : `level_${kind}`)}
                  </label>
                  {kind !== "dedicated" && <small>{counts[kind] ?? 0}</small>}
                  <input
                    type="range"
                    min={10}
                    max={100}
                    step={10}
                    value={Math.max(10, strengthOf(look, kind))}
                    disabled={strengthOf(look, kind) === 0}
                    aria-label={t("strength", { layer: t(kind === "dedicated" ? "dedicated" : `level_${kind}`) })}
                    title={t("strength", { layer: t(kind === "dedicated" ? "dedicated" : `level_${kind}`) })}
                    onChange={(e) => onLook(withStrength(look, kind, Number(e.target.value)))}
                  />
                </div>
              ))}
            </fieldset>
          )}
          {ground}
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
            <button type="button" className="link" onClick={onServices}>
              {t("services")}
            </button>
            <button type="button" className="link" onClick={onKeys}>
              {t("keysTitle")}
            </button>
          </div>
        </div>
      )}
    </nav>
  );
}
