import { expect, test } from "vitest";

import { csvOf } from "./csv";

test("cells are quoted, and none is a formula", () => {
  expect(csvOf([["姓名", "登录名"], ['王"芳"', "a,b"], ["=1+1", "x"]])).toBe('姓名,登录名\r\n"王""芳""","a,b"\r\n\'=1+1,x\r\n');
});
