/** What the dispatcher's desk asks of the service beyond the cases themselves. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { components } from "../api/types.gen";
import type { ActRequest, Case } from "../cases/queries";
import { writeOnce } from "../office/service";
import { send } from "../steward/service";

export type Answer = components["schemas"]["Answer"];
export type Receipt = components["schemas"]["Receipt"];
export type ReportRequest = components["schemas"]["ReportRequest"];

/** Who a case can be sent to. */
export interface Unit {
  id: string;
  name: string;
  kind: "department" | "owner" | "territory";
  phone?: string;
  disabled?: boolean;
}

export interface Reason {
  code: string;
  text: string;
}

/** Who should have a case, why, and who else it might be. */
export interface Suggestion {
  unit: { id: string; name: string };
  phone?: string;
  basis: "owner" | "territory";
  fallback: boolean;
  why: Reason[] | null;
  skipped?: { rule: string; name?: string; text: string }[] | null;
  runner_up?: { unit: { id: string; name: string }; why?: Reason[] | null; across?: boolean } | null;
  border?: { distance_m: number; names?: string[] | null } | null;
  edition?: { name: string; synthetic?: boolean } | string | null;
  workers?: Worker[] | null;
}

/** Somebody near who could take a case. */
export interface Worker {
  id: string;
  name: string;
  phone?: string;
  area: { name: string; level?: string };
  metres: number;
  open: number;
}

interface Listed {
  majors: Pick<Minor, "kind" | "code" | "name">[] | null;
  minors: Omit<Minor, "major">[] | null;
}

/** A class that cases are filed under, with its conditions and limits. */
export interface Minor {
  kind: "event" | "component";
  code: string;
  name: string;
  major: string;
  conditions: Condition[];
}

export interface Condition {
  filing: string;
  closing: string;
  phases: { name: string; limit: string }[];
}

export interface BulkResult {
  id: string;
  ok: boolean;
  asked?: boolean;
  version?: number;
  code?: string;
  detail?: string;
}

/** To whom a case should go, and why. */
export function useSuggestion(c: Case | undefined, wanted: boolean) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["case", c?.id, "suggestion", i18n.language, c?.version],
    queryFn: () => send<Suggestion>("GET", `/api/v1/incidents/${c?.id}/suggestion`),
    enabled: wanted && c !== undefined,
    retry: false,
  });
}

export function useUnits(district: string | undefined) {
  return useQuery({
    queryKey: ["units", district],
    queryFn: async () => (await send<{ units: Unit[] | null }>("GET", `/api/v1/units${district ? `?district=${encodeURIComponent(district)}` : ""}`)).units ?? [],
    staleTime: 60_000,
    retry: false,
  });
}

/** Classes by what somebody types: a name, a code, a word of a condition. */
export function useMinors(district: string | undefined, text: string, enabled = true) {
  return useQuery({
    queryKey: ["categories", district, text],
    queryFn: async () => {
      const q = new URLSearchParams({ ...(district ? { district } : {}), ...(text ? { q: text } : {}) });
      const { majors, minors } = await send<Listed>("GET", `/api/v1/categories?${q}`);
      return { minors: (minors ?? []).map((m) => ({ ...m, major: majors?.find((x) => x.kind === m.kind && m.code.startsWith(x.code))?.name ?? "" })) };
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    enabled,
    retry: false,
  });
}

/** One act on several cases, each for itself. */
export async function actOnMany(action: string, of: Pick<Case, "id" | "version">[], body: ActRequest): Promise<BulkResult[]> {
  const items = of.map(({ id, version }) => ({ id, version }));
  return (await writeOnce<{ results: BulkResult[] | null }>("POST", "/api/v1/incidents/bulk", { action, items, ...body })).results ?? [];
}

/** Takes a report; the same again, with the same id, is the same case. */
export function reportCase(body: ReportRequest): Promise<Receipt> {
  return writeOnce<Receipt>("POST", "/api/v1/incidents", body);
}

/** Who reported a case. The look is recorded with its reason. */
export function revealReporter(id: string, reason: string): Promise<{ name: string; phone: string }> {
  return send("POST", `/api/v1/incidents/${id}/reporter`, { reason });
}

/** Confirms or withdraws what waits for a second person. */
export function answerRequest(id: string, request: string, how: "confirm" | "withdraw"): Promise<Case> {
  const path = `/api/v1/incidents/${id}/requests/${request}`;
  return how === "confirm" ? writeOnce("POST", `${path}/confirmation`, {}) : writeOnce("DELETE", path);
}
