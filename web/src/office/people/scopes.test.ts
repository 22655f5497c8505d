import { expect, test } from "vitest";

import type { Area } from "../../api/client";
import type { Person, Post } from "../service";
import { label, scopesOf, together, unserved } from "./scopes";

const post = (role: string, level: string, code: string, state: Post["state"] = "present"): Post => ({
  id: code + role,
  role,
  duties: [],
  from: "",
  state,
  area: { district: "1", level, code, name: `第${code}`, bbox: [Number(code), 0, Number(code) + 1, 1] },
});
const person = (name: string, ...posts: Post[]) => ({ id: name, name, posts }) as unknown as Person;

test("people of one area stand together, and only present posts count", () => {
  const scopes = scopesOf([person("王", post("grid_worker", "grid", "7"), post("grid_lead", "grid", "7")), person("李", post("grid_worker", "grid", "7"), post("grid_worker", "grid", "9", "coming"))]);
  expect(scopes.map((s) => [s.code, s.people])).toEqual([["7", ["王", "李"]]]);
});

test("the bounds hold all", () => {
  expect(together(scopesOf([person("王", post("grid_worker", "grid", "1"), post("grid_worker", "grid", "5"))]))).toEqual([1, 0, 6, 1]);
  expect(together([])).toBeNull();
});

test("a grid is served by its worker, or one of its community", () => {
  const grid = (code: string, parent: string) => ({ district: "1", level: "grid", code, parent: { level: "community", code: parent } }) as unknown as Area;
  const grids = [grid("11", "1"), grid("12", "1"), grid("21", "2")];
  expect(unserved(grids, [person("王", post("grid_worker", "grid", "11")), person("李", post("grid_lead", "grid", "12"))]).map((g) => g.code)).toEqual(["12", "21"]);
  expect(unserved(grids, [person("王", post("grid_worker", "community", "1"))]).map((g) => g.code)).toEqual(["21"]);
});

test("a label has a few names", () => {
  const scope = { district: "1", level: "grid" as const, code: "1", name: "一网格", bbox: [0, 0, 1, 1] as [number, number, number, number], people: ["王", "李", "张", "赵"] };
  expect(label(scope, "、", (n) => `等 ${n} 人`)).toBe("一网格\n王、李、张等 4 人");
});
