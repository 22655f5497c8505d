import type { Page } from "@playwright/test";

import { centre, place } from "./boundaries";
import { load, loadTwo, third } from "./editions";
import { accessible, expect, openMap, picture, Service, test as base } from "./service";

const test = base.extend<object, { timed: Service }>({
  timed: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const s = new Service();
      await s.start();
      loadTwo(s);
      await use(s);
      await s.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

/** The codes that the map draws of a level at a place, by the layers whose name begins so. */
async function drawn(page: Page, layers: string, [lon, lat]: [number, number]) {
  return page.evaluate(
    ([begins, x, y]) => {
      interface Drawn {
        project(p: [number, number]): { x: number; y: number };
        queryRenderedFeatures(p: unknown): { layer: { id: string }; properties: { code: string } }[];
      }
      const m = (window as unknown as { __map: Drawn }).__map;
      return m
        .queryRenderedFeatures(m.project([x, y]))
        .filter((f) => f.layer.id.startsWith(`${begins}-fill`))
        .map((f) => f.properties.code);
    },
    [layers, lon, lat] as [string, number, number],
  );
}

/** Keeps the least number of areas drawn at a place in any frame from now on. */
async function watch(page: Page, [lon, lat]: [number, number]) {
  await page.evaluate(
    ([x, y]) => {
      const w = window as unknown as { __least: number; __map: { project(p: unknown): unknown; on(e: string, f: () => void): void; queryRenderedFeatures(p: unknown): unknown[] } };
      w.__least = Infinity;
      w.__map.on("render", () => (w.__least = Math.min(w.__least, w.__map.queryRenderedFeatures(w.__map.project([x, y])).length)));
    },
    [lon, lat] as [number, number],
  );
}

const in光明 = centre(2, 1);

test("the slider shows the editions one after another, the map and the card with it", async ({ page, timed }) => {
  const asked: string[] = [];
  page.on("request", (r) => r.url().includes("/api/v1/locate") && asked.push(r.url()));
  await openMap(page, `${timed.url}/?p=${in光明.join(",")}`);
  const owner = page.getByTestId("owner");
  const said = page.getByTestId("time-said");
  await expect(owner).toContainText("光明第2网格");
  await expect(page.locator(".above")).toContainText("海拉尔东路街道");
  await expect(said).toContainText("今天的边界（2023-07）");
  await expect.poll(() => drawn(page, "grid", in光明)).toEqual(["150102001002002"]);
  await page.waitForTimeout(800);
  await picture(page, "time-today");
  await accessible(page);

  // Dragged into the first edition: one question, though many days are passed.
  const track = await page.locator('.time input[type="range"]').boundingBox();
  if (!track) throw new Error("no slider");
  const y = track.y + 9;
  const view = await page.evaluate(() => location.search.split("v=")[1]);
  asked.length = 0;
  await page.mouse.move(track.x + track.width - 9, y);
  await page.mouse.down();
  for (let i = 1; i <= 20; i++) await page.mouse.move(track.x + track.width - 9 - (i * track.width * 0.82) / 20, y);
  await page.mouse.up();
  await expect(said).toContainText("正在看 20");
  await expect(said).toContainText("（2020-01）");
  await expect(page.locator(".above")).toContainText("锡林路街道");
  await expect.poll(() => drawn(page, "grid", in光明)).toEqual(["150102002001002"]);
  expect(asked.length).toBeLessThanOrEqual(1);
  await expect(page).toHaveURL(/at=202\d-\d\d-\d\d/);
  expect(await page.evaluate(() => location.search.split("v=")[1])).toBe(view);
  await page.waitForTimeout(600);
  await picture(page, "time-past");
  await accessible(page);

  // The link holds the day.
  const day = new URL(page.url()).searchParams.get("at");
  await page.reload();
  await expect(page.getByTestId("map-ready")).toBeAttached();
  await expect(page.locator(".above")).toContainText("锡林路街道");
  expect(new URL(page.url()).searchParams.get("at")).toBe(day);
  await expect.poll(() => drawn(page, "grid", in光明)).toEqual(["150102002001002"]);
});

test("keys go from edition to edition and home; what changed is marked", async ({ page, timed }) => {
  await openMap(page, `${timed.url}/?p=${in光明.join(",")}&at=2021-01-01`);
  const said = page.getByTestId("time-said");
  await expect(page.locator(".above")).toContainText("锡林路街道");
  await expect.poll(() => drawn(page, "grid", in光明)).toEqual(["150102002001002"]);
  await page.keyboard.press("]");
  await expect(said).toContainText("今天的边界");
  await expect(page.locator(".above")).toContainText("海拉尔东路街道");
  expect(page.url()).not.toContain("at=");
  await expect.poll(() => drawn(page, "grid", in光明)).toEqual(["150102001002002"]);
  await watch(page, in光明);
  await page.keyboard.press("[");
  await expect(page).toHaveURL(/at=2020-01-01/);
  await expect(said).toContainText("2020年1月1日");
  await expect.poll(() => drawn(page, "grid", in光明)).toEqual(["150102002001002"]);
  expect(await page.evaluate(() => (window as unknown as { __least: number }).__least)).toBeGreaterThan(0); // nothing flashed
  await expect(page.getByRole("button", { name: "前一版次" })).toBeDisabled();
  const slider = page.getByRole("slider");
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/at=2020-01-02/);
  await expect(slider).toHaveAttribute("aria-valuetext", "2020年1月2日，版次 2020-01");
  await page.keyboard.press("End");
  await expect(said).toContainText("今天的边界");
  await page.keyboard.press("Home");
  await page.getByRole("button", { name: "回到今天" }).click();
  await expect.poll(() => drawn(page, "grid", in光明)).toEqual(["150102001002002"]);

  // What the edition changed.
  await expect(page.getByTestId("time")).toContainText("社区划转 1");
  await page.getByLabel("标出变化").check();
  await expect
    .poll(() => drawn(page, "changed-community", in光明))
    .toContain("150102001002");
  await page.waitForTimeout(500);
  await picture(page, "time-marked");
});

test("the card tells whose the place was, and leads there", async ({ page, timed }) => {
  await openMap(page, `${timed.url}/?p=${in光明.join(",")}`);
  const history = page.getByTestId("history");
  await expect(history.getByRole("listitem").filter({ has: page.locator(".history-when") })).toHaveCount(2);
  await expect(history).toContainText("2023年7月1日至今");
  await expect(history).toContainText("2020年1月1日—2023年6月30日");
  await expect(history.locator("[aria-current]")).toContainText("2023年7月1日");
  await expect(page.getByTestId("card").getByTestId("synthetic")).toBeVisible();
  await history.getByRole("button", { name: /2020年1月1日/ }).click();
  await expect(page).toHaveURL(/at=2020-01-01/);
  await expect(page.locator(".above")).toContainText("锡林路街道");
  await expect(history.locator("[aria-current]")).toContainText("2020年1月1日");
  await history.getByRole("button", { name: /2023年7月1日/ }).click();
  await expect(page).not.toHaveURL(/at=/);

  // Of an area: what it was called, and what was split off.
  await page.locator("#ask").fill("150102001001007");
  await page.keyboard.press("Enter");
  const life = page.getByTestId("area-history");
  await expect(life).toContainText("由三角线第1网格");
  await page.waitForTimeout(900);
  await picture(page, "time-area");
  await accessible(page);
  await life.getByRole("button", { name: "看原来的 三角线第1网格" }).click();
  await expect(page).toHaveURL(/at=2023-06-30/);
  await expect(page.getByTestId("area").getByRole("heading", { name: "三角线第1网格" })).toBeVisible();
});

test("old codes are found and say what became of them", async ({ page, timed }) => {
  await openMap(page, timed.url);
  const ask = page.locator("#ask");
  const area = page.getByTestId("area");

  // One that goes on under another code.
  await ask.fill("150102002001");
  await page.keyboard.press("Enter");
  await expect(area.getByRole("heading", { name: "光明社区" })).toBeVisible();
  await expect(area.getByTestId("note")).toContainText("150102001002");
  await expect(page.locator(".ask-old")).toContainText("旧编码");
  await expect(area.locator("dl")).toContainText("150102001002");
  await page.waitForTimeout(900);
  await picture(page, "time-old-code");
  await accessible(page);
  await page.reload();
  await expect(area.getByTestId("note")).toContainText("150102001002");
  await page.keyboard.press("[");
  await expect(area.getByTestId("note")).toBeHidden(); // then it was its code
  await expect(area).toContainText("锡林路街道");
  await page.keyboard.press("]");

  // One that has ended.
  await ask.fill("150102002002003");
  await page.keyboard.press("Enter");
  await expect(area.getByRole("heading", { name: "锡林第3网格" })).toBeVisible();
  await expect(area.getByTestId("note")).toContainText("停用");
  await expect(area.locator("dl")).toContainText("2023年7月1日");
  await expect(area.getByTestId("note").getByRole("button", { name: "锡林第2网格" })).toBeVisible();
  await page.waitForTimeout(900);
  await picture(page, "time-ended");
  await accessible(page);
  await area.getByRole("button", { name: "回到它还在的时候" }).click();
  await expect(page).toHaveURL(/at=2020-01-01/);
  await expect(area.getByTestId("note")).toBeHidden();
  await page.getByRole("button", { name: "回到今天" }).click();
  await area.getByTestId("note").getByRole("button", { name: "锡林第2网格" }).click();
  await expect(area.getByRole("heading", { name: "锡林第2网格" })).toBeVisible();

  // One that was not there yet.
  await openMap(page, `${timed.url}/?a=150102/grid/150102001001007&at=2021-05-01`);
  await expect(page.getByRole("alert")).toContainText("2021年5月1日 没有编码为“150102001001007”的区域");
  await page.waitForTimeout(500);
  await picture(page, "time-not-yet");
  await page.getByTestId("area-history").getByRole("button", { name: /2023年7月1日至今/ }).click();
  await expect(area.getByRole("heading", { name: "三角线第7网格" })).toBeVisible();
});

test("the steward confirms the lineage while activating", async ({ page }) => {
  test.setTimeout(240_000);
  const service = new Service();
  await service.start();
  try {
    loadTwo(service);
    load(service, "2026-01", third());
    await page.goto(`${service.url}/steward?d=150102&e=2026-01`);
    await page.getByRole("button", { name: "启用", exact: true }).click();
    const lineage = page.getByTestId("lineage");
    await expect(lineage).toContainText("与 2023-07 相比");
    await expect(lineage).toContainText("已勾 3 条，共 3 条");
    await expect(page.getByTestId("synthetic")).toBeVisible();
    await page.getByRole("button", { name: "检查", exact: true }).click();
    await expect(page.getByText("通过检查，可以启用。")).toBeVisible();
    await expect(lineage).toContainText("已勾 3 条，共 3 条");
    await page.waitForTimeout(800);
    await picture(page, "time-lineage");
    await accessible(page);
    await lineage.getByRole("button", { name: /锡林第4网格/ }).click();
    await page.waitForTimeout(1_200);
    await picture(page, "time-lineage-place");

    await lineage.getByRole("button", { name: "全不选" }).click();
    await expect(lineage).toContainText("已勾 0 条");
    await lineage.getByRole("button", { name: "全选", exact: true }).click();
    await lineage.getByRole("checkbox", { name: /150102001001016/ }).uncheck();
    await expect(lineage).toContainText("当作两个不同的区域");

    // What cannot be is refused in words, and nothing has changed.
    const kind = lineage.getByRole("combobox", { name: /锡林第4网格/ });
    await kind.click();
    await page.locator(".ant-select-item-option").getByText("合并", { exact: true }).click();
    const activate = page.getByTestId("activate").getByRole("button", { name: /启用$/ });
    await activate.click();
    await expect(page.getByTestId("activate").getByRole("alert")).toContainText("原区域还在，没有并入");
    await picture(page, "time-lineage-unfit");
    await kind.click();
    await page.locator(".ant-select-item-option").getByText("拆分", { exact: true }).click();
    const [sent] = await Promise.all([page.waitForRequest(/activations$/), activate.click()]);
    await expect(page.getByTestId("activated")).toBeVisible();
    const body = sent.postDataJSON() as { lineage: { kind: string; from: string; to: string }[] };
    expect(body.lineage.map((l) => `${l.kind} ${l.from} ${l.to}`).sort()).toEqual(["recode 150102001001005 150102001001015", "split 150102002002001 150102002002004"]);

    // The one goes on under its new code, the other has ended.
    const note = async (code: string) => ((await (await fetch(`${service.url}/api/v1/areas/${code}`)).json()) as { note: { kind: string } }).note.kind;
    expect(await note("150102001001005")).toBe("code_changed");
    expect(await note("150102001001006")).toBe("ended");
    await openMap(page, service.url);
    await expect(page.getByTestId("time-said")).toContainText("今天的边界（2026-01）");
    await page.waitForTimeout(500);
    await picture(page, "time-three");
  } finally {
    await page.goto("about:blank").catch(() => undefined); // the service is stopped in any case
    await service.stop();
  }
});

test("in the dark, in English", async ({ page, timed }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.addInitScript(() => localStorage.setItem("lang", "en"));
  await openMap(page, `${timed.url}/?p=${place(0.8, 0.5).join(",")}&at=2021-01-01`);
  await expect(page.getByTestId("time-said")).toContainText("The borders of 1 January 2021 (2020-01)");
  await expect(page.getByTestId("owner")).toContainText("三角线第1网格");
  await page.waitForTimeout(800);
  await picture(page, "time-dark");
  await accessible(page);
});

test.describe("a phone of 360 × 740", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });

  test("the slider lies above the sheet and can be touched", async ({ page, timed }) => {
    await openMap(page, timed.url);
    await picture(page, "time-phone");
    await accessible(page);
    const slider = await page.getByRole("slider").boundingBox();
    expect(slider?.height).toBeGreaterThanOrEqual(48);
    const foot = await page.getByTestId("time").boundingBox();
    for (const b of await page.locator(".layers button, .maplibregl-ctrl-group").all()) {
      const box = await b.boundingBox();
      if (!box) continue; // has no place on a phone
      expect(foot && box && box.y + box.height <= foot.y).toBe(true);
    }
    await page.getByRole("button", { name: "前一版次" }).tap();
    await expect(page).toHaveURL(/at=2020-01-01/);
    await page.waitForTimeout(500);
    await picture(page, "time-phone-past");
    await page.touchscreen.tap(225, 300);
    await expect(page.getByTestId("owner")).toBeVisible();
    await page.waitForTimeout(800);
    await picture(page, "time-phone-card");
    await accessible(page);
    const bar = await page.getByTestId("time").boundingBox();
    const card = await page.getByTestId("card").boundingBox();
    const pin = await page.getByTestId("pin").boundingBox();
    expect(bar && card && bar.y + bar.height <= card.y).toBe(true);
    expect(bar && pin && pin.y + pin.height < bar.y && pin.y > 60).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    for (const b of await page.getByTestId("time").getByRole("button").all()) {
      if (await b.isVisible()) expect((await b.boundingBox())?.height, (await b.textContent()) ?? "").toBeGreaterThanOrEqual(48);
    }
    await page.getByTestId("history").scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
    await picture(page, "time-phone-history");
  });
});
