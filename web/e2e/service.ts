/** Runs the real program on a database of its own, filled with real borders. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test as base } from "@playwright/test";
import { feature } from "topojson-client";

import { geojson, partition } from "./boundaries";

const binary = join(import.meta.dirname, "../../bin/wangge");

export class Service {
  readonly dir = mkdtempSync(join(tmpdir(), "wangge-e2e-"));
  url = "";
  /** What the program has printed. */
  said = "";
  private process: ChildProcess | undefined;

  /** Starts the program, with these flags, and waits for its address. The first time it finds the data that such a start makes. */
  async start(...flags: string[]) {
    if (!this.url) execFileSync("cp", ["-a", `${await seed(flags.includes("--demo") ? "--demo" : "")}/.`, this.dir]); // owners too
    await this.serve(flags);
  }

  /** Starts the program on the data as they are. */
  async serve(flags: string[]) {
    chmodSync(this.dir, 0o755); // the user postgres must come in
    const child = spawn(binary, ["serve", "--listen", "127.0.0.1:0", "--data-dir", this.dir, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
    this.process = child;
    let said = "";
    child.stderr.on("data", (b: Buffer) => (said += b.toString()));
    this.url = await new Promise<string>((resolve, reject) => {
      child.stdout.on("data", (b: Buffer) => {
        said += b.toString();
        const found = /http:\/\/\S+/.exec(said.split("\n").find((l) => l.includes("网格已就绪")) ?? "");
        if (found) resolve(found[0]);
        this.said = said;
      });
      child.on("exit", (code) => reject(new Error(`wangge serve ended with ${code}:\n${said}`)));
    });
  }

  run(...args: string[]): string {
    return execFileSync(binary, [...args, "--data-dir", this.dir], { encoding: "utf8" });
  }

  /** Imports the canton of Zürich as a district of 12 communities and 162 grids, and activates it. */
  load() {
    for (const [level, name, ids] of [
      ["subdistrict", "cantons", [1, 1]],
      ["community", "districts", [101, 112]],
      ["grid", "municipalities", [1, 298]],
    ] as const) {
      this.run("import", this.file(level, name, ids), "--level", level, "--district", "ZH", "--district-name", "示意区", "--scheme", "opaque", "--edition", "2026-01", "--commit");
    }
    this.run("edition", "activate", "2026-01", "--from", "2026-01-01");
  }

  /** Imports a checkerboard near Hohhot as the district 150102 of two communities and twelve grids, and activates it. */
  loadCheckerboard() {
    for (const [level, features] of Object.entries(partition())) {
      this.run("import", geojson(this.dir, level, features), "--level", level, "--district", "150102", "--district-name", "新城区", "--edition", "2026-01", "--commit");
    }
    this.run("edition", "activate", "2026-01", "--from", "2026-01-01");
  }

  private file(level: string, layer: string, [from, to]: readonly [number, number]): string {
    const topology = JSON.parse(readFileSync(join(import.meta.dirname, "../node_modules/swiss-maps/2023/ch-combined.json"), "utf8")) as Parameters<typeof feature>[0];
    const all = feature(topology, topology.objects[layer] as never) as unknown as { features: { id: number; geometry: unknown }[] };
    const words: Record<string, string> = { subdistrict: "街道", community: "社区", grid: "网格" };
    const features = all.features
      .filter((f) => f.id >= from && f.id <= to)
      .map((f) => ({ type: "Feature", properties: { code: `${level[0]?.toUpperCase()}${f.id}`, name: `第${f.id}${words[level]}` }, geometry: f.geometry }));
    const path = join(this.dir, `${level}.geojson`);
    writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features }));
    return path;
  }

  /** Makes the database answer nobody, or answer again. (One that dies is started again by the service.) */
  freezeDatabase(frozen: boolean) {
    const pid = readFileSync(join(this.dir, "postgres/data/postmaster.pid"), "utf8").split("\n")[0] ?? "";
    for (const of of [["-P", pid], ["-f", `^/.*/postgres -D ${this.dir}/`]]) {
      try {
        execFileSync("pkill", [frozen ? "-STOP" : "-CONT", ...of]);
      } catch {
        // nobody matched
      }
    }
  }

  async stop() {
    await this.end();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Ends the program and keeps its data. */
  async end() {
    const child = this.process;
    if (child && child.exitCode === null) {
      const ended = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
  }

  /** What the service answers about a point. */
  async locate(lon: number, lat: number, crs = "wgs84") {
    const response = await fetch(`${this.url}/api/v1/locate?lon=${lon}&lat=${lat}&crs=${crs}`);
    return (await response.json()) as { covered: boolean; grid: { code: string; name: string } | null; border: { distance_m: number } };
  }
}

/** Where this run keeps its seeds; all its workers have one parent. */
export const seeds = (run: number) => join(tmpdir(), `wangge-e2e-seeds-${run}`);

/** The data that a first start with this flag makes, made once a run. */
async function seed(flag: "--demo" | ""): Promise<string> {
  const made = join(seeds(process.ppid), flag || "empty");
  mkdirSync(seeds(process.ppid), { recursive: true });
  try {
    mkdirSync(`${made}.making`);
  } catch {
    while (!existsSync(made)) await setTimeout(100); // another worker is at it
    return made;
  }
  const s = new Service();
  await s.serve(flag ? [flag] : []);
  await s.end();
  renameSync(s.dir, made);
  return made;
}

interface Fixtures {
  /** Requests that left this machine, and errors on the console; must stay empty. */
  strays: string[];
}

export const test = base.extend<Fixtures, { loaded: Service; empty: Service }>({
  loaded: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const s = new Service();
      await s.start();
      s.load();
      await use(s);
      await s.stop();
    },
    { scope: "worker" },
  ],
  empty: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const s = new Service();
      await s.start();
      await use(s);
      await s.stop();
    },
    { scope: "worker" },
  ],
  strays: [
    async ({ page }, use) => {
      const strays: string[] = [];
      page.on("request", (r) => {
        if (!/^(http:\/\/127\.0\.0\.1[:/]|blob:|data:)/.test(r.url())) strays.push(r.url());
      });
      page.on("console", (m) => {
        if (m.type() === "error" && !/status of (400|401|403|404|409|412|422|503)|ERR_CONNECTION_REFUSED/.test(m.text())) strays.push(m.text());
      });
      page.on("pageerror", (e) => strays.push(e.message));
      await use(strays);
      expect(strays).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Keeps a picture of the page as an artefact, to be looked at. */
export async function picture(page: Page, name: string) {
  await page.screenshot({ path: join(import.meta.dirname, "artifacts", `${name}.png`), animations: "disabled" });
}

/** No serious finding of axe, once colours have come to rest. */
export async function accessible(page: Page) {
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((a) => a.effect?.getComputedTiming().endTime !== Infinity)
        .map((a) => a.finished.catch(() => null)),
    ),
  );
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter((v) => v.impact === "serious" || v.impact === "critical");
  expect(serious.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`)).toEqual([]);
}

/** Opens a page and waits until the map is drawn. */
export async function openMap(page: Page, url: string) {
  await page.goto(url);
  await expect(page.getByTestId("map-ready")).toBeAttached({ timeout: 30_000 });
}
