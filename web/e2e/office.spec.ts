/** People and access, on the demo's district with the demo's accounts. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Locator, Page } from "@playwright/test";

import { accessible, expect, picture, Service, test } from "./service";

/** The real program with the demo's boundaries and accounts. */
class Demo extends Service {
  get password() {
    return readFileSync(join(this.dir, "demo-password"), "utf8").trim();
  }

  async signIn(page: Page, login: string, password = this.password) {
    const answer = await page.request.post(`${this.url}/api/v1/session`, { data: { login, password }, headers: { Origin: this.url } });
    expect(answer.status(), await answer.text()).toBe(200);
  }
}

/** Chooses from a select what is found by a text. */
async function choose(page: Page, field: Locator, text: string, search = "") {
  await field.click();
  if (search) await field.fill(search);
  await page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter({ hasText: text }).first().click();
}

async function looks(page: Page, name: string) {
  await page.waitForTimeout(350);
  await picture(page, `office-${name}`);
  await accessible(page);
}

const demo = new Demo();
test.describe.configure({ mode: "serial" });
test.use({ actionTimeout: 10_000 });
test.beforeAll(() => demo.start("--demo"));
test.afterAll(() => demo.stop());

const own = "own-password-9271"; // of those who are let in
const links: Record<string, string> = {};

/** Sets a password by a one-time link. */
async function follow(page: Page, link: string) {
  const token = decodeURIComponent(link.split("#")[1] ?? "");
  const answer = await page.request.post(`${demo.url}/api/v1/invitations`, { data: { token, password: own }, headers: { Origin: demo.url } });
  expect(answer.status(), await answer.text()).toBe(200);
}

test("an administrator lets a street officer, a worker, a steward and an auditor in", async ({ page }) => {
  test.setTimeout(150_000);
  await demo.signIn(page, "demo-admin");
  await page.goto(`${demo.url}/office`);
  await expect(page.getByRole("button", { name: "演示·网格员" })).toBeVisible();
  await expect(page.getByTestId("scope-map-ready")).toBeAttached({ timeout: 20_000 });
  await expect(page.getByTestId("unserved")).toContainText("332 / 333");
  await looks(page, "people");

  for (const [name, login, role, area, word] of [
    ["赵街道", "zhao.jd", "街道干部", "150102002", ""],
    ["王网格", "wang.wg", "网格员", "150102002001002", ""],
    ["孙边界", "sun.bj", "边界管理员", "", "所有区"],
    ["李审计", "li.sj", "审计员", "", ""],
  ] as const) {
    await page.getByRole("button", { name: "添加人员" }).first().click();
    const form = page.getByRole("form", { name: "添加人员" });
    await form.getByLabel("姓名").fill(name);
    if (name === "赵街道") {
      // The service's own words, at the field that they are about.
      await form.getByLabel("电话").fill("12");
      await form.getByLabel("登录名").fill("demo-admin");
      await form.getByRole("button", { name: "添加", exact: true }).click();
      await expect(form.getByRole("alert")).toContainText("电话应是");
      await form.getByLabel("电话").fill("139 4710 0001");
      await form.getByRole("button", { name: "添加", exact: true }).click();
      await expect(form.getByRole("alert")).toContainText("已有人用");
      await looks(page, "add-wrong");
    }
    await form.getByLabel("登录名").fill(login);
    await form.getByRole("button", { name: "加一个岗位" }).click();
    await choose(page, form.getByRole("combobox", { name: "岗位", exact: true }), role);
    if (area) await choose(page, form.getByRole("combobox", { name: "区域", exact: true }), area, area);
    if (name === "王网格") await looks(page, "add");
    await form.getByRole("button", { name: "添加", exact: true }).click();
    await expect(page.getByTestId("added")).toContainText(`已添加 ${name}`);
    await page.getByTestId("added").getByRole("button", { name: "一次性链接" }).click();
    const link = await page.getByTestId("added").getByTestId("one-time-link").getByRole("textbox").inputValue();
    expect(link).toContain(`${demo.url}/invitation#`);
    links[login] = link;
    if (name === "李审计") await looks(page, "link");
    await page.getByRole("button", { name: "看此人" }).click();
    await expect(page.getByTestId("person")).toContainText(name);
    await expect(page.getByTestId("post")).toContainText(role);
    if (word) await expect(page.getByTestId("post")).toContainText(word);
  }
  await expect(page.getByTestId("past")).toContainText("添加人员：审计员");
  await expect(page.getByTestId("past")).toContainText("发一次性链接");

  // By keys alone: down the rows, one is opened, and closed again.
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("person")).toBeHidden();
  await page.keyboard.press("/");
  await page.keyboard.type("网格");
  await expect(page).toHaveURL(/q=/);
  await expect(page.getByRole("button", { name: "演示·审计员" })).toBeHidden();
  await page.getByRole("searchbox").blur();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("person")).toBeVisible();
  await expect(page).toHaveURL(/p=/);
  await page.reload(); // the address holds it all
  await expect(page.getByTestId("person")).toBeVisible();
  await expect(page.getByRole("searchbox")).toHaveValue("网格");
  await page.getByRole("button", { name: "清除筛选" }).click();

  // A post more, which is ended; nobody grants to oneself.
  await page.getByRole("button", { name: "王网格" }).click();
  const person = page.getByTestId("person");
  await person.getByRole("button", { name: "授予岗位" }).click();
  const grant = person.getByRole("form", { name: "授予岗位" });
  await choose(page, grant.getByRole("combobox", { name: "岗位", exact: true }), "派遣员");
  await grant.getByRole("button", { name: "授予", exact: true }).click();
  await expect(grant.getByTestId("form-wrong")).toContainText("要写明管哪个区域");
  await looks(page, "grant-wrong");
  await grant.getByLabel("值班长").check();
  await choose(page, grant.getByRole("combobox", { name: "区域", exact: true }), "新城区");
  await grant.getByLabel("第一天").fill("2090-01-01");
  await grant.getByLabel("最后一天").fill("2090-12-31");
  await grant.getByRole("button", { name: "授予", exact: true }).click();
  await expect(page.getByTestId("notice")).toContainText("已授予 王网格 派遣员岗位");
  await expect(person.getByTestId("post")).toHaveCount(2);
  await expect(person.getByTestId("post").filter({ hasText: "派遣员" })).toContainText("2090年1月1日至2090年12月31日 · 未开始");
  await page.waitForTimeout(700);
  await looks(page, "person");
  await person.getByTestId("post").filter({ hasText: "派遣员" }).getByRole("button", { name: "结束" }).click();
  await page.getByRole("button", { name: "立即结束" }).click();
  await expect(person.getByText("以前的岗位（1）")).toBeVisible();
  await page.getByRole("button", { name: "演示·管理员" }).click();
  await person.getByRole("button", { name: "授予岗位" }).click();
  await choose(page, grant.getByRole("combobox", { name: "岗位", exact: true }), "审计员");
  await grant.getByRole("button", { name: "授予", exact: true }).click();
  await expect(grant.getByTestId("form-wrong")).toContainText("不能给自己");

  // An area on the map filters; the filter is told in the address.
  await page.keyboard.press("Escape");
  await choose(page, page.getByRole("combobox", { name: "区域编码或名称" }), "社区 150102002001", "150102002001");
  await expect(page).toHaveURL(/d=150102&area=150102002001$/);
  await expect(page.getByRole("button", { name: "王网格" })).toBeVisible();
  await expect(page.getByRole("button", { name: "孙边界" })).toBeHidden();
  await page.waitForTimeout(800);
  await looks(page, "area");
  await page.goto(`${demo.url}/office?area=999`);
  await expect(page.getByTestId("people-wrong")).toContainText("现在的边界里没有");
  await looks(page, "people-wrong");
  await page.getByRole("button", { name: "清除筛选" }).last().click();
  await page.goto(`${demo.url}/office?q=nobody-at-all`);
  await expect(page.getByTestId("people-empty")).toBeVisible();
  await looks(page, "people-empty");
});

test("somebody is changed, disabled and taken back; who was slower is told so", async ({ page }) => {
  await demo.signIn(page, "demo-admin");
  await page.goto(`${demo.url}/office?q=sun.bj`);
  await page.getByRole("button", { name: "孙边界" }).click();
  const person = page.getByTestId("person");
  await person.getByRole("button", { name: "停用账号" }).click();
  await expect(page.getByTestId("notice")).toContainText("已停用 孙边界");
  await expect(person).toContainText("已停用");
  await looks(page, "disabled");
  await page.getByTestId("notice").getByRole("button", { name: "撤回" }).click();
  await expect(page.getByTestId("notice")).toContainText("已启用");
  await expect(person.getByTestId("past")).toContainText("启用账号");

  await person.getByRole("button", { name: "修改资料" }).click();
  await person.getByLabel("部门").fill("自然资源分局");
  const id = new URL(page.url()).searchParams.get("p");
  const now = (await (await page.request.get(`${demo.url}/api/v1/people/${id}`)).json()) as { version: number; name: string; phone: string; login: string };
  await page.request.put(`${demo.url}/api/v1/people/${id}`, { data: { name: now.name, phone: "0471-6500000", login: now.login }, headers: { Origin: demo.url, "If-Match": `"${now.version}"` } });
  await person.getByRole("button", { name: "保存" }).click();
  await expect(person.getByTestId("form-wrong")).toContainText("刚被别人改过");
  await expect(person.getByLabel("电话")).toHaveValue("04716500000"); // theirs came in
  await expect(person.getByLabel("部门")).toHaveValue("自然资源分局"); // what was typed stays
  await looks(page, "stale");
  await person.getByRole("button", { name: "保存" }).click();
  await expect(page.getByTestId("notice")).toContainText("已保存");
  await expect(person.getByTestId("past")).toContainText("部门");
  await person.getByRole("button", { name: "停用账号" }).click();
  await expect(page.getByTestId("notice")).toContainText("已停用");
});

test("a key is made, shown once, and revoked", async ({ page }) => {
  await demo.signIn(page, "demo-admin");
  await page.goto(`${demo.url}/office`);
  await page.getByRole("link", { name: "接口密钥" }).click();
  await expect(page).toHaveURL(/\/office\/keys$/);
  await expect(page.getByTestId("keys-empty")).toBeVisible();
  await looks(page, "keys-empty");
  await page.getByRole("button", { name: "新建密钥" }).first().click();
  const form = page.getByRole("form", { name: "新建密钥" });
  await form.getByLabel("名称", { exact: true }).fill("12345 热线平台");
  await form.getByLabel("查一个地点归谁管").check();
  await form.getByLabel("读区域和边界").check();
  await form.getByLabel("最后一天").fill("2099-01-01");
  await form.evaluate((f: HTMLFormElement) => (f.noValidate = true)); // the service says it too
  await form.getByRole("button", { name: "新建密钥" }).click();
  await expect(form.getByTestId("form-wrong")).toContainText("最长 400 天");
  await looks(page, "key-wrong");
  await form.getByLabel("最后一天").fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
  await form.getByRole("button", { name: "新建密钥" }).click();
  const secret = await page.getByTestId("key-secret").getByRole("textbox").inputValue();
  await looks(page, "key-secret");
  const ask = async () => (await fetch(`${demo.url}/api/v1/locate?lon=111.7&lat=40.85`, { headers: { Authorization: `Bearer ${secret}` } })).status;
  expect(await ask()).toBe(200);
  await page.getByRole("button", { name: "我已保存，关闭" }).click();
  const row = page.getByRole("row", { name: /12345 热线平台/ });
  await expect(row).toContainText("演示·管理员");
  await expect(row).toContainText("在用");
  await looks(page, "keys");
  await row.getByRole("button", { name: "停用" }).click();
  await page.locator(".ant-popconfirm").getByRole("button", { name: "停用" }).click();
  await expect(page.getByTestId("notice")).toContainText("已停用密钥");
  await expect(row).toContainText("已停用");
  expect(await ask()).toBe(401);
});

test("a table of people is looked at, mended and brought in", async ({ page }) => {
  await demo.signIn(page, "demo-admin");
  const template = await page.request.get(`${demo.url}/api/v1/people/import-template`);
  expect(template.status()).toBe(200);
  await page.goto(`${demo.url}/office`);
  await page.getByRole("button", { name: "从表格导入" }).click();
  await expect(page).toHaveURL(/import=1/);
  await looks(page, "import");
  const [heading = ""] = (await template.text()).replace("\uFEFF", "").split(/\r?\n/);
  const names = heading.split(",").map((n) => n.replace("*", ""));
  const table = (...rows: Record<string, string>[]) => "\uFEFF" + [heading, ...rows.map((r) => names.map((n) => r[n] ?? "").join(","))].join("\r\n") + "\r\n";
  const good: Record<string, string>[] = [
    { 姓名: "周一", 登录名: "zhou.1", 手机: "13947100011", 岗位: "网格员", 区域: "150102002001003" },
    { 姓名: "吴二", 登录名: "wu.2", 岗位: "社区干部", 区域: "150102002001" },
    { 姓名: "郑三", 手机: "13947100013" },
  ];
  const path = join(demo.dir, "名单.csv");
  writeFileSync(path, table(...good, { 姓名: "冯四", 登录名: "feng 4!", 手机: "12", 岗位: "网格员", 区域: "没有的网格" }));
  await page.getByTestId("people-file").setInputFiles(path);
  await expect(page.getByTestId("import-sum")).toContainText("1 行有问题");
  await expect(page.getByRole("button", { name: "全部导入" })).toBeDisabled();
  await expect(page.getByText("还有 1 行有问题")).toBeVisible();
  await looks(page, "import-wrong");
  await page.getByLabel("只看有问题的").check();
  await expect(page.getByRole("cell", { name: "周一" })).toBeHidden();
  writeFileSync(path, table(...good));
  await page.getByTestId("people-file").setInputFiles(path);
  await expect(page.getByTestId("import-sum")).toContainText("添加 3 人，授予 2 个岗位");
  await looks(page, "import-ready");
  await page.getByRole("button", { name: "全部导入" }).click();
  await expect(page.getByTestId("import-links")).toContainText("已添加 3 人");
  await expect(page.getByTestId("import-links")).toContainText("/invitation#");
  await looks(page, "import-links");
  await page.getByRole("button", { name: "完成" }).click();
  await expect(page.getByRole("button", { name: "郑三" })).toBeVisible();
});

test("the auditor reads all of it and finds that it holds", async ({ page }) => {
  await follow(page, links["li.sj"] ?? "");
  await page.goto(`${demo.url}/office`);
  await expect(page.getByRole("link", { name: "审计", exact: true })).toHaveAttribute("aria-current", "page");
  await expect(page.getByRole("link", { name: "人员与岗位" })).toBeHidden();
  const rows = page.locator(".office-table tbody tr.ant-table-row");
  await expect(rows.filter({ hasText: "停用密钥" })).toHaveCount(1);
  await expect(rows.filter({ hasText: "停用账号" }).first()).toContainText("演示·管理员");
  await page.getByRole("button", { name: "校验" }).click();
  await expect(page.getByTestId("verify")).toContainText(/共 \d+ 行，前后相接/);
  await looks(page, "audit");
  await rows.filter({ hasText: "授予岗位" }).first().locator("[data-seq]").click();
  await expect(page.getByTestId("audit-whole")).toContainText("post granted");
  await looks(page, "audit-row");
  await choose(page, page.getByRole("combobox", { name: "结果" }), "被拒绝");
  await expect(page).toHaveURL(/result=refused/);
  await expect(rows.filter({ hasText: "完成" })).toHaveCount(0);
  await expect(rows.first()).toContainText("被拒绝");
  await page.reload();
  await expect(rows.first()).toContainText("被拒绝");
  await page.getByRole("button", { name: "清除筛选" }).click();
  const exported = await page.request.get(`${demo.url}/api/v1/audit/export`);
  expect((await exported.text()).split("\n").length).toBeGreaterThan(20);
  await page.goto(`${demo.url}/office/audit?from=2001-01-01&until=2001-01-02`);
  await expect(page.getByTestId("audit-empty")).toBeVisible();
  await page.goto(`${demo.url}/office/keys`);
  await expect(page.getByTestId("not-yours")).toContainText("接口密钥");
});

test("a street officer sees the people below, a worker is told plainly", async ({ page }) => {
  await follow(page, links["zhao.jd"] ?? "");
  await page.goto(`${demo.url}/office`);
  await expect(page.getByRole("button", { name: "王网格" })).toBeVisible();
  await expect(page.getByRole("button", { name: "孙边界" })).toBeHidden();
  await expect(page.getByRole("button", { name: "添加人员" })).toBeHidden();
  await page.getByRole("button", { name: "王网格" }).click();
  await expect(page.getByTestId("person")).toContainText("发一次性链接");
  await expect(page.getByTestId("person").getByRole("button", { name: "停用账号" })).toBeHidden();
  await page.waitForTimeout(700);
  await looks(page, "street");
  await page.context().clearCookies();
  await demo.signIn(page, "demo-worker");
  await page.goto(`${demo.url}/office`);
  await expect(page.getByTestId("not-yours")).toContainText("您现在的岗位是网格员");
  await looks(page, "worker");
});

test("dark, in English, on a tablet and on a phone", async ({ page }) => {
  test.setTimeout(120_000);
  await demo.signIn(page, "demo-admin");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${demo.url}/office`);
  await expect(page.getByTestId("scope-map-ready")).toBeAttached({ timeout: 20_000 });
  await page.getByRole("button", { name: "演示·派遣员" }).click();
  await page.waitForTimeout(700);
  await looks(page, "people-dark");
  await page.goto(`${demo.url}/office/keys`);
  await expect(page.getByRole("row", { name: /12345/ })).toBeVisible();
  await looks(page, "keys-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 768, height: 1024 });
  await page.goto(`${demo.url}/office`);
  await page.getByRole("button", { name: "演示·网格员" }).click();
  await expect(page.getByTestId("person")).toBeVisible();
  await looks(page, "person-768");
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${demo.url}/office`);
  await expect(page.getByRole("button", { name: /演示·网格员/ })).toBeVisible();
  await looks(page, "people-360");
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  await page.getByRole("button", { name: /演示·网格员/ }).click();
  await expect(page.getByTestId("person")).toBeVisible();
  await looks(page, "person-360");
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${demo.url}/office`);
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "People and access" })).toBeVisible();
  await expect(page.getByTestId("scope-map-ready")).toBeAttached({ timeout: 20_000 });
  await looks(page, "english");
  await page.context().clearCookies();
  await demo.signIn(page, "demo-auditor");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${demo.url}/office/audit`);
  await page.getByRole("button", { name: "中文" }).click();
  await expect(page.getByTestId("verify")).toBeVisible();
  await page.waitForTimeout(400);
  await looks(page, "audit-dark");
});
