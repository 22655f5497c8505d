import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Close } from "../panels/Close";

/** The small panel beside the toolbar: what a tool has found, and its buttons. */
export function ToolPanel({ name, children, onClose, hint, className = "" }: { name: string; children: ReactNode; onClose: () => void; hint?: string; className?: string }) {
  const { t } = useTranslation();
  return (
    <section className={`tools-panel panel ${className}`} aria-label={name} data-testid="tool-panel">
      <Close hint={hint ?? t("tool_close")} onClose={onClose} />
      {children}
    </section>
  );
}
