import { expect, it } from "vitest";

import { terms } from "../../terms";
import { en } from "./en";
import { zh } from "./zh";

it("every word is there in both languages, and none hides one of the first page", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  expect(Object.keys(zh).filter((k) => k in terms.zh)).toEqual([]);
});

it("both languages fill in the same", () => {
  const holes = (s: string) => [...s.matchAll(/{{(\w+)}}/g)].map((m) => m[1]).sort();
  for (const [k, v] of Object.entries(zh)) expect(holes(en[k as keyof typeof zh]), k).toEqual(holes(v));
});
