/** What pages with cases ask of the service. All keys begin with "cases" or "case", so that an event can name what has changed. */

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api, ask } from "../api/client";
import type { components, operations } from "../api/types.gen";
import { setServiceTime } from "./clock";

type Schemas = components["schemas"];
export type Case = Schemas["Incident"];
export type CaseEntry = Schemas["CaseEntry"];
export type AllowedAction = Schemas["AllowedAction"];
export type ActRequest = Schemas["ActRequest"];
export type Similar = Schemas["SimilarIncident"];
export type CaseFilter = NonNullable<operations["incidents"]["parameters"]["query"]>;

/** The key of everything about one case. */
export const caseKey = (id: string) => ["case", id] as const;

const lookAgain = 60_000; // where the stream of events does not come through

/** Cases by a filter, a page at a time; `cases` are all that have come. */
export function useCases(filter: CaseFilter, enabled = true) {
  const { i18n } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: ["cases", "list", i18n.language, filter],
    queryFn: async ({ pageParam, signal }) => {
      const page = await ask(api.GET("/api/v1/incidents", { params: { query: { ...filter, cursor: pageParam || undefined } }, signal }));
      setServiceTime(page.now);
      return page;
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: lookAgain,
    enabled,
  });
  const cases = useMemo(() => {
    const seen = new Set<string>(); // one that moved between two pages stands on both
    return (query.data?.pages ?? []).flatMap((p) => p.incidents).filter((c) => !seen.has(c.id) && seen.add(c.id));
  }, [query.data]);
  return { ...query, cases };
}

/** How many cases there are by a filter, in all and by state. */
export function useCaseSummary(filter: CaseFilter, enabled = true) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["cases", "summary", i18n.language, filter],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/incidents/summary", { params: { query: filter }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: lookAgain,
    enabled,
  });
}

/** One case; a Refusal with the code no_such_incident once it is not the reader's any more. */
export function useCase(id: string | null) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: [...caseKey(id ?? ""), "", i18n.language],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/incidents/{id}", { params: { path: { id: id ?? "" } }, signal })),
    enabled: id !== null,
    retry: false,
  });
}

export function readHistory(id: string) {
  return ask(api.GET("/api/v1/incidents/{id}/history", { params: { path: { id } } }));
}

/** How a case came to be as it is, the oldest step first. */
export function useCaseHistory(id: string | null) {
  const { i18n } = useTranslation();
  return useQuery({ queryKey: [...caseKey(id ?? ""), "history", i18n.language], queryFn: async () => (await readHistory(id ?? "")).history, enabled: id !== null, retry: false });
}

/** How the deadlines of a case are reckoned, step by step. */
export function useCaseClocks(id: string | null) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: [...caseKey(id ?? ""), "clock", i18n.language],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/incidents/{id}/clock", { params: { path: { id: id ?? "" } }, signal })),
    enabled: id !== null,
    retry: false,
  });
}

/** The words of a district for states, actions and reasons. */
export function useCaseWords(district?: string) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["case-words", district, i18n.language],
    queryFn: () => ask(api.GET("/api/v1/incidents/words", { params: { query: { district } } })),
    staleTime: 10 * 60_000,
  });
}

/** Cases that may be about the same matter as one; none while its place or class is not known. */
export function useSimilar(c: Case | undefined) {
  const at = c?.position;
  const class_ = c?.category;
  return useQuery({
    queryKey: ["cases", "similar", c?.id, at?.lon, at?.lat, class_?.kind, class_?.code],
    queryFn: async ({ signal }) => {
      if (!c || !at || !class_) return [];
      const query = { lon: at.lon, lat: at.lat, crs: "cgcs2000", kind: class_.kind, category: class_.code, except: c.id, now: c.reported_at };
      return (await ask(api.GET("/api/v1/incidents/similar", { params: { query }, signal }))).incidents;
    },
    enabled: Boolean(at && class_),
    retry: false,
  });
}
