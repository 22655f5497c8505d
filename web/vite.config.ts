import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const service = process.env.WANGGE_SERVICE ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  worker: { format: "es" },
  build: { target: "es2020", chunkSizeWarningLimit: 1200 },
  server: { proxy: { "/api": service, "/tiles": service, "/readyz": service, "/docs": service, "/openapi.json": service } },
  test: { include: ["src/**/*.test.ts"] },
});
