import createClient from "openapi-fetch";

import { i18n } from "../i18n";
import type { components, paths } from "./types.gen";

export type Answer = components["schemas"]["Answer"];
export type Area = components["schemas"]["Area"];
export type District = components["schemas"]["District"];
export type Link = components["schemas"]["Link"];
export type Period = components["schemas"]["Period"];
export type Problem = components["schemas"]["Problem"];
export type SearchResult = components["schemas"]["SearchResult"];
export type Then = components["schemas"]["Then"];
export type Unit = components["schemas"]["Unit"];

export const api = createClient<paths>({ baseUrl: location.origin });
api.use({
  onRequest({ request }) {
    request.headers.set("Accept-Language", i18n.language === "en" ? "en" : "zh-CN");
  },
});

/** A refusal by the service, or no service at all (code "offline"). */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly detail: string,
    readonly items: Problem["errors"] = [],
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
  }
}

/** Unwraps an answer of the client, or throws a Refusal. */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await call.catch((cause: unknown) => {
    throw new Refusal("offline", i18n.t("offline"), [], { cause });
  });
  if (data !== undefined) return data;
  const p = error as Partial<Problem> | undefined;
  throw new Refusal(p?.code ?? "unknown", p?.detail ?? i18n.t("offline"), p?.errors);
}
