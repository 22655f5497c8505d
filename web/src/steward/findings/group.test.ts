import { expect, it } from "vitest";

import type { Finding } from "../service";
import { boundsOfFinding, groupFindings, isSuspicion, refuses, rowsOf, tally, toMap } from "./group";

const finding = (part: Partial<Finding>): Finding => ({ code: "gap", title: "空隙", severity: "error", level: "grid", areas: [], m2: 0, text: "", mends: [], waivable: false, ...part });

it("names findings by number, and by place where they have none", () => {
  expect(rowsOf([finding({ id: 7 }), finding({})]).map((r) => r.key)).toEqual(["7", "n1"]);
});

it("groups by kind, what refuses first", () => {
  const rows = rowsOf([
    finding({ id: 1, code: "spike", severity: "warning", m2: 2 }),
    finding({ id: 2, code: "island", severity: "error", waived: "核实" }),
    finding({ id: 3, m2: 5 }),
    finding({ id: 4, m2: 7 }),
    finding({ id: 5, code: "snapped", severity: "note" }),
  ]);
  const groups = groupFindings(rows);
  expect(groups.map((g) => [g.code, g.rows.length, g.m2, g.waived])).toEqual([
    ["gap", 2, 12, 0],
    ["island", 1, 0, 1],
    ["spike", 1, 2, 0],
    ["snapped", 1, 0, 0],
  ]);
  expect(tally(rows)).toEqual({ error: 2, warning: 1, note: 1, waived: 1 });
  expect(refuses(rows)).toBe(true);
  expect(refuses(rows.filter((r) => r.finding.code !== "gap"))).toBe(false); // the other error is waived
});

it("a doubt about the file is an error that may pass and that reading again would settle", () => {
  const mends = [{ kind: "reread" as const, crs: "gcj02", text: "" }];
  expect(isSuspicion(finding({ waivable: true, mends }))).toBe(true);
  expect(isSuspicion(finding({ waivable: true }))).toBe(false);
  expect(isSuspicion(finding({ waivable: true, severity: "warning", mends }))).toBe(false);
});

it("gives the map only what is there", () => {
  expect(toMap({ key: "1", finding: finding({ place: [1, 2] }) })).toEqual({ key: "1", severity: "error", title: "空隙", place: [1, 2] });
  expect(boundsOfFinding(finding({}))).toBeNull();
  const [w, s, e, n] = boundsOfFinding(finding({ place: [111, 40], outline: [[111, 40], [111.01, 40], [111.01, 40.02]] })) ?? [];
  expect(w).toBeLessThan(111);
  expect(s).toBeLessThan(40);
  expect(e).toBeGreaterThan(111.01);
  expect(n).toBeGreaterThan(40.02);
});
