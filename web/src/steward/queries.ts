import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api, ask, type Link } from "../api/client";
import type { Bounds } from "../map/levels";
import { rowsOf } from "./findings/group";
import type { Edition } from "./service";

const pageSize = 1000;

/** All editions, newest first; they are read again now and then, for others work on them too. */
export function useEditions() {
  return useQuery({
    queryKey: ["editions"],
    queryFn: async () => (await ask(api.GET("/api/v1/editions", { params: { query: { limit: pageSize } } }))).editions,
    refetchInterval: 10_000,
    retry: false,
  });
}

export function useDistricts() {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["districts", i18n.language],
    queryFn: () => ask(api.GET("/api/v1/districts")),
    refetchInterval: 10_000,
    retry: false,
  });
}

/** The findings of an edition as it stands, a thousand at a time. */
export function useFindings(e: Edition | undefined) {
  const { i18n } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: ["findings", e?.district, e?.name, e?.version, i18n.language],
    queryFn: ({ pageParam }) => {
      if (!e) throw new Error("no edition");
      return ask(
        api.GET("/api/v1/editions/{district}/{name}/findings", {
          params: { path: { district: e.district, name: e.name }, query: { limit: pageSize, cursor: pageParam || undefined } },
        }),
      );
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    enabled: e !== undefined,
    placeholderData: (before, was) => (was?.queryKey[1] === e?.district && was?.queryKey[2] === e?.name ? before : undefined),
    retry: false,
  });
  const rows = useMemo(() => rowsOf((query.data?.pages ?? []).flatMap((p) => p.findings)), [query.data]);
  return { ...query, rows };
}

/** What was changed in an edition, newest first. */
export function useMends(e: Edition | undefined) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["mends", e?.district, e?.name, e?.version, i18n.language],
    queryFn: async () => {
      if (!e) throw new Error("no edition");
      const path = { district: e.district, name: e.name };
      return (await ask(api.GET("/api/v1/editions/{district}/{name}/mends", { params: { path, query: { limit: pageSize } } }))).mends;
    },
    enabled: e !== undefined,
    placeholderData: (before, was) => (was?.queryKey[1] === e?.district && was?.queryKey[2] === e?.name ? before : undefined),
    retry: false,
  });
}

/** What an edition changes against another. */
export function useDiff(e: Edition, against: string) {
  return useQuery({
    queryKey: ["diff", e.district, e.name, e.version, against],
    queryFn: () =>
      ask(
        api.GET("/api/v1/editions/{district}/{name}/diff", {
          params: { path: { district: e.district, name: e.name }, query: { against, limit: pageSize } },
        }),
      ),
    enabled: against !== "",
    retry: false,
  });
}

const lineagePages = 50;

/** What ties a draft to the edition that is in force before a day, all of it. */
export function useLineage(e: Edition, from: string) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["lineage", e.district, e.name, e.version, from, i18n.language],
    queryFn: async ({ signal }) => {
      const path = { district: e.district, name: e.name };
      const links: Link[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < lineagePages; page++) {
        const got = await ask(api.GET("/api/v1/editions/{district}/{name}/lineage", { params: { path, query: { from, limit: pageSize, cursor } }, signal }));
        links.push(...got.links);
        cursor = got.next;
        if (!cursor) return { before: got.before, links };
      }
      throw new Error("a lineage without end");
    },
    enabled: from !== "",
    retry: false,
  });
}

/** The names of the areas around a finding, by code; empty while it is not known. */
export function useNamesAt(e: Edition, bbox: Bounds | null): Record<string, string> {
  const query = useQuery({
    queryKey: ["names", e.district, e.name, e.version, bbox?.join(",")],
    queryFn: async () => {
      const found = await ask(api.GET("/api/v1/editions/{district}/{name}/borders", { params: { path: { district: e.district, name: e.name }, query: { bbox: bbox?.join(",") ?? "" } } }));
      return Object.fromEntries(found.areas.map((a) => [a.code, a.name]));
    },
    enabled: bbox !== null,
    retry: false,
  });
  return query.data ?? {};
}
