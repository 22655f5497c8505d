import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusal } from "../../api/client";
import { useAct } from "../act";
import { serviceNow } from "../clock";
import type { Case } from "../queries";

/** What has just been done; it may be taken back for a while. */
export interface Just {
  case: Case;
  word: string;
  waits: boolean;
  at: number; // by the service's clock
}

const undoFor = 5 * 60_000;

/** Says what was done and lets it be taken back: nobody is asked whether they are sure beforehand. */
export function DoneBar({ just, onGone }: { just: Just; onGone: () => void }) {
  const { t } = useTranslation();
  const undo = useAct();
  const [left, setLeft] = useState(() => just.at + undoFor - serviceNow());
  useEffect(() => {
    const timer = setInterval(() => setLeft(just.at + undoFor - serviceNow()), 1000);
    return () => clearInterval(timer);
  }, [just.at]);
  useEffect(() => {
    if (left <= 0) onGone();
  }, [left, onGone]);
  if (just.waits) {
    return (
      <div className="done-bar" role="status">
        <p>{t("doneWaits", { word: just.word })}</p>
        <button type="button" className="phone-button" onClick={onGone}>{t("doneSeen")}</button>
      </div>
    );
  }
  const minutes = Math.max(0, Math.ceil(left / 60_000));
  return (
    <div className="done-bar" role="status">
      <p>
        {undo.isSuccess ? t("undone", { word: just.word }) : t("done", { word: just.word })}
        {undo.isError && <span className="done-wrong">{undo.error instanceof Refusal ? undo.error.detail : t("offline")}</span>}
      </p>
      {undo.isSuccess ? (
        <button type="button" className="phone-button" onClick={onGone}>{t("doneSeen")}</button>
      ) : (
        <button type="button" className="phone-button" disabled={undo.isPending} onClick={() => undo.mutate({ of: just.case, action: "undo" })}>
          {t("undo", { n: minutes })}
        </button>
      )}
    </div>
  );
}
