import { useInfiniteQuery, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api, type Area, ask, Refusal } from "../api/client";
import type { Level } from "../map/levels";
import type { AuditView, PeopleView } from "./address";
import { isID } from "./ids";
import { isStale, type Person, personPath, settled, writeOnce } from "./service";

const pageSize = 100;

/** People page by page, as far as they have been asked for. */
export function usePeople(v: PeopleView, enabled: boolean) {
  const { i18n } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: ["people", v.text, v.role, v.district, v.area, v.status, i18n.language],
    queryFn: ({ pageParam }) =>
      ask(
        api.GET("/api/v1/people", {
          params: {
            query: {
              text: v.text || undefined,
              role: v.role || undefined,
              district: (v.area && v.district) || undefined,
              area: v.area || undefined,
              status: v.status || undefined,
              limit: pageSize,
              cursor: pageParam || undefined,
            },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
    enabled,
    retry: false,
  });
  const people = useMemo(() => {
    const seen = new Set<string>(); // somebody may move from page to page
    return (query.data?.pages ?? []).flatMap((p) => p.people).filter((p) => !seen.has(p.id) && seen.add(p.id)).map(settled);
  }, [query.data]);
  return { ...query, people };
}

export function usePerson(id: string, known: Person | undefined) {
  return useQuery({
    queryKey: ["person", id],
    queryFn: () => ask(api.GET("/api/v1/people/{id}", { params: { path: { id } } })),
    placeholderData: known,
    select: settled,
    enabled: id !== "",
    retry: false,
  });
}

export function usePast(p: Person) {
  return useQuery({
    queryKey: ["past", p.id, p.version],
    queryFn: async () => (await ask(api.GET("/api/v1/people/{id}/history", { params: { path: { id: p.id } } }))).history,
    retry: false,
  });
}

/** Writes about a person as last seen; when somebody else was quicker, the person is read again. */
export function usePersonWrite() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return async (p: Person, method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<Person> => {
    try {
      const now = await writeOnce<Person>(method, personPath(p.id) + path, body, { "If-Match": `"${p.version}"` });
      queries.setQueryData(["person", now.id], now);
      void queries.invalidateQueries({ queryKey: ["people"] });
      return now;
    } catch (error) {
      if (isStale(error)) {
        void queries.invalidateQueries({ queryKey: ["person", p.id] });
        void queries.invalidateQueries({ queryKey: ["people"] });
      }
      throw isStale(error) ? new Refusal("stale_version", t("personStale"), [], { cause: error }) : error;
    }
  };
}

export function useDistricts() {
  const { i18n } = useTranslation();
  return useQuery({ queryKey: ["districts", i18n.language], queryFn: () => ask(api.GET("/api/v1/districts")), retry: false });
}

const areaPages = 20;

/** All areas of a level in every district, for choosing one. */
export function useAreas(level: Level | "", generation: number | undefined, districts: string[]) {
  const query = useQuery({
    queryKey: ["areas", level, generation, districts.join()],
    queryFn: async ({ signal }) => {
      if (level === "") return [];
      const all: Area[] = [];
      for (const district of districts) {
        let cursor: string | undefined;
        for (let page = 0; page < areaPages; page++) {
          const got = await ask(api.GET("/api/v1/districts/{district}/areas", { params: { path: { district }, query: { level, limit: 1000, cursor } }, signal }));
          all.push(...got.areas);
          cursor = got.next;
          if (!cursor) break;
        }
      }
      return all;
    },
    enabled: level !== "" && generation !== undefined,
    staleTime: Infinity,
    retry: false,
  });
  return query;
}

/** The names of people by their ids, asked for where they are not known yet. */
export function useNames(ids: string[], known: Person[]): Map<string, string> {
  const names = new Map(known.map((p) => [p.id, p.name]));
  const unknown = [...new Set(ids)].filter((id) => isID(id) && !names.has(id)).slice(0, 50);
  const found = useQueries({
    queries: unknown.map((id) => ({
      queryKey: ["person", id],
      queryFn: () => ask(api.GET("/api/v1/people/{id}", { params: { path: { id } } })),
      staleTime: 60_000,
      retry: false,
    })),
  });
  for (const q of found) if (q.data) names.set(q.data.id, q.data.name);
  return names;
}

export function useKeys() {
  return useInfiniteQuery({
    queryKey: ["keys"],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/keys", { params: { query: { limit: pageSize, cursor: pageParam || undefined } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    retry: false,
  });
}

export function useAudit(v: AuditView) {
  const { i18n } = useTranslation();
  return useInfiniteQuery({
    queryKey: ["audit", v, i18n.language],
    queryFn: ({ pageParam }) =>
      ask(
        api.GET("/api/v1/audit", {
          params: {
            query: {
              actor: v.actor || undefined,
              act: v.act || undefined,
              result: v.result || undefined,
              from: v.from || undefined,
              until: v.until || undefined,
              district: v.district || undefined,
              limit: pageSize,
              cursor: pageParam || undefined,
            },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
    retry: false,
  });
}
