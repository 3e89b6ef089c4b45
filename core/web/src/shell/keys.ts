/** The shell's own shortcuts, and the page of all that count here (`?`). */
import { css, html, LitElement } from "lit";
import { keycaps, shortcuts, t } from "@maxbooster/ui";
import { router } from "./router";
import { session } from "./session";

/** Where `g` and a letter go. */
const PLACES: [string, string, string][] = [
  ["g h", "/home", "Home"],
  ["g f", "/files", "Files"],
  ["g t", "/team", "Team"],
  ["g j", "/work", "Jobs"],
  ["g a", "/activity", "Activity"],
];

export function registerShellKeys(find: () => void): void {
  const known = (run: () => void) => () => session.me && run();
  shortcuts.register("mod+k", { title: t("palette.title", "Search and commands"), run: known(find) });
  shortcuts.register("?", { title: t("shortcuts.title", "Keyboard shortcuts"), run: known(showKeys) });
  for (const [keys, path, title] of PLACES) {
    shortcuts.register(keys, { title: t("shortcuts.go", "Go to {place}", { place: t(`shell${path.replace("/", ".")}`, title) }), run: known(() => router.go(path)) });
  }
}

export function showKeys(): void {
  if (!document.querySelector("mb-shortcuts")) document.body.append(document.createElement("mb-shortcuts"));
}

class MbShortcuts extends LitElement {
  static override styles = css`
    dialog {
      width: min(480px, calc(100vw - 32px));
      padding: var(--mb-space-6);
      border: 1px solid var(--mb-line);
      border-radius: 12px;
      background: var(--mb-raised);
      color: var(--mb-text);
      font-size: var(--mb-text-s);
    }
    dialog::backdrop {
      background: rgb(0 0 0 / 50%);
    }
    h2 {
      margin: 0 0 var(--mb-space-4);
      font-size: var(--mb-text-m);
      font-weight: 600;
    }
    dl {
      display: grid;
      grid-template-columns: 1fr auto;
      gap: var(--mb-space-2) var(--mb-space-4);
      margin: 0 0 var(--mb-space-6);
    }
    dd {
      margin: 0;
    }
    kbd {
      padding: 1px 6px;
      border: 1px solid var(--mb-line);
      border-radius: 4px;
      background: var(--mb-lifted);
      font: inherit;
      font-size: var(--mb-text-xs);
    }
    button {
      min-height: 32px;
      padding: 0 var(--mb-space-3);
      border: 1px solid var(--mb-line);
      border-radius: var(--mb-radius);
      background: var(--mb-lifted);
      color: inherit;
      font: inherit;
      cursor: pointer;
    }
  `;

  override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  override render() {
    return html`<dialog aria-labelledby="title" @close=${() => this.remove()}>
      <h2 id="title">${t("shortcuts.title", "Keyboard shortcuts")}</h2>
      <dl>
        ${shortcuts.all().map(({ keys, title }) => html`<dt>${title}</dt><dd>${keycaps(keys).map((stroke) => stroke.map((cap) => html`<kbd>${cap}</kbd> `))}</dd>`)}
      </dl>
      <form method="dialog"><button>${t("shortcuts.close", "Close")}</button></form>
    </dialog>`;
  }
}
customElements.define("mb-shortcuts", MbShortcuts);
