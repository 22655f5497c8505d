import { expect, it } from "vitest";

import { phoneIn, positionIn } from "./read";

it("finds a position among words", () => {
  expect(positionIn("车在 111.6712，40.8301 附近")).toMatchObject({ kind: "degrees", lon: 111.6712, lat: 40.8301 });
  expect(positionIn("三角线社区 2 号楼")).toBeNull();
  expect(positionIn("13800000000 打来")).toBeNull();
});

it("finds a telephone number among words, and no other number", () => {
  expect(phoneIn("王女士 13812345678 说井盖没了")).toBe("13812345678");
  expect(phoneIn("王女士 138 1234 5678")).toBe("13812345678");
  expect(phoneIn("0471-4601234")).toBe("0471-4601234");
  expect(phoneIn("111.6712,40.8301")).toBe("");
  expect(phoneIn("150102002003")).toBe("");
});
