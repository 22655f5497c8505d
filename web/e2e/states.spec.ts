import { accessible, expect, openMap, picture, Service, test } from "./service";

test("an empty service says what to do, and the borders appear by themselves", async ({ page }) => {
  const service = new Service();
  await service.start();
  try {
    await page.goto(service.url);
    await expect(page.getByTestId("empty")).toContainText("还没有边界");
    await picture(page, "empty");
    await accessible(page);
    await page.setViewportSize({ width: 360, height: 740 });
    await picture(page, "phone-empty");
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "empty-dark");

    service.load();
    await expect(page.getByTestId("map-ready")).toBeAttached({ timeout: 30_000 });
    await expect(page.getByTestId("empty")).toBeHidden();
  } finally {
    await service.stop();
  }
});

test("without the database it answers on and says since when; without the service it says so", async ({ page }) => {
  test.setTimeout(120_000);
  const service = new Service();
  await service.start();
  try {
    service.load();
    await openMap(page, service.url);
    service.freezeDatabase(true);
    await page.waitForTimeout(6_000);
    await page.locator("#ask").fill("8.5,47.4");
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("owner")).toBeVisible();
    await expect(page.getByText("没能与数据库核对")).toBeVisible();
    await picture(page, "stale");
    await accessible(page);
  } finally {
    service.freezeDatabase(false);
    await service.stop();
  }
  await expect(page.getByText("连不上服务")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByTestId("owner")).toBeVisible(); // what was asked stays
  await picture(page, "offline");
});

test.describe("a browser that cannot draw the map", () => {
  test("still answers typed coordinates", async ({ page, loaded }) => {
    await page.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
    await page.goto(loaded.url);
    await expect(page.getByText("这个浏览器画不了地图")).toBeVisible();
    await page.locator("#ask").fill("8.5,47.4");
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("owner")).toBeVisible();
    await picture(page, "no-webgl");
  });
});
