import { chromium } from "@playwright/test";
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const pages = { landing: "/ogc", collections: "/ogc/collections", collection: "/ogc/collections/grid", items: "/ogc/collections/grid/items", feature: "/ogc/collections/community/items/01a211f4-4bd6-79cc-8431-33557ebe0560", api: "/ogc/api", districts: "/api/v1/districts", areas: "/api/v1/districts/150102/areas?level=grid&limit=8", locate: "/api/v1/locate?lon=111.68&lat=40.84", error: "/api/v1/districts/x/areas?level=grid", history: "/api/v1/districts/150102/timeline", shape: "/api/v1/districts/150102/areas/district/150102/geometry" };
for (const [kind, o] of Object.entries({ desk: { viewport: { width: 1440, height: 900 } }, dark: { viewport: { width: 1440, height: 900 }, colorScheme: "dark" }, phone: { viewport: { width: 360, height: 740 } } })) {
  const c = await b.newContext({ ...o, locale: "zh-CN" });
  const p = await c.newPage();
  p.on("console", (m) => console.log(kind, m.text()));
  for (const [name, path] of Object.entries(pages)) {
    if (kind !== "desk" && !["items", "landing", "areas", "feature"].includes(name)) continue;
    await p.goto("http://127.0.0.1:18090" + path);
    await p.screenshot({ path: "/tmp/ogc-shots/" + name + "-" + kind + ".png" });
  }
  await c.close();
}
await b.close();
