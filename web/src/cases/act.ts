import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, ask, Refusal } from "../api/client";
import { i18n } from "../i18n";
import { writeOnce } from "../office/service";
import { timeOf } from "./clock";
import { type ActRequest, type Case, caseKey, readHistory } from "./queries";

/** One thing to do to one case. */
export interface Deed {
  of: Pick<Case, "id" | "version">;
  action: string; // the last part of its path: dispatch, undo, …
  body?: ActRequest;
}

/** What came of it. When a second person has to confirm it first, the case is as it was. */
export interface Done {
  case: Case;
  waits: boolean;
}

/** The case is not as it was seen: somebody moved it on. Its text says who, and to what. */
export class MovedOn extends Refusal {}

/**
 * Does something to a case as it was last seen, once however often it is sent.
 * Errors: MovedOn when the case is another by now; Refusal otherwise.
 */
export async function act(queries: QueryClient, { of, action, body }: Deed): Promise<Done> {
  try {
    const after = await writeOnce<Case>("POST", `/api/v1/incidents/${of.id}/${action}`, body ?? {}, { "If-Match": `"${of.version}"` });
    void noteCase(queries, after);
    return { case: after, waits: after.version === of.version };
  } catch (error) {
    if (!(error instanceof Refusal) || !["stale_version", "case_wrong_state", "no_such_incident"].includes(error.code)) throw error;
    void queries.invalidateQueries({ queryKey: ["cases"] });
    void queries.invalidateQueries({ queryKey: caseKey(of.id) });
    throw new MovedOn(error.code, await whoMoved(of.id, error), [], { cause: error });
  }
}

/** Keeps a case that an answer brought, and reads again what hangs on it. */
export function noteCase(queries: QueryClient, c: Case) {
  queries.setQueryData<Case>([...caseKey(c.id), "", i18n.language], (known) => (known && known.version > c.version ? known : c));
  return Promise.all([
    queries.invalidateQueries({ queryKey: [...caseKey(c.id), "history"] }),
    queries.invalidateQueries({ queryKey: [...caseKey(c.id), "clock"] }),
    queries.invalidateQueries({ queryKey: ["cases"] }),
  ]);
}

/** Does things to cases, and shows what came of them. */
export function useAct() {
  const queries = useQueryClient();
  return useMutation<Done, unknown, Deed>({ mutationFn: (deed) => act(queries, deed) });
}

/** A sentence about who moved a case on, or what the service said where that cannot be told. */
async function whoMoved(id: string, refused: Refusal): Promise<string> {
  try {
    const [now, { history }] = await Promise.all([ask(api.GET("/api/v1/incidents/{id}", { params: { path: { id } } })), readHistory(id)]);
    const last = history.at(-1);
    if (!last) return i18n.t("movedOnSelf", { state: now.state_word });
    return i18n.t("movedOn", { who: last.by?.name || i18n.t("system"), time: timeOf(last.at), word: last.word, state: now.state_word });
  } catch (error) {
    return error instanceof Refusal && error.code === "no_such_incident" ? i18n.t("caseGone") : refused.detail;
  }
}
