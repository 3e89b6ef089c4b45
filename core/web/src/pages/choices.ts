/** Rights and events as people choose and read them: by their titles, under the plugin that they belong to. */
import "@awesome.me/webawesome/dist/components/checkbox/checkbox.js";
import { html, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import type { components } from "../api/schema";

type Schemas = components["schemas"];

/** By `name` it is sent; those who know the code see it as a detail. */
export type Choice = Pick<Schemas["PermissionOut"], "name" | "title" | "plugin_title"> & Partial<Pick<Schemas["PublicEventOut"], "description">>;

/** The plugins in the order of the list, each with what is its own. */
export function byPlugin<Each extends Choice>(list: readonly Each[]): [plugin: string, choices: Each[]][] {
  const found = new Map<string, Each[]>();
  for (const each of list) found.set(each.plugin_title, [...(found.get(each.plugin_title) ?? []), each]);
  return [...found];
}

/** A checkbox each; the form finds the chosen ones by their names. */
export function choose(legend: string, list: readonly Choice[]): TemplateResult {
  return html`<fieldset class="choices">
    <legend>${legend}</legend>
    ${byPlugin(list).map(
      ([plugin, choices]) => html`<fieldset>
        <legend>${plugin}</legend>
        ${choices.map(({ name, title, description }) => html`<wa-checkbox name=${name} value="on" title=${description ?? ""}>${title}<code slot="hint">${name}</code></wa-checkbox>`)}
      </fieldset>`,
    )}
  </fieldset>`;
}

/** The names as their titles; the names themselves are the detail. */
export function titled(names: readonly string[], titles: ReadonlyMap<string, string>): string {
  return names.map((each) => titles.get(each) ?? each).join(", ");
}

export const permissionTitle = ({ name, title }: { name: string; title: string }): string => t(`permission.${name}`, title);
