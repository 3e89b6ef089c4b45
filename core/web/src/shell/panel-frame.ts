/**
 * `<mb-panel-frame>`: a panel that the operator doesn't trust with the person’s session. It runs in a frame without an origin; what it may ask for, it asks
 * here. Nothing that comes out of the frame is believed.
 */
import { css, html, LitElement, nothing } from "lit";
import { notify, t, textsInUse, type Notice } from "@maxbooster/ui";
import { apiOver } from "../api/client";
import { Problem } from "../api/problem";
import type { Method, RequestOptions } from "../ui/api";
import type { FromFrame, Opening, ToFrame } from "../frame/messages";
import { proven } from "./prove";
import { router } from "./router";
import { session } from "./session";

export interface Framed {
  plugin: string;
  title: string;
  tag: string;
  module: string;
  /** “GET /api/setlist/setlists”: what it may call. */
  calls: readonly string[];
  /** Whether it fills the page; else it is as tall as it says, within bounds. */
  fills: boolean;
}

const SHOWN_WITHIN_MS = 8_000;
const TALLEST_PX = 4_000;
const CALLS_AT_ONCE = 16;
const LONGEST_TEXT = 300;
const NOTICES = 5;
const NOTICES_WITHIN_MS = 10_000;
const HEARD = ["catch-up", "job", "event"];
const METHODS: readonly string[] = ["get", "post", "put", "patch", "delete"];

export class MbPanelFrame extends LitElement {
  static override properties = { failure: { state: true }, height: { state: true } };
  declare failure: string;
  declare height: number;
  private port: MessagePort | undefined;
  private framed: Framed | undefined;
  private events: EventTarget | undefined;
  private closing = new AbortController();
  private told: Record<string, unknown> | null = null;
  private underWay = 0;
  private notices = 0;
  private readonly api = apiOver((address, init) => fetch(address, init), proven) as unknown as Record<Method, (path: string, options: RequestOptions) => Promise<unknown>>;
  private readonly themes = new MutationObserver(() => this.tell({ kind: "theme", theme: theme() }));
  private limit: ReturnType<typeof setTimeout> | undefined;

  static override styles = css`
    :host {
      display: block;
    }
    iframe {
      display: block;
      width: 100%;
      border: 0;
      background: none;
      color-scheme: normal;
    }
    .whole {
      height: calc(100dvh - 49px);
    }
    p {
      color: var(--mb-quiet);
      overflow-wrap: anywhere;
    }
  `;

  constructor() {
    super();
    this.failure = "";
    this.height = 0;
  }

  static of(framed: Framed, events: EventTarget): MbPanelFrame {
    const made = new MbPanelFrame();
    made.framed = framed;
    made.events = events;
    return made;
  }

  /** What an extension is told of the page around it. */
  set context(context: Record<string, unknown>) {
    this.told = { ...context };
    this.tell({ kind: "context", context: this.told });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.closing = new AbortController();
    for (const name of HEARD) this.events?.addEventListener(name, (event) => this.pass(event as CustomEvent<{ name?: string } | null>), { signal: this.closing.signal });
    this.limit = setTimeout(() => this.fail(t("frame.late", "didn’t show anything in time.")), SHOWN_WITHIN_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.themes.disconnect();
    this.closing.abort();
    clearTimeout(this.limit);
    this.port?.close();
    this.port = undefined;
  }

  override focus(): void {
    this.renderRoot.querySelector("iframe")?.focus();
    this.tell({ kind: "focus" });
  }

  override render() {
    const { framed } = this;
    if (!framed) return nothing;
    if (this.failure) return html`<p role="alert">${t("frame.failed", "“{title}” of the plugin {plugin}", { title: framed.title, plugin: framed.plugin })} ${this.failure}</p>`;
    return html`<iframe
      title=${framed.title}
      src="/frame"
      sandbox="allow-scripts"
      referrerpolicy="no-referrer"
      allow=""
      class=${framed.fills ? "whole" : "sized"}
      height=${framed.fills ? nothing : this.height}
      @load=${this.loaded}
    ></iframe>`;
  }

  /** The frame is given its port once: a document that it goes on to gets none. */
  private readonly loaded = (event: Event): void => {
    if (this.port) return this.fail(t("frame.left", "tried to go to another page."));
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    port1.onmessage = ({ data }: MessageEvent<unknown>) => this.take(data);
    (event.target as HTMLIFrameElement).contentWindow!.postMessage(this.opening(), "*", [port2]);
  };

  private opening(): Opening {
    const { plugin, tag, module, fills } = this.framed!;
    const { lang, dir } = document.documentElement;
    const me = session.me;
    return {
      kind: "open",
      ...{ plugin, tag, module, theme: theme(), language: lang, direction: dir, texts: textsInUse(), context: this.told, sized: !fills },
      path: router.path + location.search,
      account: me?.account ?? null,
      user: me?.user ?? null,
      permissions: [...(me?.permissions ?? [])],
    };
  }

  private tell(message: ToFrame): void {
    this.port?.postMessage(message);
  }

  /** Of what happens in the account, a frame hears about its own family’s. */
  private pass(event: CustomEvent<{ name?: string } | null>): void {
    const family = this.framed!.plugin.split(".")[0];
    const own = event.type === "catch-up" || event.detail?.name?.startsWith(`${family}.`);
    if (own) this.tell({ kind: "event", name: event.type, detail: event.detail ?? null });
  }

  private take(data: unknown): void {
    const message = data as Partial<Record<string, unknown>> | null;
    switch (message?.kind) {
      case "call":
        return void this.call(message as FromFrame & { kind: "call" });
      case "navigate":
        return this.navigate(message.path);
      case "notify":
        return this.notify(message as FromFrame & { kind: "notify" });
      case "size":
        this.height = Math.min(Math.max(Number(message.height) || 0, 0), TALLEST_PX);
        return;
      case "find":
        return void dispatchEvent(new Event("find"));
      case "shown":
        clearTimeout(this.limit);
        if (this.framed!.fills && (document.activeElement === document.body || document.activeElement?.tagName === "MB-APP")) this.tell({ kind: "focus" });
        return;
      case "failed":
        return this.fail(String(message.reason).slice(0, LONGEST_TEXT));
    }
  }

  private async call({ id, method, path, options }: FromFrame & { kind: "call" }): Promise<void> {
    try {
      this.refuse(method, path);
      this.underWay += 1;
      try {
        this.tell({ kind: "answer", id, value: await this.api[method](path, { ...options }) });
      } finally {
        this.underWay -= 1;
      }
    } catch (error) {
      const problem = error instanceof Problem ? error.details : null;
      this.tell({ kind: "problem", id, problem, text: error instanceof Error ? error.message : String(error) });
    }
  }

  /** @throws Error - it is none of the calls that this panel’s plugin declares, or one too many. */
  private refuse(method: string, path: string): void {
    if (!METHODS.includes(method) || typeof path !== "string" || !this.framed!.calls.includes(`${method.toUpperCase()} ${path}`)) {
      throw new Error(`The plugin ${this.framed!.plugin} may not call ${String(method).toUpperCase()} ${String(path)} from a sandboxed frame: its manifest has to name it in operations.`);
    }
    if (this.underWay >= CALLS_AT_ONCE) throw new Error(`More than ${CALLS_AT_ONCE} calls are under way.`);
  }

  private navigate(path: unknown): void {
    const target = typeof path === "string" && path.startsWith("/") ? new URL(path, location.origin) : undefined;
    if (target?.origin !== location.origin || /^\/(api|static|schema|health|metrics|frame)(\/|$)/.test(target.pathname)) return;
    router.go(target.pathname + target.search + target.hash);
  }

  private notify({ id, text, tone, action }: FromFrame & { kind: "notify" }): void {
    if (this.notices >= NOTICES) return;
    this.notices += 1;
    setTimeout(() => (this.notices -= 1), NOTICES_WITHIN_MS);
    const notice: Notice = { text: `${this.framed!.title}: ${String(text).slice(0, LONGEST_TEXT)}`, tone: tone === "danger" ? "danger" : "plain" };
    if (typeof action === "string") notice.action = { label: action.slice(0, 40), run: () => this.tell({ kind: "action", id }) };
    notify(notice);
  }

  private fail(reason: string): void {
    clearTimeout(this.limit);
    this.port?.close();
    this.port = undefined;
    this.failure = reason;
  }
}

const theme = () => document.documentElement.dataset.theme ?? "dark";
customElements.define("mb-panel-frame", MbPanelFrame);
