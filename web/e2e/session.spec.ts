/** From the one-time link on: who comes in, who is out, and the second person. */
import type { Browser, Page } from "@playwright/test";

import { accessible, expect, picture, Service, test } from "./service";

const own = "Tulpen-im-Mai-2026";
const s = new Service();
test.describe.configure({ mode: "serial" });
test.beforeAll(async () => {
  await s.start();
  s.loadCheckerboard();
});
test.afterAll(() => s.stop());

async function looks(page: Page, name: string) {
  await page.waitForTimeout(300);
  await picture(page, `session-${name}`);
  await accessible(page);
}

/** Makes somebody on the host, who sets a password by the link that is printed. */
async function join(browser: Browser, login: string, ...flags: string[]): Promise<Page> {
  const said = s.run("user", "add", login, "--name", `某${login}`, "--url", s.url, ...flags);
  const page = await (await browser.newContext()).newPage();
  await page.goto(/http\S+/.exec(said)?.[0] ?? "");
  await page.getByLabel("新密码").fill(own);
  await page.getByLabel("再输一遍").fill(own);
  await page.getByRole("button", { name: "设置密码" }).click();
  await expect(page.getByRole("link", { name: `某${login}` })).toBeVisible(); // the name alone is on the link's own page too
  return page;
}

test("the first link makes the administrator, and closes the service", async ({ page, browser }) => {
  await page.goto(`${s.url}/steward`);
  await expect(page.getByRole("complementary")).toBeVisible(); // open on this machine
  const link = /http\S+\/invitation#\S+/.exec(s.said)?.[0] ?? "";
  await page.goto(link);
  await expect(page).toHaveURL(`${s.url}/invitation`); // the secret is out of sight
  await looks(page, "first");
  await page.getByLabel("姓名").fill("王管理");
  await page.getByLabel("登录名").fill("wang");
  await page.getByLabel("新密码").fill("wang123456");
  await page.getByLabel("再输一遍").fill("wang12345");
  await page.getByRole("button", { name: "设置密码" }).click();
  await expect(page.getByRole("alert")).toContainText("不一样");
  await page.getByLabel("再输一遍").fill("wang123456");
  await page.getByRole("button", { name: "设置密码" }).click();
  await expect(page.getByRole("alert")).toContainText("太常见");
  await looks(page, "common");
  await page.getByLabel("新密码").fill(own);
  await page.getByLabel("再输一遍").fill(own);
  await page.getByRole("button", { name: "设置密码" }).click();
  await expect(page.getByRole("link", { name: "王管理" })).toBeVisible();
  await expect(page.getByRole("link", { name: "人员与权限" })).toBeVisible();
  await expect(page.getByRole("link", { name: "边界工作台" })).toBeHidden(); // no matter of an administrator's

  const stranger = await (await browser.newContext({ viewport: { width: 360, height: 740 }, colorScheme: "dark" })).newPage();
  await stranger.goto(`${s.url}/?p=111.7,40.85`);
  await looks(stranger, "closed-phone-dark");
  await stranger.getByLabel("登录名").fill("wang");
  await stranger.getByLabel("密码", { exact: true }).fill("wrong");
  await stranger.getByRole("button", { name: "登录" }).click();
  await expect(stranger.getByRole("alert")).toContainText("登录名或密码不对");
  await looks(stranger, "wrong-phone-dark");
  await stranger.getByLabel("密码", { exact: true }).fill(own);
  await stranger.getByRole("button", { name: "登录" }).click();
  await expect(stranger.getByRole("link", { name: "王管理" })).toBeVisible();
  await expect(stranger).toHaveURL(/p=111\.7/); // where they wanted to go
  await looks(stranger, "in-phone-dark");
  await stranger.getByRole("button", { name: "退出" }).click();
  await expect(stranger.getByRole("heading", { name: "登录网格" })).toBeVisible();
  await stranger.goto(`${s.url}/sign-in?next=//evil.example/`);
  await stranger.getByLabel("登录名").fill("wang");
  await stranger.getByLabel("密码", { exact: true }).fill(own);
  await stranger.getByRole("button", { name: "登录" }).click();
  await expect(stranger.getByRole("link", { name: "王管理" })).toBeVisible();
  expect(new URL(stranger.url()).host).toBe(new URL(s.url).host);
});

test("a worker who is disabled in one browser is out in the other within five seconds", async ({ browser }) => {
  const worker = await join(browser, "worker", "--role", "grid_worker", "--area", "150102001001");
  await worker.goto(`${s.url}/steward`);
  await expect(worker.getByText("您现在的岗位不能做这里的事")).toBeVisible();
  await worker.goto(`${s.url}/account`);
  await expect(worker.getByText("网格员")).toBeVisible();
  await looks(worker, "account");
  await worker.getByLabel("现在的密码").fill("wrong");
  await worker.getByLabel("新密码").fill("Rosen im Juni 2027!");
  await worker.getByRole("button", { name: "修改密码" }).click();
  await expect(worker.getByRole("alert")).toContainText("现在的密码不对");
  await worker.getByLabel("现在的密码").fill(own);
  await worker.getByRole("button", { name: "修改密码" }).click();
  await expect(worker.getByRole("status")).toContainText("密码已改");

  const admin = await (await browser.newContext()).newPage();
  await admin.goto(`${s.url}/sign-in?next=/office?q=worker`);
  await admin.getByLabel("登录名").fill("wang");
  await admin.getByLabel("密码", { exact: true }).fill(own);
  await admin.getByRole("button", { name: "登录" }).click();
  await admin.getByRole("button", { name: "某worker" }).click();
  await worker.goto(s.url);
  await expect(worker.getByTestId("map-ready")).toBeAttached({ timeout: 30_000 });
  await admin.getByTestId("person").getByRole("button", { name: "停用账号" }).click();
  await expect(admin.getByTestId("notice")).toContainText("已停用");
  await expect(worker.getByText("您已退出登录")).toBeVisible({ timeout: 5000 });
  await looks(worker, "out");
});

test("a second person confirms what a steward asks to put into force", async ({ browser }) => {
  const steward = await join(browser, "steward", "--role", "boundary_steward", "--area", "150102");
  const planner = await join(browser, "planner", "--role", "planner", "--area", "150102");
  s.run("edition", "new", "2026-09", "--base", "2026-01");
  for (const page of [steward, planner]) await page.goto(`${s.url}/steward?d=150102&e=2026-09&s=activate`);
  const step = steward.getByTestId("activate");
  await step.getByRole("button", { name: "检查" }).click();
  await step.getByRole("button", { name: "启用" }).click();
  await expect(steward.getByTestId("waiting")).toContainText("等另一位");
  await expect(steward.getByTestId("waiting").getByRole("button", { name: "确认启用" })).toBeHidden();
  await looks(steward, "asked");
  await expect(planner.getByTestId("waiting")).toContainText("某steward 提出", { timeout: 15_000 });
  await looks(planner, "second");
  await planner.getByTestId("waiting").getByRole("button", { name: "确认启用" }).click();
  await expect(planner.getByTestId("waiting")).toBeHidden();
  expect(s.run("edition", "list")).toMatch(/2026-09.*启用/);
});
