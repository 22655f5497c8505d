/** The subjects on the map: a Party-affairs officer sees which grids have no branch, and founds one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { accessible, expect, picture, Service, test } from "./service";

const service = new Service();

test.beforeAll(() => service.start("--demo"));
test.afterAll(() => service.stop());

test("a Party-affairs officer founds a branch where there is none", async ({ page }) => {
  const password = readFileSync(join(service.dir, "demo-password"), "utf8").trim();
  const answer = await page.request.post(`${service.url}/api/v1/session`, { data: { login: "demo-party", password }, headers: { Origin: service.url } });
  expect(answer.status()).toBe(200);
  await page.goto(`${service.url}/office/subjects`);
  const gaps = page.getByTestId("gaps-grid");
  await expect(gaps.getByRole("heading")).toContainText("覆盖 324 / 330 个网格");
  await expect(gaps.getByRole("button", { name: "建立党支部" })).toHaveCount(6);
  await picture(page, "subjects-gaps");
  await accessible(page);

  await gaps.getByRole("button", { name: "建立党支部" }).first().click();
  const form = page.getByRole("dialog");
  await form.getByLabel("名称").fill("第七网格党支部（示意）");
  await expect(form.getByText("网格党支部", { exact: true })).toBeVisible();
  await picture(page, "subjects-found");
  await form.getByRole("button", { name: "添加", exact: true }).click();
  await expect(gaps.getByRole("heading")).toContainText("覆盖 325 / 330 个网格");
  await expect(gaps.getByRole("button", { name: "建立党支部" })).toHaveCount(5);

  await page.getByPlaceholder("按名称或编号查找").fill("第七网格党支部（示意）");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "第七网格党支部（示意）", exact: true }).first().click();
  await expect(page.getByRole("dialog").getByText("第七网格 ·").first()).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "取消" }).click();

  await page.getByText("老旧小区改造", { exact: true }).click();
  await expect(page.getByRole("columnheader", { name: "阶段" })).toBeVisible();
  await picture(page, "subjects-renovations");
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(page.getByRole("columnheader", { name: "阶段" })).toBeHidden();
  await picture(page, "subjects-phone");
});
