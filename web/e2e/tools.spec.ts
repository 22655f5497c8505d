import { decodeRing, encodeRing, type Place } from "../src/tools/shape";
import { accessible, expect, openMap, picture, test } from "./service";

/** Metres between two near places, from the radii of curvature of the ellipsoid. */
function metresBetween([lon1, lat1]: Place, [lon2, lat2]: Place): number {
  const [a, e2] = [6378137, 0.00669438];
  const radians = Math.PI / 180;
  const sin = Math.sin(((lat1 + lat2) / 2) * radians);
  const w = Math.sqrt(1 - e2 * sin * sin);
  return Math.hypot((lon2 - lon1) * radians * (a / w) * Math.sqrt(1 - sin * sin), (lat2 - lat1) * radians * ((a * (1 - e2)) / w ** 3));
}

test("the tools of the map: a place's coordinates, a length, what lies in a drawn area", async ({ page, loaded, browser }) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: loaded.url });
  await openMap(page, loaded.url);
  const menu = page.getByTestId("place-menu");
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const placeAt = (x: number, y: number) => page.evaluate(([x, y]) => window.__map?.unproject([x ?? 0, y ?? 0]).toArray() ?? [], [x, y]) as Promise<Place>;

  // Right click: values are shown, and copied as shown.
  await page.getByRole("button", { name: "量距离、面积" }).waitFor();
  await page.mouse.click(1300, 850, { button: "right" });
  await expect(menu.getByRole("menuitem", { name: /GCJ-02/ })).not.toContainText("…");
  const [lon, lat] = await placeAt(1300, 850);
  await picture(page, "tools-menu");
  await accessible(page);
  for (const system of ["WGS-84", "GCJ-02"]) {
    await menu.getByRole("menuitem", { name: system }).click();
    await expect(page.getByText(/^已复制/)).toBeVisible();
    const [x, y] = (await clipboard()).split(", ").map(Number); // Zürich: GCJ-02 is not shifted
    expect(Math.abs((x ?? 0) - lon) + Math.abs((y ?? 0) - lat)).toBeLessThan(3e-6);
    await page.mouse.click(1300, 850, { button: "right" });
  }
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();

  // By keys, at the middle of the map. Zürich has no zone; a made-up answer stands for Hohhot's.
  await page.route("**/api/v1/coordinates?*", (route) => route.fulfill({ json: { wgs84: { lon: 111.6712, lat: 40.8301 }, cgcs2000: { lon: 111.6712, lat: 40.8301 }, gcj02: { lon: 111.67723, lat: 40.83153 }, bd09: { lon: 111.68, lat: 40.83 }, projected: { crs: "EPSG:4546", name: "CGCS2000 / 3° 带 111°E", east: 556601.234, north: 4521512.346 } } }));
  await page.locator(".maplibregl-canvas").focus();
  await page.keyboard.press("Shift+F10");
  await expect(menu.getByRole("menuitem", { name: "这里归谁" })).toBeFocused();
  await expect(menu).toContainText("EPSG:4546");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(page.getByText("已复制 556601.23, 4521512.35")).toBeVisible();
  expect(await clipboard()).toBe("556601.23, 4521512.35");
  await expect(page.locator(".maplibregl-canvas")).toBeFocused();
  await page.unroute("**/api/v1/coordinates?*");

  // A length, then a ring. The card stays away meanwhile.
  await page.keyboard.press("m");
  await expect(page.getByTestId("tool-panel")).toBeVisible();
  const corners: [number, number][] = [[600, 300], [900, 420], [820, 640]];
  const places = await Promise.all(corners.map(([x, y]) => placeAt(x, y)));
  const [a, b, c] = places as [Place, Place, Place];
  await page.mouse.click(600, 300);
  await page.mouse.click(900, 420);
  await page.keyboard.press("Enter");
  const measured = async () => Number.parseFloat((await page.getByTestId("measured").textContent()) ?? "") * 1000;
  expect((await measured()) / metresBetween(a, b)).toBeCloseTo(1, 3);
  await page.keyboard.press("Backspace"); // goes on
  await page.mouse.click(820, 640);
  await page.mouse.move(700, 500);
  await picture(page, "tools-measure");
  await page.mouse.click(600, 300);
  await expect(page.getByTestId("measured-ground")).toContainText("km²");
  expect((await measured()) / (metresBetween(a, b) + metresBetween(b, c) + metresBetween(c, a))).toBeCloseTo(1, 3);
  await picture(page, "tools-measure-ring");
  await expect(page.getByTestId("card")).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("tool-panel")).toBeHidden();

  // A drawn polygon; a step back; a dragged point; the link.
  await page.keyboard.press("d");
  await expect(page.getByTestId("tool-panel")).toBeVisible();
  for (const [x, y] of [[560, 260], [960, 300], [900, 700], [1000, 820]] as const) await page.mouse.click(x, y);
  await page.keyboard.press("Control+z");
  await page.mouse.dblclick(560, 640);
  const figure = (key: string) => page.getByTestId(key);
  const counted = async () => {
    const ring = decodeRing(new URL(page.url()).searchParams.get("d") ?? "") ?? [];
    const response = await fetch(`${loaded.url}/api/v1/summaries`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ polygon: { type: "Polygon", coordinates: [[...ring, ring[0]]] } }) });
    const { levels } = (await response.json()) as { levels: { level: string; whole: number; partly: number }[] };
    for (const l of levels) {
      await expect(figure(`${l.level}-whole`)).toHaveText(String(l.whole));
      await expect(figure(`${l.level}-partly`)).toHaveText(String(l.partly));
    }
    return levels.find((l) => l.level === "grid")?.whole ?? 0;
  };
  const before = await counted();
  expect(before).toBeGreaterThan(5);
  await page.mouse.move(560, 640);
  await page.mouse.down();
  await page.mouse.move(440, 700, { steps: 4 });
  await page.mouse.up();
  await expect.poll(counted).toBeGreaterThan(before);
  await figure("grid-whole").click();
  await picture(page, "tools-draw");
  await accessible(page);
  await page.locator("#tools-areas button").first().click();
  await expect(page.getByTestId("area")).toBeVisible();
  await expect(page.getByTestId("shape")).toBeVisible();

  // A link to the whole canton counts all of it, on a phone in the dark.
  const whole = encodeRing([[8.3, 47.1], [9.05, 47.1], [9.05, 47.75], [8.3, 47.75]]) ?? "";
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, colorScheme: "dark", locale: "zh-CN" });
  const phone = await context.newPage();
  await openMap(phone, `${loaded.url}/?d=${whole}`);
  await expect(phone.getByTestId("grid-whole")).toHaveText("160");
  await expect(phone.getByTestId("community-whole")).toHaveText("12");
  await expect(phone.getByTestId("grid-partly")).toHaveText("0");
  await picture(phone, "tools-phone-draw");
  await phone.getByRole("button", { name: "清除" }).tap();

  // A long press opens the menu as a sheet; letting go is no tap, moving is no press.
  const touch = await context.newCDPSession(phone);
  const send = (type: "touchStart" | "touchMove" | "touchEnd", x?: number, y?: number) => touch.send("Input.dispatchTouchEvent", { type, touchPoints: x === undefined ? [] : [{ x, y: y ?? 0 }] });
  await send("touchStart", 180, 300);
  await phone.waitForTimeout(200);
  await send("touchMove", 180, 340);
  await phone.waitForTimeout(500);
  await send("touchEnd");
  await expect(phone.getByTestId("place-menu")).toBeHidden();
  await send("touchStart", 180, 300);
  await phone.waitForTimeout(650);
  await expect(phone.getByTestId("place-menu")).toBeVisible();
  await send("touchEnd");
  await phone.waitForTimeout(250);
  await expect(phone.getByTestId("card")).toBeHidden();
  await picture(phone, "tools-phone-menu");
  await accessible(phone);
  for (const row of await phone.getByRole("menuitem").all()) expect((await row.boundingBox())?.height).toBeGreaterThanOrEqual(48);
  await phone.getByRole("menuitem", { name: "从这里量距离" }).tap();
  await expect(phone.getByTestId("tool-panel")).toBeVisible();
  await phone.touchscreen.tap(250, 200);
  await expect(phone.getByTestId("measured")).toContainText("公里");
  await picture(phone, "tools-phone-measure");
  await context.close();
});
