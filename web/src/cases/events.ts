/** What happens to cases, as the service tells it: one stream for the whole page. */

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";

import type { components } from "../api/types.gen";
import { serviceNow } from "./clock";
import { caseKey } from "./queries";

/** One change: which case, and what was done; `gone`: it is not the reader's to see any more. */
export type CaseEvent = components["schemas"]["CaseEvent"];

export interface Live {
  state: "connecting" | "connected" | "lost";
  /** Since when (ms, by the service's clock) nothing has come; null while all is well. */
  since: number | null;
}

type Heard = CaseEvent | "reset";

let source: EventSource | null = null;
let last = ""; // the event heard last, to go on behind it
let live: Live = { state: "connecting", since: null };
let again: ReturnType<typeof setTimeout> | undefined;
const hearers = new Set<(heard: Heard) => void>();
const watchers = new Set<() => void>();

const tryAgainAfter = 3000;

function become(state: Live["state"]) {
  if (state === live.state) return;
  live = { state, since: state === "lost" ? serviceNow() : null };
  for (const w of watchers) w();
}

/** The browser comes back by itself after a cut; where the service refuses (it restarts, the session has ended) it gives up, and we ask again. */
function open() {
  clearTimeout(again);
  source = new EventSource(last === "" ? "/api/v1/events" : `/api/v1/events?after=${last}`);
  const from = source;
  const heard = (e: Event) => {
    const id = (e as MessageEvent).lastEventId;
    if (id) last = id;
    become("connected");
  };
  from.addEventListener("ready", heard);
  from.addEventListener("reset", (e) => {
    heard(e);
    for (const h of hearers) h("reset");
  });
  from.addEventListener("case", (e) => {
    heard(e);
    const event = JSON.parse((e as MessageEvent<string>).data) as CaseEvent;
    for (const h of hearers) h(event);
  });
  from.onerror = () => {
    become("lost");
    if (from.readyState !== EventSource.CLOSED || from !== source) return;
    again = setTimeout(open, tryAgainAfter);
  };
}

function hear(hearer: (heard: Heard) => void): () => void {
  hearers.add(hearer);
  if (!source) open();
  return () => {
    hearers.delete(hearer);
    if (hearers.size > 0) return;
    clearTimeout(again);
    source?.close();
    source = null;
    last = ""; // whoever listens again has read everything anew
    become("connecting");
  };
}

const gathered = 300; // ms: a hundred changes at once are one reading

/**
 * Keeps all that is shown of cases in step with the service, and tells the page of
 * each change, its own changes too. Use it once in a page.
 */
export function useCaseEvents(told?: (event: CaseEvent) => void): Live {
  const queries = useQueryClient();
  const now = useRef(told);
  useEffect(() => {
    now.current = told;
  });
  useEffect(() => {
    const changed = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = hear((heard) => {
      if (heard === "reset") {
        void queries.invalidateQueries({ queryKey: ["cases"] });
        void queries.invalidateQueries({ queryKey: ["case"] });
        return;
      }
      if (isNews(queries, heard)) changed.add(heard.id);
      now.current?.(heard);
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const id of changed) void queries.invalidateQueries({ queryKey: caseKey(id) });
        changed.clear();
        void queries.invalidateQueries({ queryKey: ["cases"] });
      }, gathered);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [queries]);
  return useSyncExternalStore(watch, () => live);
}

function watch(changed: () => void): () => void {
  watchers.add(changed);
  return () => watchers.delete(changed);
}

/** Whether an event says more of a case than the page knows already. A deadline that passes, or a new calendar, changes no version. */
function isNews(queries: QueryClient, e: CaseEvent): boolean {
  if (["due_soon", "overdue", "long_overdue", "reckoned", "gone"].includes(e.what)) return true;
  const known = queries.getQueriesData<{ version?: number }>({ queryKey: [...caseKey(e.id), ""] });
  return known.some(([, c]) => (c?.version ?? 0) < e.version);
}
