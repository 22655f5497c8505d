import { expect, it } from "vitest";

import type { Link } from "../../api/client";
import { asProposed, byLevel, confirmedLinks, countKinds, digest, kindOf, kindsFor, sayKind, turn } from "./choices";

const link = (kind: Link["kind"], from: string, to: string, more: Partial<Link> = {}): Link => ({
  kind,
  level: "grid",
  before: "2020",
  after: "2023",
  from: { code: from, name: from },
  to: { code: to, name: to },
  same_area: false,
  shared_m2: 1,
  share_from: 1,
  share_to: 1,
  confirmed: false,
  text: `${from} ${to}`,
  ...more,
});
const links = [link("recode", "A", "B"), link("split", "C", "D"), link("rename", "E", "E", { same_area: true }), link("transfer", "S", "T", { level: "subdistrict" })];

it("sends the links between two areas that hold, as they were said to be", () => {
  expect(confirmedLinks(links, asProposed)).toEqual([
    { level: "grid", kind: "recode", from: "A", to: "B" },
    { level: "grid", kind: "split", from: "C", to: "D" },
    { level: "subdistrict", kind: "transfer", from: "S", to: "T" },
  ]);
  const [recode, split] = links as [Link, Link];
  const choices = sayKind(turn(asProposed, [recode], false), split, "merge");
  expect(confirmedLinks(links, choices).map((l) => `${l.kind} ${l.from}`)).toEqual(["merge C", "transfer S"]);
  expect(confirmedLinks(links, turn(choices, links, false))).toEqual([]);
  expect(confirmedLinks(links, turn(choices, links, true))).toHaveLength(3);
  expect(kindOf(split, sayKind(choices, split, "split"))).toBe("split");
  expect(sayKind(choices, split, "split").kinds.size).toBe(0);
});

it("offers recode only where it was proposed, and no merge where both go on", () => {
  expect(kindsFor("recode")).toContain("recode");
  expect(kindsFor("split")).not.toContain("recode");
  expect(kindsFor("transfer")).not.toContain("merge");
  for (const k of ["recode", "split", "merge", "transfer"] as const) expect(kindsFor(k)).toContain(k);
});

it("groups by level and counts by kind", () => {
  expect(byLevel(links).map(([level, list]) => [level, list.length])).toEqual([
    ["subdistrict", 1],
    ["grid", 3],
  ]);
  expect(countKinds(links)).toEqual([
    ["split", 1],
    ["transfer", 1],
    ["recode", 1],
    ["rename", 1],
  ]);
});

it("names a request by what it says", () => {
  expect(digest("a")).toBe(digest("a"));
  expect(digest("a")).not.toBe(digest("b"));
});
