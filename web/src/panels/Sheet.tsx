import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

/** The card: at the right edge of a desk, a sheet from below on a phone. */
export function Sheet({ children, onClose }: { children: ReactNode; onClose: () => void }) {
  const { t } = useTranslation();
  const [low, setLow] = useState(false);
  return (
    <aside className={low ? "sheet panel low" : "sheet panel"} data-testid="card">
      <div className="sheet-bar">
        <button type="button" className="grip" aria-expanded={!low} onClick={() => setLow(!low)}>
          <span aria-hidden="true" />
          <span className="visually-hidden">{low ? t("show") : t("hide")}</span>
        </button>
        <button type="button" className="icon close" onClick={onClose} aria-label={t("close")} title={`${t("close")} (Esc)`}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M6 6l12 12M18 6L6 18" />
          </svg>
        </button>
      </div>
      <div className="sheet-body">{children}</div>
    </aside>
  );
}
