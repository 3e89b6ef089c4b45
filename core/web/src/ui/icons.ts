/** Icons by their Lucide name, from our own server. */
import { registerIconLibrary } from "@awesome.me/webawesome/dist/components/icon/library.js";
import { css, html, LitElement, svg } from "lit";
import { USUAL } from "./icon-names";

const BASE = "/static/core/";
const usual = new Set(USUAL);

/** What Web Awesome's own parts ask for, in Lucide's names. */
const SYSTEM: Record<string, string> = {
  xmark: "x",
  "circle-xmark": "circle-x",
  "circle-question": "circle-alert",
  "eye-slash": "eye-off",
  "magnifying-glass": "search",
  "ellipsis-vertical": "ellipsis",
};

export function iconUrl(name: string): string {
  const lucide = SYSTEM[name] ?? name;
  return usual.has(lucide) ? `${BASE}icons.svg#${lucide}` : `${BASE}icons/${lucide}.svg#${lucide}`;
}

/** Web Awesome draws a sprite's icon without saying how large its canvas is. */
const mutator = (svg: SVGElement) => svg.setAttribute("viewBox", "0 0 24 24");

/** What each icon of the sheet consists of, where a frame may not refer to a file of another origin. */
let drawn: Map<string, SVGSymbolElement> | undefined;

/** @param sheet the address of the usual icons; all others stay blank */
export async function drawIconsFrom(sheet: string): Promise<void> {
  const parsed = new DOMParser().parseFromString(await (await fetch(sheet)).text(), "image/svg+xml");
  drawn = new Map([...parsed.querySelectorAll("symbol")].map((symbol) => [symbol.id, symbol]));
}

for (const library of ["default", "system"]) {
  registerIconLibrary(library, { resolver: iconUrl, spriteSheet: true, mutator });
}

/** `<mb-icon name="disc-3">`: 16 px, or 20 px with `size="20"`; decoration unless it has a `label`. */
export class MbIcon extends LitElement {
  static override properties = { name: {}, size: { type: Number }, label: {} };
  declare name: string;
  declare size: number;
  declare label: string;

  static override styles = css`
    :host {
      display: inline-flex;
      flex: none;
    }
  `;

  constructor() {
    super();
    this.name = "circle";
    this.size = 16;
    this.label = "";
  }

  override render() {
    const symbol = drawn?.get(SYSTEM[this.name] ?? this.name);
    const role = this.label ? "img" : "presentation";
    return html`<svg
      width=${this.size}
      height=${this.size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      role=${role}
      aria-label=${this.label}
      aria-hidden=${this.label ? "false" : "true"}
    >
      ${drawn ? [...(symbol?.cloneNode(true).childNodes ?? [])] : svg`<use href=${iconUrl(this.name)}></use>`}
    </svg>`;
  }
}
customElements.define("mb-icon", MbIcon);
