import { describe, expect, it } from "vitest";

import type { Link } from "../api/client";
import { otherSide, type Stay, turnsOf } from "./lives";

const stay = (code: string, valid_from: string, valid_to?: string): Stay => ({ level: "grid", code, name: code, valid_from, valid_to, editions: [], area_m2: 1, bbox: [] });
const link = (kind: Link["kind"], on: string, from: string, to: string, same_area = false): Link => ({
  kind,
  on,
  level: "grid",
  before: "",
  after: "",
  from: { code: from, name: from },
  to: { code: to, name: to },
  same_area,
  shared_m2: 1,
  share_from: 1,
  share_to: 1,
  confirmed: true,
  text: kind,
});

describe("the life of an area", () => {
  const stays = [stay("A", "2020-01-01", "2023-07-01"), stay("B", "2023-07-01", "2025-01-01")];
  const links = [link("recode", "2023-07-01", "A", "B", true), link("split", "2023-07-01", "X", "B"), link("merge", "2025-01-01", "B", "C")];

  it("is told by the days on which it changed, newest first", () => {
    const told = turnsOf(stays, links).map((t) => [t.on, t.stay?.code, t.ended, t.links.map((l) => l.kind).join(" ")]);
    expect(told).toEqual([
      ["2025-01-01", undefined, true, "merge"],
      ["2023-07-01", "B", false, "recode split"],
      ["2020-01-01", "A", false, ""],
    ]);
  });

  it("keeps a day on which only ground passed", () => {
    const told = turnsOf([stay("A", "2020-01-01")], [link("transfer", "2022-01-01", "A", "B")]);
    expect(told.map((t) => t.on)).toEqual(["2022-01-01", "2020-01-01"]);
    expect(told[0]?.ended).toBe(false);
  });

  it("leads to the other side, before or after", () => {
    expect(links.map((l) => otherSide(l, stays))).toEqual([null, { code: "X", name: "X", later: false }, { code: "C", name: "C", later: true }]);
  });
});
