import { useTranslation } from "react-i18next";

import type { Severity } from "../service";

const shapes: Record<Severity, string> = {
  error: "M12 3 2.500 20h19zM12 10v4.500M12 17.200v.1",
  warning: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 8v5M12 16v.1",
  note: "M5 4h14v16H5zM8.500 9h7M8.500 13h7M8.500 16.500h4",
};

/** A shape and a word, for colour alone tells nobody enough. */
export function SeverityMark({ severity, waived, count }: { severity: Severity; waived?: boolean; count?: number }) {
  const { t } = useTranslation();
  return (
    <span className={`mark ${waived ? "waived" : severity}`}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={waived ? "M4 12.500 9.500 18 20 6.500" : shapes[severity]} />
      </svg>
      {t(waived ? "waivedWord" : `severity_${severity}`)}
      {count !== undefined && <b>{count}</b>}
    </span>
  );
}
