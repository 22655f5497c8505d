import { expect, it } from "vitest";

import type { Look } from "../service";
import { districtIn, faultOf, fileFault, firstForm, layersIn, requestOf, reread, worthSending } from "./request";

const look: Look = {
  main: "网格.zip",
  features: 12,
  fields: ["DM", "MC"],
  samples: [{ DM: "150103001001001", MC: "第一网格" }, { DM: "150103001001002", MC: "第二网格" }],
  system: "WGS84",
  level: "grid",
  code_field: "DM",
  name_field: "MC",
};
const nowhere = { district: "", edition: "2026-11-25", base: "", isNew: true };

it("guesses the district by the codes, and leaves to the service what nobody said", () => {
  expect(districtIn(look)).toBe("150103");
  expect(districtIn({ ...look, samples: [{ DM: "A1" }] })).toBe("");
  const form = firstForm(look, nowhere);
  expect(requestOf(form, "u", false)).toEqual({ upload: "u", level: "grid", district: "150103", edition: "2026-11-25", code_field: "DM", name_field: "MC", keep_defects: true, commit: false });
  expect(firstForm({ ...look, level: undefined, samples: [] }, nowhere)).toMatchObject({ level: "grid", district: "150102", districtName: "新城区" });
  expect(firstForm(look, { ...nowhere, district: "150104", base: "2026-01" })).toMatchObject({ district: "150104", base: "2026-01" });
});

it("reads again as a finding proposes, and only so", () => {
  const form = { ...firstForm(look, nowhere), east: "3", swap: true };
  expect(reread(form, { kind: "reread", crs: "gcj02", text: "" })).toMatchObject({ crs: "gcj02", swap: false, east: "" });
  expect(reread(form, { kind: "reread", crs: "EPSG:4546", swap_axes: true, text: "" })).toMatchObject({ crs: "epsg", epsg: "4546", swap: true });
  const moved = reread(form, { kind: "reread", shift: [-301.5, 12], text: "" });
  expect(requestOf(moved, "u", true)).toMatchObject({ shift: [-301.5, 12], commit: true });
});

it("says what is wrong before anything is sent", () => {
  const form = firstForm(look, nowhere);
  expect(faultOf(form)).toBeNull();
  expect(faultOf({ ...form, district: " " })).toBe("district");
  expect(faultOf({ ...form, crs: "epsg", epsg: "abc" })).toBe("epsg");
  expect(faultOf({ ...form, east: "far" })).toBe("shift");
  expect(requestOf({ ...form, crs: "epsg", epsg: "4546", waive: { old_boundaries: "核实" } }, "u", true)).toMatchObject({ crs: "EPSG:4546", waive: { old_boundaries: "核实" } });
});

it("tells files that can be read together from those that cannot", () => {
  expect(fileFault(["网格.zip"])).toBeNull();
  expect(fileFault(["a.SHP", "a.dbf", "a.prj"])).toBeNull();
  expect(fileFault(["a.shp"])).toBe("shpAlone");
  expect(fileFault(["a.docx"])).toBe("noData");
  expect(fileFault(["a.zip", "b.gpkg"])).toBe("several");
  expect(["a.shp.xml", "readme.txt", "a.cpg"].map(worthSending)).toEqual([false, false, true]);
});

it("finds the layers in the sentence that asks for one", () => {
  expect(layersIn("里面有多个图层，请用 --layer 写明是哪一个：网格, 社区")).toEqual(["网格", "社区"]);
  expect(layersIn("it holds several layers; name one with --layer: a, b, …")).toEqual(["a", "b"]);
  expect(layersIn("什么也没有")).toEqual([]);
});
