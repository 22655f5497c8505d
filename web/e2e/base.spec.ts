import { join } from "node:path";

import type { Page } from "@playwright/test";

import { place } from "./boundaries";
import { accessible, expect, openMap, picture, Service, test } from "./service";
import { asGCJ, pixel, tileOf, TileServer, writeArchive } from "./tileserver";

const here = place(1.25, 1.3);

/** By how many pixels the middle of the magenta square is drawn beside the place. */
async function miss(page: Page, [lon, lat]: [number, number]): Promise<number> {
  return page.evaluate(
    ([lon, lat]) =>
      new Promise<number>((resolve) => {
        const map = window.__map;
        if (!map) return resolve(NaN);
        map.once("render", () => {
          const canvas = map.getCanvas();
          const gl = canvas.getContext("webgl2");
          const ratio = canvas.width / canvas.clientWidth;
          const at = map.project([lon, lat]);
          const size = 120;
          const data = new Uint8Array(size * size * 4);
          const left = Math.round(at.x * ratio) - size / 2;
          const below = canvas.height - Math.round(at.y * ratio) - size / 2;
          gl?.readPixels(left, below, size, size, gl.RGBA, gl.UNSIGNED_BYTE, data);
          let [n, x, y] = [0, 0, 0];
          for (let i = 0; i < size * size; i++) {
            const [r = 0, g = 0, b = 0] = data.slice(i * 4, i * 4 + 3);
            if (r - g < 40 || b - g < 40) continue;
            n++;
            x += (i % size) + 0.5;
            y += Math.floor(i / size) + 0.5;
          }
          resolve(n < 80 ? NaN : Math.hypot(left + x / n - at.x * ratio, canvas.height - (below + y / n) - at.y * ratio) / ratio);
        });
        map.triggerRepaint();
      }),
    [lon, lat] as const,
  );
}

test("a base map lies right under the areas, and only when it is chosen", async ({ page }) => {
  const service = new Service();
  const tiles = new TileServer(here);
  await tiles.start();
  const archive = join(service.dir, "town.pmtiles");
  writeArchive(archive, here);
  await service.start(
    ...["--base-map", `影像=${tiles.url}/wgs84/{TileMatrix}/{TileCol}/{TileRow}.png;attribution=测试瓦片（国家地理信息公共服务平台）;review=GS(2026)0000号`],
    ...["--base-map", `火星=${tiles.url}/gcj02/{z}/{x}/{y}.png;crs=gcj02`],
    ...["--base-map-file", `${archive};name=自己的`],
  );
  service.loadCheckerboard();
  try {
    const view = `v=15.00/${here[1].toFixed(5)}/${here[0].toFixed(5)}`;
    await openMap(page, `${service.url}/?${view}`);
    await page.keyboard.press("l");
    const choice = page.getByRole("radiogroup", { name: "底图" });
    await expect(choice.getByRole("radio")).toHaveCount(4);
    await expect(choice.getByLabel("无底图")).toBeChecked();
    await expect(page.getByTestId("base-foot")).toBeHidden();
    expect(tiles.asked).toEqual([]);

    // 1. Tiles in WGS-84, by a WMTS template.
    await choice.getByLabel("影像").check();
    await expect(page.getByTestId("base-foot")).toContainText("测试瓦片（国家地理信息公共服务平台） · 审图号：GS(2026)0000号");
    await expect.poll(() => tiles.asked).toContain(`wgs84/${tileOf(here, 16)}`);
    await expect.poll(() => miss(page, here)).toBeLessThan(1);
    expect(new URL(page.url()).searchParams.get("b")).toMatch(/^[0-9a-f]{8}$/);
    await picture(page, "base-tiles");
    await accessible(page);

    // 2. Tiles in GCJ-02: other numbers are asked for, and the place is drawn where it lies.
    tiles.asked = [];
    await choice.getByLabel("火星").check();
    await expect.poll(() => tiles.asked).toContain(`gcj02/${tileOf(asGCJ(here), 16)}`);
    await expect.poll(() => miss(page, here), { timeout: 15_000 }).toBeLessThan(1);
    expect(new Set(tiles.asked).size, "each tile once").toBe(tiles.asked.length);
    const [was, is] = [pixel(here, 16), pixel(asGCJ(here), 16)];
    expect(Math.hypot(was[0] - is[0], was[1] - is[1])).toBeGreaterThan(150);
    await picture(page, "base-gcj02");

    // 3. A file of our own, in our own style.
    await choice.getByLabel("自己的").check();
    await expect(page.getByTestId("base-foot")).toContainText("测试数据");
    const drawn = () => page.evaluate(() => [...new Set(window.__map?.queryRenderedFeatures().flatMap((f) => (f.layer.id.startsWith("base-") ? [f.layer["source-layer" as keyof typeof f.layer]] : [])))].sort());
    await expect.poll(drawn).toEqual(["buildings", "earth", "landuse", "places", "roads", "water"]); // and no border of a country
    await page.waitForTimeout(400);
    await picture(page, "base-file");
    const link = page.url();

    // 4. The link reopens it; dark, and on a phone.
    await page.emulateMedia({ colorScheme: "dark" });
    const above = () =>
      page.evaluate(() => {
        const ids = window.__map?.getLayersOrder() ?? [];
        return ids.slice(ids.indexOf("under-areas")).filter((id) => id.startsWith("base-")).length + (ids.some((id) => id.startsWith("base-")) ? 0 : 99);
      });
    await expect.poll(above).toBe(0); // the base map stays under the areas when the theme changes
    await page.setViewportSize({ width: 360, height: 740 });
    await openMap(page, link);
    await expect.poll(drawn).toContain("roads");
    await page.waitForTimeout(400);
    await picture(page, "base-phone-dark");
    await page.keyboard.press("l");
    await expect(choice.getByLabel("自己的")).toBeInViewport();
    await picture(page, "base-phone-choice");
    await page.keyboard.press("l");
    await page.mouse.click(180, 300);
    await expect(page.getByTestId("owner")).toBeVisible();
    await expect(page.getByTestId("base-foot")).toBeInViewport();
    await page.waitForTimeout(400);
    await picture(page, "base-phone-card");
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press("Escape");

    // 5. A provider that fails leaves the areas as they are, and one quiet word.
    await page.keyboard.press("l");
    tiles.asked = [];
    await choice.getByLabel("火星").check();
    await expect.poll(() => miss(page, here)).toBeLessThan(1); // dimmed, and where it was
    await picture(page, "base-tiles-dark");
    tiles.broken = true;
    await choice.getByLabel("影像").check();
    await expect(page.getByTestId("base-foot")).toContainText("底图取不到");
    await picture(page, "base-failed");
    await choice.getByLabel("无底图").check();
    await expect(page.getByTestId("base-foot")).toBeHidden();
  } finally {
    await tiles.stop();
    await service.stop();
  }
});
