import { expect, it } from "vitest";

import type { Edition } from "../service";
import { inForce, isDraft, proposeName, statusOf, today, usual } from "./status";

const edition = (name: string, ...from: string[]): Edition => ({
  district: "150102",
  name,
  status: from.length > 0 ? "checked" : "draft",
  version: 1,
  created: "2026-01-01T00:00:00Z",
  levels: [],
  findings: 0,
  activations: from.map((day, i) => ({ valid_from: day, effective: `${day}T00:00:00+08:00`, recorded: "2026-01-01T00:00:00Z", generation: i + 1 })),
});
const now = new Date("2026-11-25T10:00:00+08:00");

it("the edition in force is the one whose day came last", () => {
  const all = [edition("draft"), edition("ahead", "2026-12-01"), edition("now", "2026-06-01"), edition("old", "2026-01-01")];
  expect(inForce(all, "150102", now)?.name).toBe("now");
  expect(all.map((e) => statusOf(e, all, now))).toEqual(["draft", "ahead", "inForce", "past"]);
  expect(inForce(all, "999999", now)).toBeUndefined();
});

it("one that comes back into force is in force", () => {
  const all = [edition("back", "2026-10-01", "2026-01-01"), edition("between", "2026-06-01")];
  expect(inForce(all, "150102", now)?.name).toBe("back");
});

it("a draft is opened first, else what is in force", () => {
  const [draft, current] = [edition("draft"), edition("now", "2026-06-01")];
  expect(usual([current, draft], now)).toBe(draft);
  expect(usual([current], now)).toBe(current);
  expect(usual([], now)).toBeUndefined();
  expect(isDraft(draft)).toBe(true);
  expect(isDraft(current)).toBe(false);
});

it("a new draft is named by the day, and by a number where that is taken", () => {
  expect(today(new Date("2026-11-24T17:00:00Z"))).toBe("2026-11-25"); // in Shanghai it is tomorrow already
  expect(proposeName([], now)).toBe("2026-11-25");
  expect(proposeName(["2026-11-25", "2026-11-25-2"], now)).toBe("2026-11-25-3");
});
