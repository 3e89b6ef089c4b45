/** Lucide's icons as files of our own: the usual ones in one sprite, every other by itself. */
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";
import { USUAL } from "./src/ui/icon-names.ts";

const folder = join(dirname(createRequire(import.meta.url).resolve("lucide-static/package.json")), "icons");

function symbol(name: string, id: string): string {
  const svg = readFileSync(join(folder, `${name}.svg`), "utf8");
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s+/g, " ").trim();
  const line = 'fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${id}" viewBox="0 0 24 24" ${line}>${inner}</symbol>`;
}

function sheet(symbols: string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

export function icons(): Plugin {
  return {
    name: "lucide-sheets",
    apply: "build",
    generateBundle() {
      const emit = (fileName: string, source: string) => this.emitFile({ type: "asset", fileName, source });
      emit("icons.svg", sheet(USUAL.map((name) => symbol(name, name))));
      for (const file of readdirSync(folder).filter((each) => each.endsWith(".svg"))) {
        const name = file.slice(0, -4);
        if (!USUAL.includes(name)) emit(`icons/${name}.svg`, sheet([symbol(name, name)]));
      }
    },
  };
}
