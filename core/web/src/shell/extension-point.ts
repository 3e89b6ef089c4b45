/**
 * `<mb-extension-point name=… .context=${{…}}>`: what other plugins show at this place of a page, each in a
 * guard of its own. Whatever fails is named in its place, and the page stays whole.
 */
import { css, html, LitElement, type PropertyValues } from "lit";
import { t } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { elementOf, framed } from "./panels";
import { session } from "./session";

type Extension = components["schemas"]["PanelExtensionOut"];
type Context = Readonly<Record<string, unknown>>;
type Shown = HTMLElement & { context?: Context; updateComplete?: Promise<unknown> };

let known: Promise<Extension[]> | undefined;
session.addEventListener("change", () => (known = undefined));

async function extensionsAt(point: string): Promise<Extension[]> {
  if (!session.may("plugin.read")) return [];
  known ??= api.get("/api/core/panel-extensions");
  const all = await known.catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  return all.filter(({ extension }) => extension.point === point);
}

const isOther = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);

class MbExtensionPoint extends LitElement {
  static override properties = { name: {}, context: { attribute: false, hasChanged: isOther } };
  declare name: string;
  /** What the page tells those that are shown here. */
  declare context: Context;

  static override styles = css`
    :host {
      display: block;
    }
    :host(:empty) {
      display: none;
    }
    ::slotted([role="alert"]) {
      margin: var(--mb-space-4) 0;
      color: var(--mb-quiet);
      font-size: var(--mb-text-s);
      overflow-wrap: anywhere;
    }
  `;

  constructor() {
    super();
    this.name = "";
    this.context = {};
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("name")) void this.open();
    else if (changed.has("context")) for (const each of this.children) tell(each as Shown, this.context);
  }

  private async open(): Promise<void> {
    const { name } = this;
    this.replaceChildren();
    const found = await extensionsAt(name).catch((error: unknown) => failure(t("extension.none", "What belongs here could not be loaded:"), error));
    if (name !== this.name) return;
    if (found instanceof HTMLElement) return this.replaceChildren(found);
    const places = found.map(() => document.createElement("div"));
    this.replaceChildren(...places);
    await Promise.all(found.map((each, index) => this.show(each, places[index]!)));
  }

  private async show({ plugin, extension, frame }: Extension, place: HTMLElement): Promise<void> {
    let shown: Shown = place;
    try {
      const element = frame ? framed(plugin, extension, frame.calls, false) : await elementOf(plugin, extension);
      if (!place.isConnected) return;
      tell(element, this.context);
      attach(element, place);
      shown = element;
      await shown.updateComplete;
    } catch (error) {
      shown.replaceWith(failure(t("extension.failed", "“{title}” of the plugin {plugin}", { title: extension.title, plugin }), error));
    }
  }

  protected override render() {
    return html`<slot></slot>`;
  }
}

function tell(element: Shown, context: Context): void {
  element.context = Object.freeze({ ...context });
}

/**
 * What an element throws when it is put into the page reaches the window alone.
 * @throws Error - what it threw.
 */
function attach(element: HTMLElement, place: HTMLElement): void {
  let thrown: ErrorEvent | undefined;
  const caught = (event: ErrorEvent) => (thrown = event);
  addEventListener("error", caught);
  place.replaceWith(element);
  removeEventListener("error", caught);
  if (!thrown) return;
  element.replaceWith(place);
  throw thrown.error ?? new Error(thrown.message);
}

function failure(what: string, error: unknown): HTMLElement {
  const words = document.createElement("p");
  words.setAttribute("role", "alert");
  words.textContent = `${what} ${error instanceof Error ? error.message : String(error)}`;
  return words;
}
customElements.define("mb-extension-point", MbExtensionPoint);
