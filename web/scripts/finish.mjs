// Puts Swagger UI beside the built application, so that /docs needs nothing
// from elsewhere, and keeps the placeholder that Go's embed directive needs.
// Beside each file that shrinks lies its packed form, which is what is sent.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

mkdirSync("dist/docs", { recursive: true });
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
  copyFileSync(`node_modules/swagger-ui-dist/${name}`, `dist/docs/${name}`);
}
writeFileSync("dist/.gitkeep", "");
for (const name of readdirSync("dist", { recursive: true })) {
  if (!/\.(js|mjs|css|svg|html)$/.test(name)) continue;
  const whole = readFileSync(`dist/${name}`);
  if (whole.length > 1400) writeFileSync(`dist/${name}.gz`, gzipSync(whole, { level: 9 }));
}
