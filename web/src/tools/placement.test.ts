import { expect, it } from "vitest";

import { placeMenu } from "./placement";

const menu = { width: 300, height: 200 };
const room = { width: 1440, height: 900 };

it.each([
  ["in the middle, to the right and below", { x: 700, y: 450 }, { x: 700, y: 450 }],
  ["at the right edge, to the left", { x: 1400, y: 450 }, { x: 1100, y: 450 }],
  ["at the foot, above", { x: 700, y: 890 }, { x: 700, y: 690 }],
  ["in the last corner, to the left and above", { x: 1439, y: 899 }, { x: 1132, y: 692 }],
  ["in the first corner", { x: 0, y: 0 }, { x: 8, y: 8 }],
])("a menu opens %s", (_, at, want) => {
  expect(placeMenu(at, menu, room)).toEqual(want);
});

it("a menu never leaves a small window", () => {
  for (let x = 0; x <= 360; x += 7) {
    for (let y = 0; y <= 300; y += 7) {
      const p = placeMenu({ x, y }, menu, { width: 360, height: 300 });
      expect(p.x).toBeGreaterThanOrEqual(8);
      expect(p.y).toBeGreaterThanOrEqual(8);
      expect(p.x + menu.width).toBeLessThanOrEqual(352);
      expect(p.y + menu.height).toBeLessThanOrEqual(292);
    }
  }
});
