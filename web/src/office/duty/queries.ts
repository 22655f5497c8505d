import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ask, Refusal } from "../../api/client";
import type { components } from "../../api/types.gen";
import { isStale, writeOnce } from "../service";

type Schemas = components["schemas"];
export type Unit = Schemas["ResponsibleUnit"];
export type Rule = Schemas["Responsibility"];
export type RuleRequest = Schemas["ResponsibilityRequest"];
export type Suggestion = Schemas["UnitSuggestion"];
export type Answer = Schemas["UnitAnswer"];

/** Who cases of a district are sent to. */
export function useUnits(district: string) {
  return useQuery({
    queryKey: ["units", district],
    queryFn: async () => (await ask(api.GET("/api/v1/units", { params: { query: { district } } }))).units,
    enabled: district !== "",
    retry: false,
  });
}

/** The rules of a district, the broken ones first. */
export function useRules(district: string) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["rules", district, i18n.language],
    queryFn: async () => (await ask(api.GET("/api/v1/responsibilities", { params: { query: { district } } }))).rules,
    enabled: district !== "",
    retry: false,
  });
}

/** Writes about units and rules as last seen, and has both read again: the one makes the other broken or whole. */
export function useDutyWrite() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return async <T>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown, version?: number): Promise<T> => {
    try {
      return await writeOnce<T>(method, path, body, version === undefined ? {} : { "If-Match": `"${version}"` });
    } catch (error) {
      if (!isStale(error)) throw error;
      throw new Refusal("stale_version", t(path.startsWith("/api/v1/units") ? "unitStale" : "ruleStale"), [], { cause: error });
    } finally {
      void queries.invalidateQueries({ queryKey: ["units"] });
      void queries.invalidateQueries({ queryKey: ["rules"] });
    }
  };
}

export const unitPath = (u: Unit) => `/api/v1/units/${encodeURIComponent(u.district)}/${u.id}`;
export const rulePath = (r: Rule) => `/api/v1/responsibilities/${encodeURIComponent(r.district)}/${r.id}`;
