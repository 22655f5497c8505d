import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ask, Refusal } from "../../api/client";
import type { components } from "../../api/types.gen";
import { isStale, writeOnce } from "../service";

type Schemas = components["schemas"];
export type Subject = Schemas["Subject"];
export type Kind = Schemas["SubjectKind"];
export type KindField = Schemas["SubjectField"];
export type SubjectRequest = Schemas["SubjectRequest"];
export type AreaName = Schemas["AreaName"];

/** The kinds of subjects, in the words of the language, with their fields. */
export function useKinds() {
  const { i18n } = useTranslation();
  return useQuery({ queryKey: ["subject kinds", i18n.language], queryFn: async () => (await ask(api.GET("/api/v1/subjects", { headers: { "Accept-Language": i18n.language } as never }))).kinds, staleTime: Infinity });
}

export interface SubjectView {
  text: string;
  active: string;
  form: string;
  stale: boolean;
}

/** A page, and on demand more, of the subjects of a kind by name. */
export function useSubjects(kind: Kind | undefined, district: string, view: SubjectView) {
  return useInfiniteQuery({
    queryKey: ["subjects", kind?.kind, district, view],
    queryFn: async ({ pageParam }) => {
      const query = { district, text: view.text, active: view.active as "true", form: view.form, ...(view.stale ? { stale: "true" as const } : {}), ...(pageParam ? { cursor: pageParam } : {}) };
      return ask(api.GET(`/api/v1/${kind?.path ?? ""}` as "/api/v1/branches", { params: { query } }));
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    enabled: kind !== undefined && district !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Which grids and compounds have no branch, and how many organisations are to be confirmed again. */
export function useCoverage(district: string, wanted: boolean) {
  return useQuery({
    queryKey: ["subjects", "coverage", district],
    queryFn: () => ask(api.GET("/api/v1/coverage", { params: { query: { district } } })),
    enabled: wanted && district !== "",
    retry: false,
  });
}

/** Writes about subjects as last seen, and has their lists read again. */
export function useSubjectWrite() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return async (method: "POST" | "PUT", path: string, body: unknown, version?: number): Promise<Subject> => {
    try {
      return await writeOnce<Subject>(method, path, body, version === undefined ? {} : { "If-Match": `"${version}"` });
    } catch (error) {
      if (!isStale(error)) throw error;
      throw new Refusal("stale_version", t("subjectStale"), [], { cause: error });
    } finally {
      void queries.invalidateQueries({ queryKey: ["subjects"] });
    }
  };
}

export const subjectPath = (kind: Kind, s: Subject) => `/api/v1/${kind.path}/${encodeURIComponent(s.district)}/${s.id}`;
