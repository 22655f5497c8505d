import { Button } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { long, useServiceNow } from "../../cases/clock";

/** What was done last, and until when (ms, by the service's clock) it can be taken back. */
export interface Undoable {
  text: string;
  of: { id: string; version: number }[];
  until: number;
}

/** Says what was done, and takes it back for as long as the service allows. */
export function UndoToast({ last, busy, onUndo, onGone }: { last: Undoable; busy: boolean; onUndo: () => void; onGone: () => void }) {
  const { t } = useTranslation();
  const left = last.until - useServiceNow(1000);
  useEffect(() => {
    if (left <= 0) onGone();
  });
  if (left <= 0) return null;
  const seconds = Math.ceil(left / 1000);
  return (
    <div className="undo-toast panel" role="status" data-testid="undo">
      <span>{last.text}</span>
      <Button type="link" loading={busy} onClick={onUndo}>
        {t("undo")} <kbd aria-hidden="true">U</kbd>
      </Button>
      <span className="undo-left" aria-label={t("undoLeft", { time: long(left, "zh") })}>
        {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")}
      </span>
      <button type="button" className="notice-close" aria-label={t("close")} onClick={onGone}>
        ✕
      </button>
    </div>
  );
}
