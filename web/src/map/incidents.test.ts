import { expect, it } from "vitest";

import { daysOf, incidentQuery, type IncidentView, readIncidents, turned, urgencies, usualIncidents, withOpen, writeIncidents } from "./incidents";

it.each<[string, IncidentView | null]>([
  ["", null],
  ["points", usualIncidents],
  ["heat.7", { ...usualIncidents, heat: true, span: 7 }],
  ["points.2026-01-01_2026-02-01.all.-soon.-done", { heat: false, span: { from: "2026-01-01", to: "2026-02-01" }, open: false, without: ["soon", "done"] }],
])("writes and reads %s", (text, view) => {
  expect(writeIncidents(view)).toBe(text);
  expect(readIncidents(text)).toEqual(view);
});

it.each(["points.", "points.8", "points.x_y", "points.2026-02-01_2026-01-01", "points.2026-02-30_2026-03-01", "points.-nothing", `points.${urgencies.map((u) => `-${u}`).join(".")}`])("takes what is usual from %s", (text) =>
  expect(readIncidents(text)).toEqual(usualIncidents),
);

it.each(["lines", "Points", ".7", "7"])("is off for %s", (text) => expect(readIncidents(text)).toBeNull());

it("counts today among the last days", () => {
  expect(daysOf(1, "2026-03-01")).toEqual({ from: "2026-03-01", to: "2026-03-01" });
  expect(daysOf(7, "2026-03-01")).toEqual({ from: "2026-02-23", to: "2026-03-01" });
});

it("asks for what is chosen", () => {
  expect(incidentQuery(usualIncidents, "2026-03-01")).toBe("from=2026-01-31&to=2026-03-01&open=true");
  expect(incidentQuery({ ...usualIncidents, open: false, span: 1 }, "2026-03-01", { kind: ["event"], code: ["01", "02"], state: [] })).toBe("from=2026-03-01&to=2026-03-01&kind=event&code=01%2C02");
});

it("keeps one urgency", () => {
  const all = { ...usualIncidents, open: false };
  const last = urgencies.reduce((v, u) => turned(v, u, false), all);
  expect(last.without).toEqual(["overdue", "soon", "normal", "suspended"]);
  expect(turned(last, "soon", true).without).toEqual(["overdue", "normal", "suspended"]);
  expect(withOpen(last, true).without).toEqual([]); // done ones alone were drawn
  const open = urgencies.reduce((v, u) => turned(v, u, false), usualIncidents);
  expect(open.without).toEqual(["overdue", "soon", "normal", "done"]); // no open case is done
});
