import { expect, it } from "vitest";

import { above, candidate, looksLikeCode } from "./rows";

it("shows what an area lies in without itself", () => {
  expect(above("新城区 › 锡林北路街道 › 三角线社区")).toBe("新城区 › 锡林北路街道");
  expect(above("新城区")).toBe("");
  expect(above("")).toBe("");
});

it.each(["150102002003", "C0001", "G-14", "x9"])("takes %s for a code", (text) => expect(looksLikeCode(text)).toBe(true));
it.each(["三角线4", "sjx", "12 号", "", "-"])("does not take %s for a code", (text) => expect(looksLikeCode(text)).toBe(false));

it("reads where a candidate lies, whatever its code holds", () => {
  expect(candidate({ code: "candidate", detail: "", location: "/api/v1/districts/150102/areas/grid/A%2F1" })).toEqual({ district: "150102", level: "grid", code: "A/1" });
  expect(candidate({ code: "candidate", detail: "" })).toEqual({ district: "", level: "", code: "" });
});
