import { expect, test } from "vitest";

import { tabsFor } from "./roles";

const me = (role: string, ...may: string[]) => ({ open: false, may, posts: [{ id: "", role, duties: [], from: "", state: "present" as const }] });

test("each is shown the tabs of the post", () => {
  expect(tabsFor(me("system_admin", "people.read", "account.write", "audit.read"))).toEqual(["people"]);
  expect(tabsFor(me("security_admin", "people.read", "post.grant", "key.make", "audit.read"))).toEqual(["people", "keys"]);
  expect(tabsFor(me("auditor", "audit.read"))).toEqual(["audit"]);
  expect(tabsFor(me("street_officer", "people.read", "audit.read"))).toEqual(["people"]);
  expect(tabsFor(me("dispatcher", "people.read", "standard.read"))).toEqual(["people", "units", "rules", "classes", "calendar"]);
  expect(tabsFor(me("grid_worker", "people.read", "standard.read"))).toEqual([]);
  expect(tabsFor(me("grid_worker", "people.read", "audit.read"))).toEqual([]); // only themselves
});
