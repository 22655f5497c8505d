import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { act } from "../../cases/act";
import { serviceNow } from "../../cases/clock";
import { Refusal } from "../../api/client";
import { useNotify } from "../../steward/notice";
import { said } from "../../steward/service";
import type { Undoable } from "./UndoToast";

const undoWithin = 5 * 60_000; // as the service allows; it has the last word

/** Keeps what was done last and takes it back. */
export function useUndo() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notify = useNotify();
  const [last, setLast] = useState<Undoable | null>(null);
  const [busy, setBusy] = useState(false);
  async function undo() {
    if (!last || busy) return;
    setBusy(true);
    const refused: string[] = [];
    let undone = 0;
    for (const of of last.of) {
      try {
        await act(queries, { of, action: "undo" });
        undone++;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refused.push(said(error));
      }
    }
    setBusy(false);
    setLast(null);
    if (refused.length > 0) notify({ text: [undone > 0 ? t("undoneMany", { count: undone }) : "", ...new Set(refused)].filter(Boolean).join(" "), kind: "wrong" });
    else notify({ text: t("undone", { what: last.text }) });
  }
  return {
    last,
    busy,
    undo: () => void undo(),
    forget: () => setLast(null),
    /** Something was done that can be taken back. */
    note: (text: string, of: Undoable["of"]) => setLast({ text, of, until: serviceNow() + undoWithin }),
  };
}
