/** What the desk asks of the service, beyond plain reading. */

import { Refusal } from "../api/client";
import type { components } from "../api/types.gen";
import { i18n } from "../i18n";
import { type Level, levels } from "../map/levels";

type Schemas = components["schemas"];
export type Difference = Schemas["Difference"];
export type Edition = Schemas["Edition"];
export type Finding = Schemas["Finding"];
export type Import = Schemas["Import"];
export type ImportRequest = Schemas["ImportRequest"];
export type Look = Schemas["UploadLook"];
export type Mend = Schemas["Mend"];
export type MendRequest = Schemas["MendRequest"];
export type Problem = Schemas["Problem"];
export type Proposal = Schemas["Proposal"];
export type Upload = Schemas["Upload"];
export type Severity = Finding["severity"];

/** Names one edition. */
export type EditionKey = Pick<Edition, "district" | "name">;

export const tongue = () => (i18n.language === "en" ? "en" : "zh-CN");

export function editionPath(e: EditionKey): string {
  return `/api/v1/editions/${encodeURIComponent(e.district)}/${encodeURIComponent(e.name)}`;
}

/** Sends a request and unwraps its answer, or throws a Refusal. */
export async function send<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { "Accept-Language": tongue(), ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new Refusal("offline", i18n.t("offline"), [], { cause });
  });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  throw refusal(await response.text());
}

/** The refusal that a body tells of. */
export function refusal(body: string): Refusal {
  try {
    const p = JSON.parse(body) as Partial<Problem>;
    return new Refusal(p.code ?? "unknown", p.detail ?? i18n.t("offline"), p.errors);
  } catch {
    return new Refusal("offline", i18n.t("offline"));
  }
}

/** Changes a draft, which must still stand as it was seen: stale_version otherwise. */
export function changeEdition(e: Edition, method: "POST" | "PUT" | "DELETE", path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Edition> {
  return send<Edition>(method, editionPath(e) + path, body, { "If-Match": `"${e.version}"`, ...headers });
}

/** The levels of an edition, coarsest first. */
export function levelsOf(e: Edition): Level[] {
  return levels.filter((l) => e.levels.some((x) => x.level === l && x.areas > 0));
}

/** The words of an error, for people. */
export function said(error: unknown): string {
  return error instanceof Refusal ? error.detail : i18n.t("unexpected");
}

/** A name for one request, the same whenever it is repeated. (randomUUID is absent without TLS.) */
export function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
