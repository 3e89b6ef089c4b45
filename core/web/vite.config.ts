import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { icons } from "./icons.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The shell, and what panels import by the import map: `lit` and `@maxbooster/ui`, each once on the page. */
export default defineConfig({
  base: "/static/core/",
  plugins: [icons()],
  resolve: { alias: { "@maxbooster/ui": here("./src/ui/index.ts") } },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
  build: {
    outDir: here("../maxbooster/static"),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    copyPublicDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      preserveEntrySignatures: "exports-only",
      input: {
        shell: here("./src/shell/main.ts"),
        ui: here("./src/ui/index.ts"),
        lit: here("./src/lit.ts"),
        "service-worker": here("./src/service-worker/main.ts"),
      },
    },
  },
});
