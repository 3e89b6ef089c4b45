/** Panels: loaded in a guard, within a time limit, given one frozen `host`; a failure is named and stays in its place. */
import { notify, t, type Host } from "@maxbooster/ui";
import { api, apiOver, mayStay, overNetwork } from "../api/client";
import type { components, paths } from "../api/schema";
import { remembering } from "../kept/seen";
import { MbPanelFrame } from "./panel-frame";
import { proven } from "./prove";
import { router } from "./router";
import { session } from "./session";

export type Panel = components["schemas"]["PanelOut"];

export const API = 1;
const LOADED_WITHIN_MS = 8000;

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
  return api.get("/api/core/panels");
}

/**
 * The panel’s element, ready to be put into the page.
 * @throws PanelFailed - its module does not load, or never defines its element, or was written for another API.
 */
export async function openPanel(found: Panel): Promise<HTMLElement> {
  const { plugin, panel, frame } = found;
  try {
    return frame ? framed(plugin, panel, frame.calls, true) : await elementOf(plugin, panel);
  } catch (error) {
    throw error instanceof ElementFailed ? new PanelFailed(found, error.message) : error;
  }
}

/**
 * The element in a sandboxed frame; what it fails in, it says in its place.
 * @throws ElementFailed - it was written for another API.
 */
export function framed(plugin: string, { tag, module, api, title }: Source & { title: string }, calls: readonly string[], fills: boolean): HTMLElement {
  if (api !== API) throw new ElementFailed(`is written for panel API ${api}; this is ${API}.`);
  return MbPanelFrame.of({ plugin, title, tag, module, calls, fills }, events);
}

/** Where an element comes from, as panels and extensions say it. */
type Source = Pick<Panel["panel"], "tag" | "module" | "api"> & Partial<Pick<Panel["panel"], "offline">>;

/** The message goes on where a title stood: “… never defined its element <mb-x>.” */
export class ElementFailed extends Error {}

/**
 * A plugin’s custom element, with its `host`.
 * @throws ElementFailed - its module does not load, or never defines the element or cannot create it, or was written for another API.
 */
export async function elementOf(plugin: string, { tag, module, api, offline }: Source): Promise<HTMLElement> {
  if (api !== API) throw new ElementFailed(`is written for panel API ${api}; this is ${API}.`);
  try {
    await import(/* @vite-ignore */ `/static/${plugin}/${module}`);
  } catch (error) {
    throw new ElementFailed(`could not be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
  await within(customElements.whenDefined(tag), () => new ElementFailed(`never defined its element <${tag}>.`));
  try {
    return Object.assign(new (customElements.get(tag)!)(), { host: host(offline ? plugin : undefined) });
  } catch (error) {
    throw new ElementFailed(`could not be created: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function within(waiting: Promise<unknown>, failure: () => Error): Promise<void> {
  const limit = new Promise<never>((_, fail) => setTimeout(() => fail(failure()), LOADED_WITHIN_MS));
  await Promise.race([waiting, limit]);
}

/** @param kept the plugin whose own answers stay on the device, for when there is no connection */
export function host(kept?: string): Host<paths> {
  const own = kept && `/api/${kept.split(".")[0]}/`;
  const send = remembering(overNetwork, (address) => mayStay(address) || Boolean(own && address.startsWith(own)));
  return Object.freeze({
    api: apiOver(send, proven),
    account: session.me?.account ?? null,
    user: session.me?.user ?? null,
    path: router.path + location.search,
    may: (permission: string) => session.may(permission),
    navigate: (path: string) => router.go(path),
    events,
    notify,
    t,
  });
}
