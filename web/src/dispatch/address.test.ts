import { expect, it } from "vitest";

import { filterOf, filtersSet, queryOf, readAddress, writeAddress } from "./address";

it("a link reopens what was seen", () => {
  for (const link of ["", "?tab=filed", "?q=%E4%BA%95%E7%9B%96&overdue=1&case=0192", "?tab=done&class=event%2F0110&area=150102%2Fsubdistrict%2F150102002&unit=u&unlocated=1&disputed=1&mine=1&inView=1"]) {
    const a = readAddress(link);
    expect(readAddress(writeAddress(a))).toEqual(a);
  }
  expect(readAddress("?tab=nonsense").tab).toBe("open");
});

it("counts the filters beside the tab", () => {
  expect(filtersSet(readAddress("?tab=filed&case=1"))).toBe(0);
  expect(filtersSet(readAddress("?q=a&overdue=1"))).toBe(2);
});

it("asks for the states of the tab, and for nothing that is not set", () => {
  expect(filterOf(readAddress(""), null)).toEqual({ queue: "open" });
  expect(filterOf(readAddress("?tab=done&q=%E4%BA%95"), [1, 2, 3, 4])).toEqual({ queue: "all", status: "closed,rejected,voided,merged" }); // one character is not searched for
  expect(filterOf(readAddress("?class=event%2F0110&area=150102%2Fgrid%2FA&inView=1&unlocated=1"), [1, 2, 3, 4])).toEqual({
    queue: "open", kind: "event", category: "0110", district: "150102", level: "grid", area: "A", located: "false", // what has no place is in no map
  });
  expect(filterOf(readAddress("?inView=1"), [111.123456, 40, 112, 41]).bbox).toBe("111.12346,40.00000,112.00000,41.00000");
});

it("a filter becomes a query without what is not asked", () => {
  expect(queryOf({ queue: "open", text: "井盖", overdue: undefined })).toBe("queue=open&text=%E4%BA%95%E7%9B%96");
});
