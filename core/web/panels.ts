/** How a family's panels are built: each entry one module of its name; `lit` and `@maxbooster/ui` are the page's own. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/**
 * @param family the distribution, as in `/static/<family>/`
 * @param folder the family's `web/`, as `import.meta.url` of its vite.config.ts
 * @param entries module name → source below `web/`
 */
export function panels(family: string, folder: string, entries: Record<string, string>) {
  const here = (path: string) => fileURLToPath(new URL(path, folder));
  const input = Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, here(source)]));
  return defineConfig({
    base: `/static/${family}/`,
    resolve: { alias: { "@maxbooster/ui": fileURLToPath(new URL("./src/ui/index.ts", import.meta.url)) } },
    test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
    build: {
      outDir: here(`../maxbooster_${family}/static`),
      emptyOutDir: true,
      target: "es2022",
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rollupOptions: {
        preserveEntrySignatures: "exports-only",
        input,
        external: ["lit", "@maxbooster/ui"],
        output: { entryFileNames: "[name].js" },
      },
    },
  });
}
