import { expect, it } from "vitest";

import { terms } from "../terms";
import { en, zh } from "./words";

it("every word has both languages with the same holes, and none hides one of the first page", () => {
  const holes = (s: string) => [...s.matchAll(/{{(\w+)}}/g)].map((m) => m[1]).sort();
  for (const key of Object.keys(zh) as (keyof typeof zh)[]) expect(holes(en[key]), key).toEqual(holes(zh[key]));
  expect(Object.keys(zh).filter((k) => k in terms.zh)).toEqual([]);
});
