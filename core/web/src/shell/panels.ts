/** Panels: loaded in a guard, within a time limit, given one frozen `host`; a failure is named and stays in its place. */
import { notify, t } from "@maxbooster/ui";
import { api, csrfHeaders } from "../api/client";
import { Problem, type ProblemDetails } from "../api/problem";
import { proven } from "./prove";
import { router } from "./router";
import { session } from "./session";
import type { components } from "../api/schema";

export type Panel = components["schemas"]["PanelOut"];
type PanelElement = HTMLElement & { host?: Host };

export const API = 1;
const LOADED_WITHIN_MS = 8000;

/** All that a panel gets. */
export interface Host {
  api: { get(path: string): Promise<unknown>; send(method: string, path: string, body?: unknown): Promise<unknown> };
  account: unknown;
  user: unknown;
  may: (permission: string) => boolean;
  navigate: (path: string) => void;
  events: EventTarget;
  notify: typeof notify;
  t: typeof t;
}

export class PanelFailed extends Error {
  constructor(
    readonly panel: Panel,
    readonly reason: string,
  ) {
    super(`The page “${panel.panel.title}” of the plugin ${panel.plugin} ${reason}`);
  }
}

export const events = new EventTarget();

export async function listPanels(): Promise<Panel[]> {
  if (!session.may("plugin.read")) return [];
  const { data } = await api.GET("/api/core/panels");
  return data ?? [];
}

/**
 * The panel's element, ready to be put into the page.
 * @throws PanelFailed - its module does not load, or never defines its element, or was written for another API.
 */
export async function openPanel(offered: Panel): Promise<HTMLElement> {
  const { tag, module } = offered.panel;
  if (offered.panel.api !== API) throw new PanelFailed(offered, `is written for panel API ${offered.panel.api}; this is ${API}.`);
  try {
    await import(/* @vite-ignore */ `/static/${offered.plugin}/${module}`);
  } catch (error) {
    throw new PanelFailed(offered, `could not be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
  await within(customElements.whenDefined(tag), () => new PanelFailed(offered, `never defined its element <${tag}>.`));
  const element: PanelElement = document.createElement(tag);
  element.host = host();
  return element;
}

async function within(waiting: Promise<unknown>, failure: () => Error): Promise<void> {
  const limit = new Promise<never>((_, fail) => setTimeout(() => fail(failure()), LOADED_WITHIN_MS));
  await Promise.race([waiting, limit]);
}

function host(): Host {
  return Object.freeze({
    api: Object.freeze({
      get: (path: string) => send("GET", path),
      send: (method: string, path: string, body?: unknown) => proven(() => send(method, path, body)),
    }),
    account: session.me?.account ?? null,
    user: session.me?.user ?? null,
    may: (permission: string) => session.may(permission),
    navigate: (path: string) => router.go(path),
    events,
    notify,
    t,
  });
}

async function send(method: string, path: string, body?: unknown): Promise<unknown> {
  const headers = { ...csrfHeaders(), ...(body === undefined ? {} : { "content-type": "application/json" }) };
  const answer = await fetch(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  const text = await answer.text();
  const value: unknown = text ? JSON.parse(text) : undefined;
  if (!answer.ok) throw new Problem(value as ProblemDetails);
  return value;
}
