import { Popover } from "antd";
import { useTranslation } from "react-i18next";

import { switchLanguage } from "../i18n";
import type { Choice, Theme } from "../theme";

const themes: Choice[] = ["auto", "light", "dark"];
const keys = ["jk", "enter", "esc", "undo", "redo", "panel", "help"];

/** The way back to the map, light or dark, the language, the keys. */
export function DeskFoot({ theme, help, onHelp }: { theme: Theme; help: boolean; onHelp: (open: boolean) => void }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="desk-foot">
      <a className="link" href="/">
        {t("backToMap")}
      </a>
      <div className="segments" role="group" aria-label={t("theme")}>
        {themes.map((c) => (
          <button key={c} type="button" aria-pressed={theme.choice === c} onClick={() => theme.choose(c)}>
            {t(`theme_${c}`)}
          </button>
        ))}
      </div>
      <button type="button" className="link" onClick={() => switchLanguage(i18n.language === "en" ? "zh" : "en")}>
        {t("language")}
      </button>
      <Popover
        open={help}
        onOpenChange={onHelp}
        trigger="click"
        placement="topRight"
        content={
          <dl className="key-list">
            {keys.map((k) => (
              <div key={k}>
                <dt>
                  <kbd>{t(`key_${k}`)}</kbd>
                </dt>
                <dd>{t(`keyDoes_${k}`)}</dd>
              </div>
            ))}
          </dl>
        }
      >
        <button type="button" className="link keys-button">
          {t("keysWord")}
        </button>
      </Popover>
    </div>
  );
}
