/** What the desk asks of the service. */

import { Refusal } from "../api/client";
import type { components } from "../api/types.gen";
import { i18n } from "../i18n";
import { freshKey, refusal, send, tongue } from "../steward/service";

type Schemas = components["schemas"];
export type Person = Schemas["Person"];
export type PersonRequest = Schemas["PersonRequest"];
export type Post = Schemas["Post"];
export type PostArea = Schemas["PostArea"];
export type PostRequest = Schemas["PostRequest"];
export type Past = Schemas["Past"];
export type Key = Schemas["APIKey"];
export type Entry = Schemas["AuditEntry"];
export type OneTime = Schemas["InvitationLink"];

/** What a list of people would do, or has done. */
export interface Imported {
  rows: ImportRow[];
  ignored: string[] | null;
  adds: number;
  grants: number;
  refused: number;
  committed: boolean;
  links: ImportLink[] | null;
}

export interface ImportRow {
  line: number;
  name: string;
  phone: string;
  login: string;
  department: string;
  role: string;
  duties?: string[] | null;
  area?: { district: string; level: string; code: string; name: string };
  area_text: string;
  from: string;
  until: string;
  does: "add" | "post" | "same" | "refuse";
  problems?: { field: string; code: string; text: string }[] | null;
}

export interface ImportLink {
  line: number;
  name: string;
  login: string;
  path: string;
}

/** A post that was ended before it began never counts, though its days are to come. */
export function settled(p: Person): Person {
  return { ...p, posts: p.posts.map((x) => (isCancelled(x) ? { ...x, state: "ended" as const } : x)) };
}

export const isCancelled = (p: Post) => p.until !== undefined && new Date(p.until) <= new Date(p.from);

export const personPath = (id: string) => `/api/v1/people/${encodeURIComponent(id)}`;

const pending = new Map<string, string>(); // requests whose answer never came, and their keys

/** Sends a write that happens once, also when it is sent again because no answer came. */
export async function writeOnce<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  return once(JSON.stringify([method, path, body]), (key) => send<T>(method, path, body, { "Idempotency-Key": key, ...headers }));
}

async function once<T>(what: string, call: (key: string) => Promise<T>): Promise<T> {
  const key = pending.get(what) ?? freshKey();
  pending.set(what, key);
  try {
    const answer = await call(key);
    pending.delete(what);
    return answer;
  } catch (error) {
    if (!(error instanceof Refusal && error.code === "offline")) pending.delete(what);
    throw error;
  }
}

/** Shows what a list of people would do; with commit it does it. */
export function importPeople(file: File, commit: boolean): Promise<Imported> {
  const path = `/api/v1/people/imports?name=${encodeURIComponent(file.name)}${commit ? "&commit=true" : ""}`;
  return once(`${path} ${file.size} ${file.lastModified}`, async (key) => {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Accept-Language": tongue(), "Content-Type": "application/octet-stream", ...(commit ? { "Idempotency-Key": key } : {}) },
      body: file,
    }).catch((cause: unknown) => {
      throw new Refusal("offline", i18n.t("offline"), [], { cause });
    });
    if (!response.ok) throw refusal(await response.text());
    return (await response.json()) as Imported;
  });
}

/** Whether somebody else was quicker. */
export const isStale = (error: unknown) => error instanceof Refusal && error.code === "stale_version";
