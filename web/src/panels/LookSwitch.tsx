import { useTranslation } from "react-i18next";

import { switchLanguage } from "../i18n";
import type { Choice, Theme } from "../theme";

const themes: Choice[] = ["auto", "light", "dark"];

/** Light or dark, and the language, on the desks. */
export function LookSwitch({ theme }: { theme: Theme }) {
  const { t, i18n } = useTranslation();
  return (
    <>
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
    </>
  );
}
