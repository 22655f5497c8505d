import { useTranslation } from "react-i18next";

const ways = [
  ["/", "navMap", "M12 21s7-6.5 7-11.5a7 7 0 0 0-14 0C5 14.5 12 21 12 21zM12 7a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"],
  ["/report", "navReport", "M12 5v14M5 12h14"],
  ["/work", "navWork", "M5 6h14M5 12h14M5 18h9"],
] as const;

/** The three places of somebody on their way: where am I, report, what is to be done. */
export function PhoneNav() {
  const { t } = useTranslation();
  return (
    <nav className="phone-nav" aria-label={t("navLabel")}>
      {ways.map(([path, word, shape]) => (
        <a key={path} href={path} aria-current={location.pathname === path ? "page" : undefined}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d={shape} />
          </svg>
          {t(word)}
        </a>
      ))}
    </nav>
  );
}
