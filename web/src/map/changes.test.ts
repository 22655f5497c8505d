import { expect, it } from "vitest";

import type { Link } from "../api/client";
import { changedCodes } from "./changes";

const link = (level: string, code: string, from = code) => ({ level, from: { code: from }, to: { code }, same_area: from === code }) as Link;

it("marks streets and communities, and grids where nothing above them changed", () => {
  const grids = [link("grid", "G1"), link("grid", "G2"), link("grid", "G1")];
  expect(changedCodes([])).toEqual([]);
  expect(changedCodes(grids)).toEqual([["grid", ["G1", "G2"]]]);
  expect(changedCodes([...grids, link("subdistrict", "S"), link("community", "C", "gave")])).toEqual([
    ["community", ["C", "gave"]],
    ["subdistrict", ["S"]],
  ]);
});
