import { expect, it } from "vitest";

import { terms } from "../terms";
import { words } from "./words";

it("every word about cases is there in both languages, fills in the same, and hides none of the first page", () => {
  const { zh, en } = words;
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  expect(Object.keys(zh).filter((k) => k in terms.zh)).toEqual([]);
  const holes = (s: string) => [...s.matchAll(/{{(\w+)}}/g)].map((m) => m[1]).sort();
  for (const [k, v] of Object.entries(zh)) expect(holes(en[k as keyof typeof en]), k).toEqual(holes(v));
});
