// Puts Swagger UI beside the built application, so that /docs needs nothing
// from elsewhere, and keeps the placeholder that Go's embed directive needs.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";

mkdirSync("dist/docs", { recursive: true });
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
  copyFileSync(`node_modules/swagger-ui-dist/${name}`, `dist/docs/${name}`);
}
writeFileSync("dist/.gitkeep", "");
