import { expect, it } from "vitest";

import { readLook, strengthOf, withStrength, writeLook } from "./look";

it("keeps in the address only what differs", () => {
  let look = withStrength(withStrength({}, "grid", 40), "compound", 0);
  expect(writeLook(look)).toBe("grid.40,compound.0");
  expect(readLook(writeLook(look))).toEqual(look);
  look = withStrength(look, "grid", 100);
  expect(writeLook(look)).toBe("compound.0");
  expect([strengthOf(look, "grid"), strengthOf(look, "compound")]).toEqual([100, 0]);
});

it.each(["", "grid", "grid.", "grid.-1", "grid.101", "road.50", "grid.x", ",,."])("takes nothing from %s", (text) => expect(readLook(text)).toEqual({}));
