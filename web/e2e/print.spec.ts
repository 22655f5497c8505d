import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { accessible, expect, picture, test } from "./service";

/** Width and height of each page of a PDF, in millimetres. */
function pagesOf(pdf: Buffer): [number, number][] {
  return [...pdf.toString("latin1").matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)].map((m) => [(Number(m[1]) * 25.4) / 72, (Number(m[2]) * 25.4) / 72]);
}

/** Keeps the PDF, and a picture of it where there is a program that makes one. */
function keep(name: string, pdf: Buffer) {
  const path = join(import.meta.dirname, "artifacts", name);
  writeFileSync(`${path}.pdf`, pdf);
  try {
    execFileSync("pdftoppm", ["-png", "-r", "110", "-singlefile", `${path}.pdf`, path]);
  } catch {
    // not here
  }
}

test("a map goes on paper, to scale", async ({ page, loaded }) => {
  test.setTimeout(150_000); // millions of pixels, perhaps without a graphics card
  await page.goto(`${loaded.url}/print?a=ZH/community/C103`);
  const ready = page.getByTestId("print");
  await expect(ready).toHaveText("打印", { timeout: 30_000 });
  await expect(page.getByTestId("sheet-title")).toHaveText("示意区第103社区辖区图");
  await expect(page.getByTestId("area-table")).toContainText("C103");
  await expect(page.getByTestId("source")).toContainText("边界版次 2026-01（自2026年1月1日）");
  await expect(page.getByTestId("review")).toContainText("审图号：____");
  await expect(page.getByTestId("legend")).toContainText("社区界线");
  await picture(page, "print-a4");
  await accessible(page);

  // The bar is as long on the sheet as the ground between two places that are so far apart.
  const measured = await page.evaluate(() => {
    const map = window.__map;
    const bar = document.querySelector<SVGElement>("[data-testid=scale-bar]");
    const rects = [...(bar?.querySelectorAll("rect") ?? [])].map((r) => r.getBoundingClientRect());
    if (!map || !bar || rects.length === 0) throw new Error("no map");
    const length = Math.max(...rects.map((r) => r.right)) - Math.min(...rects.map((r) => r.left));
    const { lng, lat } = map.getCenter();
    const f = (lat * Math.PI) / 180;
    const degree = 111_412.84 * Math.cos(f) - 93.5 * Math.cos(3 * f); // metres, on the ellipsoid
    const [a, b] = [map.project([lng, lat]), map.project([lng + Number(bar.dataset.metres) / degree, lat])];
    const canvas = map.getCanvas();
    return { length, ground: (b.x - a.x) * (canvas.getBoundingClientRect().width / canvas.clientWidth), dots: (canvas.width / canvas.clientWidth) * 96 };
  });
  expect(measured.length / measured.ground).toBeGreaterThan(0.995);
  expect(measured.length / measured.ground).toBeLessThan(1.005);
  expect(measured.dots).toBeGreaterThanOrEqual(200);
  const landscape = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  keep("print-a4-page", landscape);
  expect(pagesOf(landscape).map((p) => p.map(Math.round))).toEqual([[297, 210]]);

  // Every setting is in the address, and the sheet follows.
  await page.getByLabel("标题").fill("城区网格划分图");
  await page.getByLabel("说明").fill("某规划附图三\n仅供内部使用");
  await page.getByRole("button", { name: "A3" }).click();
  await page.getByRole("button", { name: "纵向" }).click();
  await page.getByLabel("比例尺").selectOption("150000");
  await page.getByLabel("编码").check();
  await expect(ready).toHaveText("打印", { timeout: 30_000 });
  await expect(page.getByTestId("scale")).toHaveText(/^1 : 150.000$/);
  await expect(page).toHaveURL(/size=a3&turn=portrait&title=.*&note=.*&scale=150000&codes=1/);
  await expect(page.getByTestId("sheet-note")).toContainText("某规划附图三");
  await picture(page, "print-a3");
  const upright = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  keep("print-a3-page", upright);
  expect(pagesOf(upright).map((p) => p.map(Math.round))).toEqual([[297, 420]]);

  // Dragging moves the cut and keeps the scale; the wheel lets it go.
  const before = new URL(page.url()).searchParams.get("v");
  const canvas = await page.locator(".paper-map canvas").boundingBox();
  if (!canvas) throw new Error("no canvas");
  await page.mouse.move(canvas.x + 200, canvas.y + 200);
  await page.mouse.down();
  await page.mouse.move(canvas.x + 240, canvas.y + 230, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByTestId("scale")).toHaveText(/^1 : 150.000$/);
  await expect.poll(() => new URL(page.url()).searchParams.get("v")).not.toBe(before);
  await page.mouse.wheel(0, 300);
  await expect(page).toHaveURL(/scale=free/);
});
