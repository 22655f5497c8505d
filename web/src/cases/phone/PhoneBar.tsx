import { useTranslation } from "react-i18next";

import { switchLanguage } from "../../i18n";
import { Synthetic } from "../../panels/Synthetic";
import { useSession } from "../../session/session";
import { useTheme } from "../../theme";

/** The head of a page for the phone: the way back, what it is, and who is here. */
export function PhoneBar({ title, back, children }: { title: string; back?: () => void; children?: React.ReactNode }) {
  const { t, i18n } = useTranslation();
  const me = useSession().data;
  useTheme(); // dresses the page
  return (
    <header className="phone-bar">
      {back ? (
        <button type="button" className="phone-icon" aria-label={t("phoneBack")} onClick={back}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M15 5l-7 7 7 7" />
          </svg>
        </button>
      ) : (
        <a className="phone-icon" href="/" aria-label={t("toMap")}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M9 4L3 6v14l6-2 6 2 6-2V4l-6 2zM9 4v14M15 6v14" />
          </svg>
        </a>
      )}
      <h1>{title}</h1>
      {children}
      {me?.demo && <Synthetic />}
      {me?.signed_in ? (
        <a className="phone-icon" href="/account" aria-label={me.person?.name} title={me.person?.name}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20a7.5 7.5 0 0 1 15 0" />
          </svg>
        </a>
      ) : (
        me && !me.open && (
          <a className="phone-link" href={`/sign-in?next=${encodeURIComponent(location.pathname)}`}>
            {t("signIn")}
          </a>
        )
      )}
      <button type="button" className="phone-link" aria-label={t("language")} lang={i18n.language === "en" ? "zh" : "en"} onClick={() => switchLanguage(i18n.language === "en" ? "zh" : "en")}>
        {i18n.language === "en" ? "中" : "En"}
      </button>
    </header>
  );
}
