import { expect, it } from "vitest";

import type { AllowedAction, Case } from "../../cases/queries";
import { asked, bodyOf, draftFor, missing } from "./draft";

const action = (name: string, ...needs: AllowedAction["needs"]): AllowedAction => ({ action: name, word: name, needs, reasons: [] });
const found = { marks: { disputed: false, supervised: 1 }, position: null, areas: [], address: "锡林北路", unit: null, category: null } as unknown as Case;

it("a case without a place is not accepted before it has one", () => {
  const accept = action("accept", "place", "category");
  const d = draftFor(accept, found);
  expect(missing(accept, found, d)).toEqual(["place", "category"]);
  const at = { lon: 111.6, lat: 40.8, crs: "gcj02" };
  const whole = { ...d, place: at, kind: "event", category: "0110", condition: "占道" };
  expect(missing(accept, found, whole)).toEqual([]);
  expect(missing(accept, found, { ...whole, condition: "", conditional: true })).toEqual(["category"]);
  expect(missing(accept, found, { ...whole, condition: "" })).toEqual([]); // some classes have no conditions
  expect(bodyOf(accept, found, whole)).toEqual({ kind: "event", category: "0110", condition: "占道", address: "锡林北路", lon: 111.6, lat: 40.8, crs: "gcj02" });
});

it("one that lies in an area is accepted as it lies", () => {
  const located = { ...found, position: { lon: 1, lat: 2 }, areas: [{ code: "A" }] } as unknown as Case;
  expect(missing(action("accept", "place"), located, draftFor(action("accept", "place"), located))).toEqual([]);
});

it("the service reckons the deadline, and a disputed case is dispatched with a ruling", () => {
  const dispatch = action("dispatch", "unit", "deadline");
  expect(asked(dispatch, found)).toEqual(["unit"]);
  const disputed = { ...found, marks: { ...found.marks, disputed: true } };
  expect(asked(dispatch, disputed)).toEqual(["reason", "unit"]);
  const d = { ...draftFor(dispatch, disputed), unit: "u", assignee: "p" };
  expect(missing(dispatch, disputed, d)).toEqual(["reason"]);
  expect(bodyOf(dispatch, disputed, { ...d, reason: "ruling" })).toEqual({ reason: "ruling", unit: "u", assignee: "p" });
});

it("only what the action takes is sent, and times by the world's clock", () => {
  const defer = action("defer", "reason", "until");
  const d = { ...draftFor(defer, found), reason: "season", until: "2026-12-01T08:00", unit: "u", note: " 冻土 " };
  expect(bodyOf(defer, found, d)).toEqual({ reason: "season", note: "冻土", until: new Date("2026-12-01T08:00").toISOString() });
  expect(missing(defer, found, { ...d, until: "soon" })).toEqual(["until"]);
});
