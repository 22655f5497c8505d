import { accessible, expect, openMap, picture, test } from "./service";

const inside = { lon: 8.5, lat: 47.4 };

test("a click answers whose the place is", async ({ page, loaded }) => {
  await openMap(page, loaded.url);
  await picture(page, "map");
  await page.mouse.click(700, 450);
  const card = page.getByTestId("card");
  await expect(card.getByTestId("owner")).toBeVisible();
  await expect(page.getByTestId("pin")).toBeVisible();
  const [lon, lat] = (new URL(page.url()).searchParams.get("p") ?? "").split(",").map(Number);
  const answer = await loaded.locate(lon ?? NaN, lat ?? NaN);
  expect(answer.covered).toBe(true);
  await expect(card.getByTestId("owner")).toContainText(answer.grid?.name ?? "");
  await expect(card).toContainText("示意区");
  await expect(card).toContainText("版次 2026-01");
  await expect(card.getByTestId("border")).toContainText("距边界");
  await page.waitForTimeout(500);
  await picture(page, "card");
  await accessible(page);

  // The link reopens what was seen.
  const owner = await card.getByTestId("owner").textContent();
  await openMap(page, page.url());
  await expect(page.getByTestId("owner")).toHaveText(owner ?? "");
  await page.keyboard.press("Escape");
  await expect(card).toBeHidden();
  expect(new URL(page.url()).searchParams.get("p")).toBeNull();
});

test("a typed coordinate, in any system", async ({ page, loaded }) => {
  await openMap(page, loaded.url);
  await page.keyboard.press("/");
  const ask = page.locator("#ask");
  await expect(ask).toBeFocused();
  await ask.fill(`${inside.lon}，${inside.lat}`);
  await ask.press("Enter");
  const answer = await loaded.locate(inside.lon, inside.lat);
  await expect(page.getByTestId("owner")).toContainText(answer.grid?.name ?? "");

  await page.locator("#crs").selectOption("bd09");
  await ask.press("Enter");
  const shifted = await loaded.locate(inside.lon, inside.lat, "bd09");
  await expect(page.getByTestId("owner")).toContainText(shifted.grid?.name ?? "");
  await expect(page.getByTestId("card")).toContainText("BD-09");
  expect(page.url()).toContain("crs=bd09");
});

test("swapped coordinates are said and mended by one button", async ({ page, loaded }) => {
  await openMap(page, loaded.url);
  await page.locator("#ask").fill(`${inside.lat},${inside.lon}`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("经纬度写反了");
  await picture(page, "swapped");
  await page.getByRole("button", { name: "对调经纬度再查" }).click();
  const answer = await loaded.locate(inside.lon, inside.lat);
  await expect(page.getByTestId("owner")).toContainText(answer.grid?.name ?? "");
});

test("outside, the nearest area is offered", async ({ page, loaded }) => {
  await openMap(page, loaded.url);
  await page.locator("#ask").fill("9.2,47.4");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("card")).toContainText("不在任何辖区内");
  await expect(page.getByTestId("card")).toContainText("最近的是");
  await page.getByRole("button", { name: "去看看" }).click();
  await expect(page.getByTestId("area")).toBeVisible();
  await picture(page, "outside");
});

test("an area by its code, its neighbours and what lies above and below", async ({ page, loaded }) => {
  await openMap(page, loaded.url);
  await page.locator("#ask").fill("C103");
  await page.keyboard.press("Enter");
  const area = page.getByTestId("area");
  await expect(area.getByRole("heading", { name: "第103社区" })).toBeVisible();
  await expect(area).toContainText("km²");
  await expect(area).toContainText("相邻");
  await page.waitForTimeout(1200);
  await picture(page, "area");
  await accessible(page);
  await area.getByRole("button", { name: "第1街道" }).click();
  await expect(area.getByRole("heading", { name: "第1街道" })).toBeVisible();

  await page.locator("#ask").fill("X999");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("没有编码为“X999”的区域");
  await picture(page, "not-found");
});

test("layers, language, dark", async ({ page, loaded }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await openMap(page, `${loaded.url}/?p=${inside.lon},${inside.lat}`);
  await expect(page.getByTestId("owner")).toBeVisible();
  await page.waitForTimeout(1200);
  await picture(page, "dark");
  await accessible(page);
  await page.keyboard.press("l");
  await page.getByLabel("社区", { exact: true }).uncheck();
  await page.getByRole("button", { name: "浅色" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await page.waitForTimeout(800);
  await picture(page, "layers");
  await accessible(page);
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.getByTestId("card")).toContainText("This belongs to");
  await picture(page, "english");
  await page.reload();
  await expect(page.getByRole("button", { name: "Look up" })).toBeVisible();
});

test.describe("a phone of 360 × 740", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });

  test("a tap answers", async ({ page, loaded }) => {
    await openMap(page, loaded.url);
    await picture(page, "phone-map");
    await page.touchscreen.tap(180, 300);
    await expect(page.getByTestId("owner")).toBeVisible();
    await page.waitForTimeout(800);
    await picture(page, "phone-card");
    await accessible(page);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    for (const b of await page.getByRole("button").all()) {
      const box = await b.boundingBox();
      if (box && (await b.isVisible())) expect(box.height, (await b.textContent()) ?? "").toBeGreaterThanOrEqual(40);
    }
    await page.getByRole("button", { name: "收起" }).tap();
    await page.waitForTimeout(300);
    await picture(page, "phone-low");
    await page.getByRole("button", { name: "关闭" }).tap();
    await expect(page.getByTestId("card")).toBeHidden();
  });

  test("what was tapped low on the map does not vanish under the card", async ({ page, loaded }) => {
    await openMap(page, loaded.url);
    await page.touchscreen.tap(180, 520);
    await expect(page.getByTestId("owner")).toBeVisible();
    await page.waitForTimeout(700);
    const pin = await page.getByTestId("pin").boundingBox();
    const card = await page.getByTestId("card").boundingBox();
    expect(pin && card && pin.y + pin.height < card.y && pin.y > 60).toBe(true);
  });

  test("a linked place is brought into sight above the card", async ({ page, loaded }) => {
    await openMap(page, `${loaded.url}/?p=${inside.lon},${inside.lat}`);
    await expect(page.getByTestId("owner")).toBeVisible();
    await page.waitForTimeout(1200);
    const pin = await page.getByTestId("pin").boundingBox();
    const card = await page.getByTestId("card").boundingBox();
    expect(pin && card && pin.y + pin.height < card.y && pin.y > 60).toBe(true);
    await picture(page, "phone-link");
  });
});

test("the API's documentation needs nothing from elsewhere", async ({ page, loaded }) => {
  await page.goto(`${loaded.url}/docs`);
  await page.locator("#operations-tag-locate").click();
  await expect(page.getByText("/api/v1/locate/batch")).toBeVisible();
  await picture(page, "docs");
});
