import { expect, it } from "vitest";

import type { CaseEvent } from "../cases/events";
import type { Case } from "../cases/queries";
import { happenings, publicOf } from "./happenings";

const event = (id: string, what: string, at: string): CaseEvent => ({ id, what, at, version: 1, district: "150102" });

it("shows the latest ten, each once", () => {
  const reported = Array.from({ length: 12 }, (_, i) => ({ id: `c${i}`, reported_at: `2026-11-25T06:${10 + i}:00Z` }));
  const list = happenings([event("c11", "report", "2026-11-25T06:21:00Z"), event("c3", "dispatch", "2026-11-25T07:00:00Z")], reported);
  expect(list).toHaveLength(10);
  expect(list[0]).toMatchObject({ id: "c3", what: "dispatch" });
  expect(list.filter((h) => h.id === "c11")).toHaveLength(1);
});

it("says class and community, and nothing that was written down by people", () => {
  const c = {
    category: { name: "井盖缺失", code: "0110" },
    areas: [{ level: "subdistrict", name: "锡林北路街道" }, { level: "community", name: "三角线社区" }, { level: "grid", name: "第四网格" }],
    address: "锡林北路 12 号 王女士 13800000000",
    description: "3 号楼 201 室",
  } as unknown as Case;
  expect(publicOf(c)).toEqual({ what: "井盖缺失", where: "锡林北路街道 · 三角线社区" });
  expect(publicOf({ category: null, areas: [] })).toEqual({ what: "", where: "" });
});
