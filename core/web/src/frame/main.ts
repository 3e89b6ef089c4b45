/**
 * The inside of a sandboxed frame: one panel, without an origin, a cookie or a session. Whatever it wants, it asks the shell for over the port that the
 * shell gives it once.
 */
import "../shell/trusted";
import "../tokens.css";
import "./frame.css";
import { drawIconsFrom } from "../ui/icons";
import { everyPage, MOST, type Growing, type Page } from "../ui/paging";
import { t, useTexts } from "../ui/i18n";
import type { Host } from "../ui/host";
import type { Method, RequestOptions } from "../ui/api";
import type { Notice } from "../ui/toast";
import { Problem } from "../api/problem";
import type { FromFrame, Opening, ToFrame } from "./messages";

const SHEET = "/static/core/icons.svg";

class Bridge {
  readonly events = new EventTarget();
  private last = 0;
  private readonly waiting = new Map<number, { done: (value: unknown) => void; failed: (error: Error) => void }>();
  private readonly actions = new Map<number, () => void>();

  constructor(
    private readonly port: MessagePort,
    private readonly hear: (message: ToFrame) => void,
  ) {
    port.onmessage = ({ data }: MessageEvent<ToFrame>) => this.take(data);
  }

  tell(message: FromFrame): void {
    this.port.postMessage(message);
  }

  call<Answer>(method: Method, path: string, options: RequestOptions = {}): Promise<Answer> {
    const id = ++this.last;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done: done as (value: unknown) => void, failed });
      this.tell({ kind: "call", id, method, path, options: { ...options } });
    });
  }

  notify(notice: Notice | string): void {
    const { text, tone = "plain", action } = typeof notice === "string" ? { text: notice } : notice;
    const id = ++this.last;
    if (action) this.actions.set(id, action.run);
    this.tell({ kind: "notify", id, text, tone, action: action?.label ?? null });
  }

  private take(message: ToFrame): void {
    if (message.kind === "answer") this.settle(message.id)?.done(message.value);
    else if (message.kind === "problem") this.settle(message.id)?.failed(message.problem ? new Problem(message.problem) : new Error(message.text));
    else if (message.kind === "action") this.actions.get(message.id)?.();
    else if (message.kind === "event") this.events.dispatchEvent(new CustomEvent(message.name, { detail: message.detail }));
    else this.hear(message);
  }

  private settle(id: number) {
    const found = this.waiting.get(id);
    this.waiting.delete(id);
    return found;
  }
}

function hostOver(bridge: Bridge, opening: Opening): Host<never> {
  const by = (method: Method) => (path: string, options?: RequestOptions) => bridge.call(method, path, options);
  const list = (path: string, options?: RequestOptions, growing?: Growing<unknown>) =>
    everyPage((cursor) => bridge.call<Page<unknown>>("get", path, { ...options, limit: MOST, cursor }), growing);
  const api = Object.freeze({ get: by("get"), list, post: by("post"), put: by("put"), patch: by("patch"), delete: by("delete") });
  const held = new Set(opening.permissions);
  return Object.freeze({
    api: api as unknown as Host<never>["api"],
    account: opening.account,
    user: opening.user,
    path: opening.path,
    may: (permission: string) => held.has("*") || held.has(permission),
    navigate: (path: string) => bridge.tell({ kind: "navigate", path }),
    events: bridge.events,
    notify: (notice: Notice | string) => bridge.notify(notice),
    t,
  });
}

type Shown = HTMLElement & { context?: unknown };

async function show(opening: Opening, bridge: Bridge): Promise<Shown> {
  await import(/* @vite-ignore */ `/static/${opening.plugin}/${opening.module}`);
  const made = customElements.get(opening.tag);
  if (!made) throw new Error(`never defined its element <${opening.tag}>.`);
  const element: Shown = Object.assign(new made(), { host: hostOver(bridge, opening) });
  if (opening.context) element.context = Object.freeze(opening.context);
  const main = document.createElement("main");
  main.append(element);
  document.body.append(main);
  return element;
}

function dress({ theme, language, direction, texts, sized }: Opening): void {
  const { documentElement: root } = document;
  root.dataset.theme = theme;
  root.lang = language;
  root.dir = direction;
  root.toggleAttribute("data-sized", sized);
  useTexts(texts);
}

/** Links lead the shell, not the frame, somewhere. */
function leadOut(bridge: Bridge): void {
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((each): each is HTMLAnchorElement => each instanceof HTMLAnchorElement);
    const path = link?.getAttribute("href") ?? "";
    if (event.defaultPrevented || event.button !== 0 || !path.startsWith("/")) return;
    event.preventDefault();
    bridge.tell({ kind: "navigate", path });
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    bridge.tell({ kind: "find" });
  });
}

async function open(opening: Opening, port: MessagePort): Promise<void> {
  let shown: Shown | undefined;
  const bridge = new Bridge(port, (message) => {
    if (message.kind === "theme") document.documentElement.dataset.theme = message.theme;
    else if (message.kind === "focus") focusOn(shown);
    else if (message.kind === "context" && shown) shown.context = Object.freeze(message.context);
  });
  dress(opening);
  leadOut(bridge);
  takeToasts(bridge);
  if (opening.sized) new ResizeObserver(() => bridge.tell({ kind: "size", height: document.body.scrollHeight })).observe(document.body);
  try {
    await drawIconsFrom(SHEET);
    shown = await show(opening, bridge);
    bridge.tell({ kind: "shown" });
  } catch (error) {
    bridge.tell({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
}

/** What `notify` of `@maxbooster/ui` looks for in the page. */
function takeToasts(bridge: Bridge): void {
  const toasts = document.createElement("mb-toasts");
  document.body.append(Object.assign(toasts, { show: (notice: Notice) => bridge.notify(notice) }));
}

function focusOn(shown: Shown | undefined): void {
  const heading = (shown?.shadowRoot ?? shown)?.querySelector<HTMLElement>("h1") ?? document.body;
  heading.tabIndex = -1;
  heading.style.outline = "none"; // reading starts here: it is no control
  heading.focus();
}

let opened = false;
addEventListener("message", (event: MessageEvent<Opening>) => {
  const [port] = event.ports;
  if (opened || event.source !== parent || event.data?.kind !== "open" || !port) return;
  opened = true;
  void open(event.data, port);
});
