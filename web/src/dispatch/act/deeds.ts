import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { act, MovedOn } from "../../cases/act";
import type { ActRequest, Case } from "../../cases/queries";
import { useNotify } from "../../steward/notice";
import { actOnMany } from "../service";
import type { Undoable } from "./UndoToast";

/** Does things to one case or to several, says what came of it, and lets it be undone. */
export function useDeeds(undoable: (text: string, of: Undoable["of"]) => void) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notify = useNotify();
  const own = useRef(new Set<string>());

  /** Returns the case as it is then; undefined where a second person has to confirm it first. Throws a Refusal. */
  async function one(of: Case, action: string, body: ActRequest): Promise<Case | undefined> {
    const word = of.actions.find((a) => a.action === action)?.word ?? action;
    const { case: after, waits } = await act(queries, { of, action, body }).catch((error: unknown) => {
      if (error instanceof MovedOn) notify({ text: error.detail, kind: "wrong" }); // the form may be gone with the state that it was for
      throw error;
    });
    own.current.add(`${after.id} ${after.version}`);
    if (waits) {
      notify({ text: t("secondAsked", { action: word }) });
      return undefined;
    }
    undoable(t("done", { action: word, state: after.state_word }), [{ id: after.id, version: after.version }]);
    return after;
  }

  /** Returns whether none was refused. Throws a Refusal. */
  async function many(of: Case[], action: string, body: ActRequest): Promise<boolean> {
    const word = of[0]?.actions.find((a) => a.action === action)?.word ?? action;
    const results = await actOnMany(action, of, body);
    void queries.invalidateQueries({ queryKey: ["cases"] });
    void queries.invalidateQueries({ queryKey: ["case"] });
    const done = results.filter((r) => r.ok && !r.asked);
    for (const r of done) own.current.add(`${r.id} ${r.version}`);
    if (done.length > 0) undoable(t("doneMany", { action: word, count: done.length }), done.map((r) => ({ id: r.id, version: r.version ?? 0 })));
    const refused = results.filter((r) => !r.ok);
    const waits = results.filter((r) => r.asked).length;
    const why = [...new Set(refused.map((r) => r.detail ?? r.code ?? ""))].slice(0, 3).join(" ");
    const told = [refused.length > 0 && t("refusedMany", { count: refused.length, why }), waits > 0 && t("waitsMany", { count: waits })].filter(Boolean).join(" ");
    if (told) notify({ text: told, kind: refused.length > 0 ? "wrong" : "done" });
    return refused.length === 0;
  }

  /** What was done here, as "id version": it is no news when the service tells of it. */
  return { one, many, own };
}
