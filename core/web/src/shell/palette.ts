/** The command palette (Ctrl-K): every page, panel and action, by typing. */
import { css, html, LitElement, nothing } from "lit";
import { t } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import type { Panel } from "./panels";
import { router } from "./router";
import { session } from "./session";

export interface Command {
  title: string;
  icon: string;
  /** What tells it from others of that title, drawn beside it. */
  about?: string;
  run: () => void;
}

/** Something to do on a page: the shell's own, and what panels offer (`PanelAction`). */
export type Action = components["schemas"]["PanelAction"];

const TYPING_MS = 150;
const LEAST_TYPED = 2;

/** What the plugins find: releases, tracks, payees, recordings. */
async function searched(words: string): Promise<Command[]> {
  const found = await api.get("/api/core/search", { words });
  return found.map(({ title, kind, path, icon, text }) => {
    const kindTitle = t(`search.${kind}`, kind);
    return { title, icon, about: text ? `${kindTitle} · ${text}` : kindTitle, run: () => router.go(path) };
  });
}

/** Those whose title has all the typed words, those that begin with them first. */
export function matching(commands: Command[], typed: string): Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
  const begins = ({ title }: Command) => (words[0] && title.toLowerCase().startsWith(words[0]) ? 0 : 1);
  return found.sort((one, other) => begins(one) - begins(other));
}

export class MbPalette extends LitElement {
  static override properties = { commands: { attribute: false }, typed: { state: true }, at: { state: true }, found: { state: true }, failed: { state: true } };
  declare commands: Command[];
  declare typed: string;
  declare at: number;
  /** What the server found for what is typed. */
  declare private found: Command[];
  declare private failed: boolean;
  private timer = 0;

  static override styles = css`
    :host {
      position: absolute;
    }
    dialog {
      width: min(560px, calc(100vw - 32px));
      margin-top: 12vh;
      padding: 0;
      border: 1px solid var(--mb-line);
      border-radius: 12px;
      background: var(--mb-raised);
      color: var(--mb-text);
    }
    dialog::backdrop {
      background: rgb(0 0 0 / 50%);
    }
    input {
      width: 100%;
      box-sizing: border-box;
      padding: var(--mb-space-4);
      border: 0;
      border-bottom: 1px solid var(--mb-line);
      outline: 0;
      background: none;
      color: inherit;
      font: inherit;
      font-size: var(--mb-text-m);
    }
    ul {
      max-height: 50vh;
      overflow-y: auto;
      margin: 0;
      padding: var(--mb-space-2);
      list-style: none;
      font-size: var(--mb-text-s);
    }
    li {
      display: flex;
      align-items: center;
      gap: var(--mb-space-3);
      min-height: 36px;
      padding: 0 var(--mb-space-3);
      border-radius: 6px;
      color: var(--mb-quiet);
      cursor: pointer;
    }
    li[aria-selected="true"] {
      background: var(--mb-lifted);
      color: var(--mb-text);
    }
    li span {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .about {
      flex: none;
      max-width: 50%;
      margin-inline-start: auto;
      font-size: var(--mb-text-xs);
    }
    p {
      margin: 0;
      padding: var(--mb-space-4);
      color: var(--mb-quiet);
      font-size: var(--mb-text-s);
    }
  `;

  constructor() {
    super();
    this.commands = [];
    this.typed = "";
    this.at = 0;
    this.found = [];
    this.failed = false;
  }

  private get offered(): Command[] {
    return [...matching(this.commands, this.typed), ...this.found];
  }

  private readonly type = (event: InputEvent): void => {
    this.typed = (event.target as HTMLInputElement).value;
    this.at = 0;
    clearTimeout(this.timer);
    const words = this.typed.trim();
    if (words.length < LEAST_TYPED) this.found = [];
    else this.timer = window.setTimeout(() => void this.search(words), TYPING_MS);
  };

  /** The answer to what was typed last counts. */
  private async search(words: string): Promise<void> {
    try {
      const found = await searched(words);
      if (words !== this.typed.trim()) return;
      this.found = found;
      this.failed = false;
    } catch {
      this.found = [];
      this.failed = true;
    }
  }

  show(): void {
    this.typed = "";
    this.at = 0;
    this.found = [];
    void this.updateComplete.then(() => this.renderRoot.querySelector("dialog")?.showModal());
  }

  private close(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }

  private choose(command: Command | undefined): void {
    if (!command) return;
    this.close();
    command.run();
  }

  private readonly key = (event: KeyboardEvent): void => {
    const found = this.offered;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      this.at = (this.at + step + found.length) % Math.max(found.length, 1);
      event.preventDefault();
      void this.updateComplete.then(() => this.renderRoot.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }));
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.choose(found[this.at]);
    }
  };

  override render() {
    const found = this.offered;
    return html`<dialog aria-label=${t("palette.title", "Search and commands")} @keydown=${this.key}>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="found"
        aria-activedescendant=${found.length ? `c${this.at}` : nothing}
        aria-label=${t("palette.search", "Search or jump to…")}
        placeholder=${t("palette.search", "Search or jump to…")}
        autocomplete="off"
        .value=${this.typed}
        @input=${this.type}
      />
      ${found.length
        ? html`<ul id="found" role="listbox" aria-label=${t("palette.found", "Results")}>
            ${found.map(
              (command, place) => html`<li
                id="c${place}"
                role="option"
                aria-selected=${place === this.at}
                @click=${() => this.choose(command)}
                @mousemove=${() => (this.at = place)}
              >
                <mb-icon name=${command.icon}></mb-icon><span>${command.title}</span>${command.about ? html`<span class="about">${command.about}</span>` : nothing}
              </li>`,
            )}
          </ul>`
        : html`<p role="status">${this.failed ? t("palette.failed", "Search didn’t answer. Pages and commands still work.") : t("palette.none", "No results.")}</p>`}
    </dialog>`;
  }
}
customElements.define("mb-palette", MbPalette);

/** What can be done on a page, by whoever may. */
export function actionCommands(page: string, actions: readonly Action[]): Command[] {
  return actions
    .filter(({ permissions }) => (permissions ?? []).every((each) => session.may(each)))
    .map(({ id, title, path, icon }) => ({ title: t(`action.${id}`, title), icon: icon ?? "plus", about: page, run: () => router.go(path) }));
}

export function panelCommands(panels: Panel[]): Command[] {
  return [
    ...panels.map(({ panel }) => ({ title: panel.title, icon: panel.icon, run: () => router.go(panel.route) })),
    ...panels.flatMap(({ panel }) => actionCommands(panel.title, panel.actions ?? [])),
  ];
}
