/** What the tabs of the standards ask of the service. */

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ask, Refusal } from "../../api/client";
import type { components } from "../../api/types.gen";
import { i18n } from "../../i18n";
import type { Me } from "../../session/session";
import { freshKey, refusal, tongue } from "../../steward/service";

type Schemas = components["schemas"];
export type CategoryEdition = Schemas["CategoryEdition"];
export type CategoryMinor = Schemas["CategoryMinor"];
export type CategoryImport = Schemas["CategoryImport"];
export type CaseSetting = Schemas["CaseSetting"];
export type Setting = Schemas["Setting"];
export type Calendar = Schemas["Calendar"];
export type Deadline = Schemas["Deadline"];

/** Whether somebody may change the standards; the service has the last word. */
export const maySet = (me: Me) => me.open || me.posts.some((p) => p.state === "present" && (p.role === "system_admin" || p.role === "security_admin"));

export function useEditions(district: string) {
  return useQuery({
    queryKey: ["category-editions", district],
    queryFn: async () => (await ask(api.GET("/api/v1/categories/editions", { params: { query: { district } } }))).editions,
    enabled: district !== "",
    retry: false,
  });
}

export function useClasses(district: string, name: string, q: string, kind: "" | "event" | "component") {
  return useQuery({
    queryKey: ["category-edition", district, name, q, kind],
    queryFn: () => ask(api.GET("/api/v1/categories/editions/{name}", { params: { path: { name }, query: { district, q: q || undefined, kind: kind || undefined } } })),
    enabled: district !== "" && name !== "",
    placeholderData: (before) => before,
    retry: false,
  });
}

export function useSetting(district: string) {
  const { i18n: language } = useTranslation();
  return useQuery({
    queryKey: ["case-setting", district, language.language],
    queryFn: () => ask(api.GET("/api/v1/settings/cases", { params: { query: { district } } })),
    enabled: district !== "",
    retry: false,
  });
}

export interface ImportAbout {
  district: string;
  name: string;
  valid_from: string;
  source: string;
  order: string;
}

/** Tries a table of classes; with commit it is kept as a draft. */
export async function importClasses(file: File, about: ImportAbout, commit: boolean): Promise<CategoryImport> {
  const q = new URLSearchParams({ ...about, file: file.name, ...(commit ? { commit: "true" } : {}) });
  const response = await fetch(`/api/v1/categories/import?${q}`, {
    method: "POST",
    headers: { "Accept-Language": tongue(), "Content-Type": "application/octet-stream", ...(commit ? { "Idempotency-Key": freshKey() } : {}) },
    body: file,
  }).catch((cause: unknown) => {
    throw new Refusal("offline", i18n.t("offline"), [], { cause });
  });
  if (!response.ok) throw refusal(await response.text());
  return (await response.json()) as CategoryImport;
}
