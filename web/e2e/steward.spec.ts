import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "@playwright/test";

import { asGCJ02, centre, corner, place, shapefile, shapefileParts, spoilt } from "./boundaries";
import { accessible, expect, openMap, picture, Service, test } from "./service";

/** Waits until the desk's map stands still. */
async function settled(page: Page) {
  await page.waitForFunction(() => {
    const m = (window as unknown as { __stewardMap?: { loaded(): boolean; isMoving(): boolean } }).__stewardMap;
    return m?.loaded() && !m.isMoving();
  });
}

/** Where a place is on the screen. */
async function pixel(page: Page, [lon, lat]: [number, number]) {
  return page.evaluate(
    ([x, y]) => {
      const m = (window as unknown as { __stewardMap: { project(p: [number, number]): { x: number; y: number }; getCanvas(): HTMLCanvasElement } }).__stewardMap;
      const at = m.project([x, y]);
      const box = m.getCanvas().getBoundingClientRect();
      return { x: box.left + at.x, y: box.top + at.y };
    },
    [lon, lat] as [number, number],
  );
}

test("a GBK Shapefile in the wrong system, with a sliver and an overlap, comes into force on the page alone", async ({ page, context }) => {
  test.setTimeout(240_000);
  const service = new Service();
  await service.start();
  try {
    await page.goto(service.url);
    await page.getByRole("link", { name: "上传边界文件" }).click();
    await expect(page.getByRole("heading", { name: "从一个边界文件开始" })).toBeVisible();
    await page.waitForTimeout(500);
    await picture(page, "desk-empty");
    await accessible(page);

    service.loadCheckerboard();
    await page.goto(`${service.url}/steward`);
    await expect(page.locator(".edition-select")).toContainText("2026-01");
    await settled(page);
    await picture(page, "desk-in-force");

    // A file that holds no boundaries is refused before it is sent.
    await page.getByRole("button", { name: "上传新版" }).click();
    await page.getByTestId("file").setInputFiles({ name: "说明.docx", mimeType: "application/octet-stream", buffer: Buffer.from("x") });
    await expect(page.getByTestId("upload-wrong")).toContainText("没有边界");
    await picture(page, "desk-wrong-file");

    // The file: what is in it, and what is guessed.
    await page.getByTestId("file").setInputFiles(shapefile(service.dir, "网格2026", asGCJ02(spoilt())));
    const look = page.getByTestId("look");
    await expect(look).toContainText("12 块边界");
    await expect(look).toContainText("三角线第1网格"); // GBK
    await expect(look).toContainText("WGS-84");
    await page.getByText("更多选项").click();
    await picture(page, "desk-look");
    await accessible(page);

    // The doubt, and the button that settles it.
    await page.getByRole("button", { name: "先看看" }).click();
    const doubt = page.getByTestId("suspicion");
    await expect(doubt).toContainText("GCJ-02");
    await expect(doubt).toContainText("相差");
    await expect(page.getByRole("button", { name: /存入草稿/ })).toBeDisabled();
    await page.waitForTimeout(1_500);
    await picture(page, "desk-suspicion");
    await accessible(page);
    await page.getByRole("button", { name: "按 GCJ-02 重读" }).click();
    await expect(doubt).toBeHidden();
    const result = page.getByTestId("import-result");
    await expect(result).toContainText("替换 12 个");
    await expect(result.getByTestId("finding")).toHaveCount(2);
    await page.waitForTimeout(1_200);
    await picture(page, "desk-preview");
    await accessible(page);

    // Into a draft, where each finding is mended.
    await page.getByRole("button", { name: /存入草稿/ }).click();
    await expect(page.getByTestId("notice")).toContainText("已存入草稿");
    const sliver = page.locator('[data-testid="finding"][data-code="sliver_gap"]');
    const overlap = page.locator('[data-testid="finding"][data-code="overlap"]');
    await sliver.getByRole("button").first().click();
    await page.waitForTimeout(1_200);
    await picture(page, "desk-finding");
    await accessible(page);
    await sliver.getByRole("button", { name: /^吸附/ }).click();
    await expect(sliver).toHaveCount(0);
    await overlap.getByRole("button").first().click();
    await overlap.getByRole("button", { name: /划归 锡林第5网格/ }).click();
    await expect(page.getByText("没有问题。")).toBeVisible();
    await expect(page.getByTestId("changes").getByRole("listitem")).toHaveCount(3);
    await page.waitForTimeout(1_000);
    await picture(page, "desk-mended");
    await accessible(page);

    // Undone and made again; undone changes stay listed.
    await page.keyboard.press("Control+z");
    await expect(overlap).toHaveCount(1);
    await expect(page.getByTestId("changes").locator(".undone")).toHaveCount(1);
    await page.keyboard.press("Control+Shift+z");
    await expect(overlap).toHaveCount(0);

    // What was found and changed, to be printed.
    const [report] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: "打印报告" }).click()]);
    await expect(report.locator("body")).toContainText("边界质量报告");
    const printed = report.url();
    await report.close();
    await page.goto(printed);
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 794, height: 1123 }); // A4
    await expect(page.locator("body")).toContainText("解决：重叠");
    await picture(page, "desk-report");
    writeFileSync(join(import.meta.dirname, "artifacts", "desk-report.pdf"), await page.pdf({ format: "A4" }));
    await page.emulateMedia({ media: "screen" });
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goBack(); // the address holds what was open
    await expect(page.getByTestId("changes").getByRole("listitem")).toHaveCount(3);

    // Checked and put into force.
    await page.getByRole("button", { name: "下一步：看看改了什么" }).click();
    await expect(page.getByTestId("diff")).toContainText("锡林第6网格 → 锡林东网格");
    await expect(page.getByTestId("diff").locator("tbody .change")).toHaveText(["改名"]);
    await page.getByRole("button", { name: "下一步：检查并启用" }).click();
    await page.getByRole("button", { name: "检查", exact: true }).click();
    await expect(page.getByText("通过检查，可以启用。")).toBeVisible();
    await picture(page, "desk-activate");
    await accessible(page);
    await page.getByRole("button", { name: "启用", exact: true }).last().click();
    await expect(page.getByTestId("activated")).toContainText("已启用");
    await page.waitForTimeout(500);
    await picture(page, "desk-activated");
    await accessible(page);
    const name = await page.locator(".edition-option").first().textContent();

    await page.getByRole("link", { name: "在地图上看" }).click();
    await openMap(page, `${service.url}/?p=${centre(3, 1).join(",")}`);
    await expect(page.getByTestId("owner")).toContainText("锡林第5网格");
    await expect(page.getByTestId("card")).toContainText((name ?? "").slice(0, 10));
  } finally {
    await page.goto("about:blank"); // the map asks for nothing any more
    await service.stop();
  }
});

test("a border is dragged, undone, dragged again, and activated; both sides follow", async ({ page }) => {
  test.setTimeout(240_000);
  const service = new Service();
  await service.start();
  try {
    service.loadCheckerboard();
    await page.goto(`${service.url}/steward`);
    await page.getByRole("button", { name: "新建草稿" }).click();
    await page.waitForTimeout(300);
    await picture(page, "desk-new-draft");
    await accessible(page);
    await page.getByRole("button", { name: "新建", exact: true }).click();
    await expect(page.getByText("没有问题。")).toBeVisible();
    await settled(page);

    await page.getByText("移界点", { exact: true }).click();
    const from = corner(1, 1);
    const drag = async () => {
      await settled(page);
      await page.waitForTimeout(800); // the handles arrive
      const a = await pixel(page, from);
      await page.mouse.move(a.x, a.y);
      await page.mouse.down();
      await page.mouse.move(a.x + 20, a.y - 12, { steps: 5 });
      await page.mouse.move(a.x + 44, a.y - 26, { steps: 8 });
      await page.waitForTimeout(200);
      await picture(page, "desk-dragging");
      await page.mouse.up();
    };
    await drag();
    const changes = page.getByTestId("changes").getByRole("listitem");
    await expect(changes).toHaveCount(1);
    await expect(page.getByText("没有问题。")).toBeVisible();
    await page.keyboard.press("Control+z");
    await expect(page.getByTestId("changes").locator(".undone")).toHaveCount(1);
    await drag();
    await expect(page.getByTestId("changes").locator("li:not(.undone)")).toHaveCount(1);
    await page.waitForTimeout(800);
    await picture(page, "desk-dragged");
    await accessible(page);

    await page.getByRole("button", { name: "不同" }).click();
    const table = page.getByTestId("diff");
    await expect(table.getByText("重划")).toHaveCount(4); // the four grids that meet there
    await picture(page, "desk-diff");
    await accessible(page);
    await table.locator(".area-link").first().click();
    await page.waitForTimeout(1_000);

    await page.getByRole("button", { name: "启用", exact: true }).click();
    await page.getByRole("button", { name: "检查", exact: true }).click();
    await expect(page.getByText("通过检查，可以启用。")).toBeVisible();
    await page.getByRole("button", { name: "启用", exact: true }).last().click();
    await expect(page.getByTestId("activated")).toBeVisible();
  } finally {
    await page.goto("about:blank"); // the map asks for nothing any more
    await service.stop();
  }
});

test("a grid is split by a line, two are merged; a doubt is let pass with a reason", async ({ page }) => {
  test.setTimeout(240_000);
  const service = new Service();
  await service.start();
  try {
    service.loadCheckerboard();
    await page.goto(`${service.url}/steward`);
    await page.getByRole("button", { name: "新建草稿" }).click();
    await page.getByRole("button", { name: "新建", exact: true }).click();
    await expect(page.getByText("没有问题。")).toBeVisible();
    await settled(page);
    const click = async (at: [number, number]) => {
      const { x, y } = await pixel(page, at);
      await page.mouse.move(x, y);
      await page.mouse.click(x, y);
      await page.waitForTimeout(400); // two clicks, not a double one
    };

    await page.getByText("拆分", { exact: true }).click();
    await page.waitForTimeout(800);
    await click(place(0.4, -0.1));
    await click(place(0.5, 1.1));
    await picture(page, "desk-split-line");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("拆分 三角线第1网格");
    await expect(dialog.getByRole("button", { name: "拆分" })).toBeDisabled(); // the code is taken
    await dialog.getByLabel("新编码").fill("150102001001007");
    await dialog.getByLabel("新名称").fill("三角线第7网格");
    await page.waitForTimeout(400);
    await picture(page, "desk-split");
    await accessible(page);
    await dialog.getByRole("button", { name: "拆分" }).click();
    await expect(page.getByTestId("notice")).toContainText("已拆出 三角线第7网格");
    const changes = page.getByTestId("changes").locator("li:not(.undone)");
    await expect(changes).toHaveCount(1);

    await page.getByText("合并", { exact: true }).click();
    await settled(page);
    await page.waitForTimeout(800);
    await click(centre(3, 0));
    await click(centre(3, 1));
    await expect(page.getByTestId("notice")).toContainText("锡林第5网格 已并入 锡林第4网格");
    await expect(changes).toHaveCount(2);
    await page.waitForTimeout(800);
    await picture(page, "desk-merged");
    await page.getByTestId("notice").getByRole("button", { name: "撤销" }).click();
    await expect(changes).toHaveCount(1);

    // A Shapefile in its parts; the doubt about it passes with a reason, and stays listed with it.
    await page.getByRole("button", { name: "上传", exact: true }).click();
    await page.getByTestId("file").setInputFiles(shapefileParts(service.dir, "parts", asGCJ02(spoilt())));
    await expect(page.getByTestId("look")).toContainText("parts.shp");
    await page.getByRole("button", { name: "先看看" }).click();
    await page.getByTestId("suspicion").getByRole("button", { name: "写明理由放行" }).click();
    await page.getByLabel("理由").fill("界桩整体外移，已现场核实");
    await page.getByRole("button", { name: "放行", exact: true }).click();
    await expect(page.getByTestId("suspicion")).toBeHidden();
    await expect(page.getByTestId("import-result")).toContainText("放行理由：界桩整体外移，已现场核实");
    await expect(page.getByRole("button", { name: /存入草稿/ })).toBeEnabled();
    await page.waitForTimeout(800);
    await picture(page, "desk-waived");
    await accessible(page);
  } finally {
    await page.goto("about:blank"); // the map asks for nothing any more
    await service.stop();
  }
});

test("the desk in the dark, in English, on a phone; stale drafts and a lost service are said", async ({ page }) => {
  test.setTimeout(240_000);
  const service = new Service();
  await service.start();
  try {
    service.loadCheckerboard();
    const grid = shapefile(service.dir, "grid", spoilt());
    service.run("import", grid, "--level", "grid", "--district", "150102", "--edition", "2026-02", "--base", "2026-01", "--keep-defects", "--commit");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(`${service.url}/steward?d=150102&e=2026-02`);
    await expect(page.getByTestId("finding")).toHaveCount(2);
    await page.keyboard.press("j");
    await expect(page).toHaveURL(/f=\d+/);
    await page.keyboard.press("Enter");
    await page.waitForTimeout(1_500);
    await picture(page, "desk-dark");
    await accessible(page);
    const link = page.url();
    await page.reload();
    expect(page.url()).toBe(link);
    await expect(page.locator(".finding.open")).toHaveCount(1);

    // A try that somebody else overtook changes nothing.
    const before = (await (await fetch(`${service.url}/api/v1/editions?limit=1000`)).json()) as { editions: { name: string; version: number }[] };
    const edition = before.editions.find((e) => e.name === "2026-02");
    await page.route("**/api/v1/editions?*", (route) => route.fulfill({ json: before }));
    await fetch(`${service.url}/api/v1/editions/150102/2026-02/mends`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "If-Match": `"${edition?.version}"` },
      body: JSON.stringify({ kind: "snap", metres: 2 }),
    });
    await page.locator(".finding.open").getByRole("button", { name: /^划归/ }).first().click();
    await expect(page.getByTestId("notice")).toContainText("刚被别人改过");
    await picture(page, "desk-stale");
    await page.unroute("**/api/v1/editions?*");
    await expect(page.getByTestId("finding")).toHaveCount(1, { timeout: 20_000 });

    await page.emulateMedia({ colorScheme: "light" });
    await page.getByRole("button", { name: "English" }).click();
    await expect(page.getByRole("heading", { name: "Boundaries" })).toBeVisible();
    await page.waitForTimeout(800);
    await picture(page, "desk-english");
    await accessible(page);
    await page.getByRole("button", { name: "中文" }).click();

    await page.setViewportSize({ width: 360, height: 740 });
    await page.reload();
    await expect(page.getByTestId("finding")).toHaveCount(1);
    await page.waitForTimeout(1_500);
    await picture(page, "desk-phone");
    await accessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    await page.getByRole("button", { name: "上传", exact: true }).click();
    await page.waitForTimeout(300);
    await picture(page, "desk-phone-upload");

    // Cancelling an upload cuts it off.
    await page.route("**/files/**", () => undefined); // never arrives
    const cut = page.waitForEvent("requestfailed", (r) => r.url().includes("/files/"));
    const begun = page.waitForRequest((r) => r.url().includes("/files/"));
    await page.getByTestId("file").setInputFiles(grid);
    await begun; // one that is cancelled before is never sent, and so never fails
    await page.getByTestId("sending").getByRole("button", { name: "取消" }).click();
    await cut;
    await expect(page.getByTestId("drop")).toBeVisible();
    await page.getByRole("button", { name: "收起面板" }).click();
    await page.waitForTimeout(300);
    await picture(page, "desk-phone-map");
  } finally {
    await service.stop();
  }
  await expect(page.getByText("连不上服务").first()).toBeVisible({ timeout: 30_000 });
});
