/** Search on the demo's district, with the keyboard alone. */
import { accessible, expect, openMap, picture, Service, test } from "./service";

const demo = new Service();

test.beforeAll(() => demo.start("--demo"));
test.afterAll(() => demo.stop());

test("what people type finds what they mean", async ({ page }) => {
  await openMap(page, demo.url);
  await page.keyboard.press("/");
  const ask = page.locator("#ask");
  const rows = page.locator("#ask-list [role=option]");
  const area = page.getByTestId("area");
  await expect(ask).toBeFocused();

  // A name, its suffix word left out: the street before what lies in it.
  await page.keyboard.type("锡林");
  await expect(rows.first()).toContainText("锡林社区");
  await page.keyboard.type("北路");
  await expect(rows).toHaveCount(1);
  await expect(rows.first().locator("mark")).toHaveText("锡林北路");
  await page.keyboard.press("Enter");
  await expect(area.getByRole("heading", { name: "锡林北路街道" })).toBeVisible();
  await expect(rows).toHaveCount(0);

  // Initials in pinyin; the second row.
  await ask.fill("xl");
  await expect(rows.nth(1)).toBeVisible();
  await page.waitForTimeout(900);
  await picture(page, "search");
  await accessible(page);
  await page.keyboard.press("ArrowDown");
  await expect(ask).toHaveAttribute("aria-activedescendant", "ask-list-1");
  const second = await rows.nth(1).locator(".option-title bdi").textContent();
  await page.keyboard.press("Enter");
  await expect(area.getByRole("heading", { name: second ?? "?" })).toBeVisible();

  // The beginning of a code, then all of it.
  await ask.fill("150102002003");
  await expect(rows).toHaveCount(8);
  await page.keyboard.press("Escape");
  await expect(rows).toHaveCount(0);
  await expect(area).toBeVisible(); // the first Escape closes the rows, not the card
  await page.keyboard.press("Enter");
  await expect(area.getByRole("heading", { name: "三角线社区" })).toBeVisible();

  // An address, pasted and sent off at once.
  await ask.fill("新城区锡林北路街道三角线第四网格12号楼");
  await page.keyboard.press("Enter");
  await expect(area.getByRole("heading", { name: "第四网格" })).toBeVisible();
  await expect(page.locator(".ask-old")).toContainText("“12号楼”没有用上");

  // A position in degrees and minutes shows how it was read.
  await ask.fill("北纬40°49′48″ 东经111°40′16″");
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toContainText("经度 111.6711111，纬度 40.83");
  await picture(page, "search-position");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("owner")).toBeVisible();

  // Nothing, and what was looked up before.
  await page.emulateMedia({ colorScheme: "dark" });
  await ask.fill("没有这个地方");
  await expect(page.getByText("没有找到“没有这个地方”")).toBeVisible();
  await picture(page, "search-nothing");
  await ask.fill("");
  await expect(rows).toHaveCount(5);
  await picture(page, "search-recent");
  await accessible(page);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(area.getByRole("heading", { name: "第四网格" })).toBeVisible();

  // On a phone, rows are as high as a thumb.
  await page.setViewportSize({ width: 360, height: 740 });
  await ask.fill("三角线第");
  await expect(rows.first()).toContainText("第一网格");
  for (const row of await rows.all()) expect((await row.boundingBox())?.height).toBeGreaterThanOrEqual(48);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  await picture(page, "search-phone");
  await accessible(page);
});
