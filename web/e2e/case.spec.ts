/** A case from the citizen to the close, on the demo's district with the demo's accounts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Browser, BrowserContext, Page } from "@playwright/test";

import { accessible, expect, picture, Service, test } from "./service";

const service = new Service();
test.describe.configure({ mode: "serial" });
test.use({ actionTimeout: 15_000 });
test.beforeAll(() => service.start("--demo"));
test.afterAll(() => service.stop());

const here = { longitude: 111.6712, latitude: 40.8301 };
const phone = { width: 360, height: 740 };

const contexts: BrowserContext[] = [];
test.afterEach(async () => {
  for (const c of contexts.splice(0)) await c.close(); // their maps would be drawn on beside other stories
});

/** A page of its own for somebody, who stands at the place. */
async function pageOf(browser: Browser, login: string, viewport = { width: 1440, height: 900 }) {
  const context = await browser.newContext({ viewport, locale: "zh-CN", timezoneId: "Asia/Shanghai", permissions: ["geolocation"], geolocation: { ...here, accuracy: 8 }, hasTouch: viewport === phone });
  contexts.push(context);
  const page = await context.newPage();
  if (login) {
    const password = readFileSync(join(service.dir, "demo-password"), "utf8").trim();
    const answer = await page.request.post(`${service.url}/api/v1/session`, { data: { login, password }, headers: { Origin: service.url } });
    expect(answer.status(), await answer.text()).toBe(200);
  }
  return page;
}

/** Attaches a photograph, and waits until it is there. */
async function attach(page: Page, form = page.locator("form")) {
  const jpeg = await page.screenshot({ type: "jpeg", quality: 60 });
  await form.locator('input[type="file"]').first().setInputFiles({ name: "现场.jpg", mimeType: "image/jpeg", buffer: jpeg });
  await expect(form.getByText("已上传").first()).toBeVisible({ timeout: 20_000 });
}

test("a citizen reports, the desk dispatches, the work is done and checked, the citizen sees each step", async ({ browser }) => {
  test.setTimeout(180_000);
  const desk = await pageOf(browser, "demo-dispatcher");
  await desk.goto(`${service.url}/desk`);
  await expect(desk.getByText("实时")).toBeVisible();
  await expect(desk.getByText("小区门口暴露垃圾").first()).toBeVisible();

  // The citizen, on a phone, with a photograph and a place.
  const citizen = await pageOf(browser, "", phone);
  await citizen.goto(`${service.url}/report`);
  await attach(citizen);
  await citizen.getByRole("button", { name: "用我现在的位置" }).click();
  await expect(citizen.getByText("社区").first()).toBeVisible();
  await citizen.getByLabel(/情况/).first().fill("饭馆把桌子摆到了人行道上");
  await picture(citizen, "case-report");
  await accessible(citizen);
  await citizen.getByRole("button", { name: "提交" }).click();
  const number = (await citizen.getByText(/^[2-9A-Z]{5}-[2-9A-Z]{5}-[2-9A-Z]{5}$/).first().textContent()) ?? "";
  await picture(citizen, "case-receipt");

  // It is on the desk without a reload, with its grid.
  await desk.getByRole("link", { name: /饭馆把桌子/ }).click({ timeout: 15_000 });
  const panel = desk.getByTestId("case");
  await expect(panel).toContainText("网格");
  await expect(panel.getByRole("img").first()).toBeVisible();
  await desk.keyboard.press("a");
  const accept = desk.getByRole("form", { name: "立案" });
  await accept.getByRole("combobox", { name: "小类" }).fill("店外经营");
  await desk.locator(".ant-select-dropdown:visible .ant-select-item-option").filter({ hasText: "店外经营" }).first().click();
  await picture(desk, "case-accept");
  await accept.getByRole("button", { name: "立案" }).click();
  await expect(panel).toContainText("已立案");

  // To the suggested unit, for the reason that is told.
  const actions = desk.getByRole("group", { name: "操作" });
  const dispatch = async () => {
    await expect(actions.getByRole("button", { name: /^派遣/ })).toBeVisible({ timeout: 15_000 }); // live, where another browser acted
    await desk.keyboard.press("d");
    const form = desk.getByRole("form", { name: "派遣" });
    await expect(form.locator(".why")).toContainText("事件先属地、后属主");
    await form.getByRole("button", { name: /城管执法大队/ }).first().click();
    await picture(desk, "case-dispatch");
    await form.getByRole("button", { name: "派遣", exact: true }).click();
    await expect(actions.getByRole("button", { name: /^改派/ })).toBeVisible();
  };
  await dispatch();
  await expect(desk.getByTestId("undo")).toBeVisible();

  // The unit returns it, gets it again, receives it and does the work.
  const unit = await pageOf(browser, "demo-handler", phone);
  const id = new URL(desk.url()).searchParams.get("case") ?? "";
  await unit.goto(`${service.url}/work`);
  await unit.locator(`a[href="#${id}"]`).click();
  await unit.getByRole("button", { name: "回退" }).click();
  await unit.getByText("现场未发现").click();
  await unit.locator("form.act-form").getByRole("button", { name: "回退" }).click();
  await dispatch();
  await unit.goto(`${service.url}/work`);
  await unit.locator(`a[href="#${id}"]`).click();
  await unit.getByRole("button", { name: "签收" }).click();
  await expect(unit.getByRole("button", { name: "处置完成" })).toBeVisible();
  await picture(unit, "case-work");
  await accessible(unit);
  await unit.getByRole("button", { name: "处置完成" }).click();
  const done = unit.locator("form.act-form");
  await attach(unit, done);
  await done.getByRole("button", { name: "处置完成" }).click();
  await expect(actions.getByRole("button", { name: /^返工/ })).toBeVisible({ timeout: 15_000 });

  // Somebody else checks it on the spot, and it is closed.
  const checker = await pageOf(browser, "demo-supervisor", phone);
  await checker.goto(`${service.url}/work`);
  await checker.getByText("待核查").first().click();
  await checker.locator(`a[href="#${id}"]`).click();
  await checker.getByRole("button", { name: "核查" }).click();
  const check = checker.locator("form.act-form");
  await attach(checker, check);
  await picture(checker, "case-verify");
  await check.getByRole("button", { name: "核查" }).click();
  await actions.getByRole("button", { name: /^结案/ }).click({ timeout: 15_000 });
  await desk.getByRole("form", { name: "结案" }).getByRole("button", { name: "结案" }).click();
  await expect(panel).toContainText("已结案");
  await picture(desk, "case-closed");
  await accessible(desk);

  // The citizen sees each step.
  await citizen.goto(`${service.url}/report#${number}`);
  await citizen.reload();
  for (const word of ["上报", "立案", "派遣", "回退", "签收", "处置完成", "核查", "结案"]) await expect(citizen.getByText(word, { exact: false }).first()).toBeVisible();
  await picture(citizen, "case-track");
  await accessible(citizen);
});

test("two dispatchers meet at one case: one wins, the other is told", async ({ browser }) => {
  test.setTimeout(90_000);
  const [one, two] = [await pageOf(browser, "demo-dispatcher"), await pageOf(browser, "demo-supervisor")];
  await one.goto(`${service.url}/desk`);
  await one.getByRole("link", { name: /人行道破损/ }).first().click();
  await expect(one.getByTestId("case")).toContainText("人行道破损");
  await two.goto(one.url());
  await expect(two.getByTestId("case")).toContainText("人行道破损");
  const wall = await pageOf(browser, "demo-supervisor", { width: 1920, height: 1080 });
  await wall.goto(`${service.url}/wall`);
  await expect(wall.getByText("在办")).toBeVisible();
  await one.keyboard.press("a");
  await expect(one.getByRole("radio", { name: /条件1/ })).toBeChecked();
  await one.getByRole("form", { name: "立案" }).getByRole("button", { name: "立案" }).click();
  await expect(one.getByRole("group", { name: "操作" }).getByRole("button", { name: /^派遣/ })).toBeVisible();
  await expect(two.getByTestId("case")).toContainText("演示·派遣员", { timeout: 15_000 }); // who was faster
  await picture(two, "case-collide");
  await expect(wall.locator("body")).toContainText("立案", { timeout: 15_000 });
  await picture(wall, "case-wall");
});
