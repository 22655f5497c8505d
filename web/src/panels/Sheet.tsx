import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { Close } from "./Close";

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
        <Close onClose={onClose} />
      </div>
      <div className="sheet-body">{children}</div>
    </aside>
  );
}
