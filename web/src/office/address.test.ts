import { expect, test } from "vitest";

import { narrowed, pathOf, readAudit, readPeople, tabOf, tabs, writeAudit, writePeople } from "./address";

test("a tab has its path", () => {
  for (const tab of tabs.filter((t) => t !== "people")) expect(tabOf(pathOf(tab))).toBe(tab);
  expect(tabOf("/office")).toBeNull();
  expect(tabOf("/office/nonsense")).toBeNull();
});

test("filters of people come back from the address", () => {
  for (const search of ["", "?q=%E7%8E%8B+%E8%8A%B3", "?role=grid_worker&d=150102&area=150102002&status=without&p=01a2", "?import=1"]) {
    expect(writePeople(readPeople(search))).toBe(search);
  }
  expect(readPeople("?status=gone").status).toBe("");
  expect(writePeople(readPeople("?d=150102"))).toBe(""); // a district alone filters nothing
  expect(narrowed(readPeople("?p=01a2"))).toBe(false);
  expect(narrowed(readPeople("?status=active"))).toBe(true);
});

test("filters of the audit come back from the address", () => {
  for (const search of ["", "?actor=operator%3Aroot&act=post.grant&result=refused&from=2026-11-01&until=2026-11-30&d=150102"]) {
    expect(writeAudit(readAudit(search))).toBe(search);
  }
  expect(readAudit("?from=yesterday&result=maybe")).toMatchObject({ from: "", result: "" });
});
