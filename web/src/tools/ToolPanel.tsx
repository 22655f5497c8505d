import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** The small panel beside the toolbar: what a tool has found, and its buttons. */
export function ToolPanel({ name, children, onClose, hint, className = "" }: { name: string; children: ReactNode; onClose: () => void; hint?: string; className?: string }) {
  const { t } = useTranslation();
  return (
    <section className={`tools-panel panel ${className}`} aria-label={name} data-testid="tool-panel">
      <button type="button" className="icon close" aria-label={t("close")} title={hint ?? t("tool_close")} onClick={onClose}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M6 6l12 12M18 6L6 18" />
        </svg>
      </button>
      {children}
    </section>
  );
}
