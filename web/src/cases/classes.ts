import { api, ask } from "../api/client";
import type { components } from "../api/types.gen";

/** A class that a report may be put under. */
export interface Class {
  kind: "event" | "component";
  code: string;
  name: string;
  major: string;
}

/** The classes that a word is about, the best first. */
export async function findClasses(district: string | undefined, word: string): Promise<Class[]> {
  const found = await ask(api.GET("/api/v1/categories", { params: { query: { district, q: word } } }));
  const majorOf = (c: components["schemas"]["CategoryMinor"]) => found.majors.find((m) => m.kind === c.kind && m.code === c.code.slice(0, 2))?.name ?? "";
  return found.minors.map((c) => ({ kind: c.kind, code: c.code, name: c.name, major: majorOf(c) }));
}
