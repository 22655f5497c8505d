import { expect, it } from "vitest";

import { terms } from "../../terms";
import { words as common } from "../words";
import { words } from "./words";

it("every word of the phone's pages is there in both languages, fills in the same, and hides none of the others", () => {
  const { zh, en } = words;
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  expect(Object.keys(zh).filter((k) => k in terms.zh || k in common.zh)).toEqual([]);
  const holes = (s: string) => [...s.matchAll(/{{(\w+)}}/g)].map((m) => m[1]).sort();
  for (const [k, v] of Object.entries(zh)) expect(holes(en[k as keyof typeof en]), k).toEqual(holes(v));
});
