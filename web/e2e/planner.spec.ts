/** A planner's first five minutes with the demo: found, looked at, printed, and opened in other software. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

import type { Page } from "@playwright/test";

import { accessible, expect, openMap, picture, Service, test } from "./service";

const s = new Service();
test.describe.configure({ mode: "serial" });
test.beforeAll(() => s.start("--demo"));
test.afterAll(() => s.stop());

/** Waits until the map stands still. */
async function settled(page: Page) {
  await page.waitForFunction(() => window.__map?.loaded() && !window.__map.isMoving());
  await page.waitForTimeout(400);
}

/** The picture of a view is what it was, but for what fonts and drivers make of it. */
async function asBefore(page: Page, name: string) {
  await expect(page).toHaveScreenshot(`${name}.png`, { maxDiffPixelRatio: 0.01, threshold: 0.3, animations: "disabled", mask: [page.locator("[data-today]")] });
}

test("finds a community by name, sees its grids, past and neighbours, prints it, and opens the layer with GDAL", async ({ page }) => {
  test.setTimeout(120_000);
  await openMap(page, s.url);
  await settled(page);
  await asBefore(page, "map");

  // By keys alone.
  await page.keyboard.press("/");
  await page.keyboard.type("qixiangju", { delay: 20 });
  await expect(page.getByRole("option").first()).toContainText("气象局");
  await page.keyboard.press("Escape");
  await page.locator("#ask").fill("三角线");
  await expect(page.getByRole("option").first()).toContainText("三角线社区");
  await page.keyboard.press("Enter");
  const card = page.getByTestId("area");
  await expect(card.getByRole("heading", { name: "三角线社区" })).toBeVisible();
  await expect(card.getByRole("navigation")).toContainText("新城区锡林北路街道");
  await expect(card.getByText("第一网格").first()).toBeVisible();
  await expect(card.getByText("相邻")).toBeVisible();
  await settled(page);
  await asBefore(page, "community");
  await accessible(page);
  await expect(card.getByText(/\d+ 个网格/)).toBeVisible();

  // One that has a past.
  await page.locator("#ask").fill("气象局东巷");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("area-history")).toBeVisible();
  await page.keyboard.press("[");
  await expect(page).toHaveURL(/at=2020-01-01/);

  await page.goto(`${s.url}/?a=150102/community/150102002003&l=compound.0`);
  await expect(card.getByRole("heading", { name: "三角线社区" })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toContainText("快捷键");
  await picture(page, "planner-keys");
  await accessible(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("l");
  await expect(page.getByLabel("小区", { exact: true })).not.toBeChecked();
  await page.getByRole("button", { name: "数据服务" }).click();
  await picture(page, "planner-services");
  await accessible(page);
  const command = (await page.getByRole("dialog").locator("code").nth(1).innerText()).split(" ");
  execFileSync("ogr2ogr", command.slice(1).map((part) => (part.endsWith(".gpkg") ? join(s.dir, part) : part)));
  expect(execFileSync("ogrinfo", ["-so", join(s.dir, "community.gpkg"), "community"], { encoding: "utf8" })).toContain("Feature Count: 65");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.keyboard.press("\\");
  await expect(page.locator("#ask")).toBeHidden();
  await page.keyboard.press("\\");
  await page.keyboard.press("p");
  await expect(page).toHaveURL(/\/print\?/);
  await expect(page.getByRole("button", { name: "打印", exact: true })).toBeEnabled({ timeout: 40_000 });
  await asBefore(page, "print");
});

test("looks the same in the dark, on a phone, and where the layers are pages", async ({ page, browser }) => {
  test.setTimeout(90_000);
  await page.emulateMedia({ colorScheme: "dark" });
  await openMap(page, `${s.url}/?a=150102/subdistrict/150102002`);
  await settled(page);
  await asBefore(page, "dark");
  await accessible(page);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(`${s.url}/ogc/collections/community/items?limit=20`);
  await asBefore(page, "ogc");
  await accessible(page);
  const phone = await (await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, locale: "zh-CN", timezoneId: "Asia/Shanghai" })).newPage();
  await openMap(phone, `${s.url}/?a=150102/community/150102002003`);
  await settled(phone);
  await asBefore(phone, "phone");
  await accessible(phone);
});
