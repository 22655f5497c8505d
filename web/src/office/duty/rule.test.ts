import { expect, test } from "vitest";

import type { Rule } from "./queries";
import { draftOf, emptyRule, parseDaily, requestOf, wrongWith } from "./rule";

const rule: Rule = {
  id: "00000000-0000-0000-0000-000000000001",
  district: "150102",
  name: "井盖",
  basis: "owner",
  kind: "component",
  classes: [{ code: "0101", name: "上水井盖" }],
  areas: [{ id: "00000000-0000-0000-0000-00000000000a", level: "subdistrict", code: "150102002", name: "锡林北路街道" }],
  from: "2025-12-31T16:00:00Z",
  until: "2026-12-31T16:00:00Z",
  state: "present",
  daily: [{ from: "08:00", to: "18:00" }],
  unit: { id: "00000000-0000-0000-0000-00000000000b", name: "供水", disabled: false },
  priority: 3,
  version: 1,
  broken: [],
};

test("a rule survives being opened and saved", () => {
  const d = draftOf(rule);
  expect(wrongWith(d)).toBe("");
  expect(requestOf(d)).toEqual({
    name: "井盖",
    basis: "owner",
    kind: "component",
    codes: ["0101"],
    areas: [{ level: "subdistrict", code: "150102002" }],
    from: "2026-01-01",
    until: "2026-12-31",
    daily: [{ from: "08:00", to: "18:00" }],
    unit: "00000000-0000-0000-0000-00000000000b",
    priority: 3,
  });
});

test("a rule whose areas are gone does not become one for the whole district", () => {
  const lost = draftOf({ ...rule, areas: [{ id: "00000000-0000-0000-0000-00000000000a", code: "150102099" }] });
  expect(wrongWith(lost)).toBe("ruleAreaLost");
  expect(wrongWith({ ...lost, areas: [] })).toBe("ruleAreaNone");
  expect(wrongWith({ ...lost, everywhere: true })).toBe("");
});

test("times of day are read as people type them", () => {
  expect(parseDaily("")).toEqual([]);
  expect(parseDaily("8:00-18:00，20:00–24:00")).toEqual([{ from: "08:00", to: "18:00" }, { from: "20:00", to: "24:00" }]);
  expect(parseDaily("all day")).toBeNull();
  expect(wrongWith({ ...emptyRule, daily: "8" })).toBe("ruleDailyWrong");
  expect(wrongWith({ ...emptyRule, codes: ["01", "011"] })).toBe("ruleCodesWrong");
});
