import { expect, it } from "vitest";

import { findingData } from "./findings";
import type { MapFinding } from "./types";

const ring: [number, number][] = [[0, 0], [2, 0], [2, 4]];

it("has a symbol for each finding and closes outlines", () => {
  const findings: MapFinding[] = [
    { key: "a", severity: "error", title: "空隙", outline: ring },
    { key: "b", severity: "note", title: "提示", place: [5, 5] },
    { key: "c", severity: "warning", title: "重叠", place: [1, 1], outline: [...ring, [0, 0]], waived: "河道" },
    { key: "d", severity: "error", title: "缺一个网格" },
  ];
  const { places, outlines } = findingData(findings);
  expect(places.features.map((f): unknown => [f.properties?.key, f.geometry.coordinates, f.properties?.rank])).toEqual([
    ["a", [1, 2], 3],
    ["b", [5, 5], 1],
    ["c", [1, 1], 0],
  ]);
  expect(outlines.features.map((f): unknown => [f.properties?.key, f.properties?.waived])).toEqual([["a", false], ["c", true]]);
  for (const f of outlines.features) expect(f.geometry.coordinates[0]).toEqual([...ring, [0, 0]]);
});

it("draws no outline of less than three places", () => {
  const { places, outlines } = findingData([{ key: "a", severity: "error", title: "尖刺", outline: [[0, 0], [2, 2]] }]);
  expect(outlines.features).toEqual([]);
  expect(places.features[0]?.geometry.coordinates).toEqual([1, 1]);
  expect(findingData([{ key: "b", severity: "error", title: "", outline: [] }]).places.features).toEqual([]);
});
