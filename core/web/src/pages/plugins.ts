import { html, LitElement, nothing, type TemplateResult } from "lit";
import { date, page, t } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";

type Plugin = components["schemas"]["PluginOut"];
type Approval = components["schemas"]["PluginApproval"];

class MbPlugins extends LitElement {
  static override styles = page;
  private readonly reviews = session.may("plugin.review");
  private readonly plugins = new Loaded(this, async () => (this.reviews ? [] : api.get("/api/core/plugins")));
  private readonly approvals = new Loaded(this, async () => (this.reviews ? api.get("/api/core/plugin-approvals") : []));

  override render() {
    return html`<h1>${t("plugins.title", "Plugins")}</h1>
      ${this.reviews
        ? html`<p>${t("plugins.review", "What each plugin on this server may do, and who approved it. Enable and disable them with the command maxbooster plugins.")}</p>
            ${this.approvals.show((list) => html`<ul class="rows">${list.map(approval)}</ul>`)}`
        : html`<p>${t("plugins.text", "Plugins that are enabled on this server. Operators enable and disable them with the command maxbooster plugins.")}</p>
            ${this.plugins.show((list) => html`<ul class="rows">${list.map((plugin) => row(plugin))}</ul>`)}`}`;
  }
}

function row(plugin: Plugin, more: TemplateResult | typeof nothing = nothing): TemplateResult {
  return html`<li>
    <mb-icon name="plug"></mb-icon>
    <span class="what">${plugin.title}<small class="code">${plugin.name}</small>${more}</span>
    <span class="quiet">${plugin.version}</span>
  </li>`;
}

function approval(plugin: Approval): TemplateResult {
  const added = plugin.asks.filter((ask) => !ask.is_approved);
  return row(
    plugin,
    html`<small>${state(plugin)} ${approved(plugin)} ${pages(plugin)}</small>
      ${plugin.reason ? html`<small>${plugin.reason}</small>` : nothing}
      ${listed(t("plugins.added", "Asks for, and isn’t approved"), added.map((ask) => ask.description), true)}
      ${listed(t("plugins.no_longer", "Approved, and no longer asked for"), plugin.no_longer, true)}
      ${listed(t("plugins.asks", "Approved"), plugin.asks.filter((ask) => ask.is_approved).map((ask) => ask.description), false)}`,
  );
}

function listed(title: string, descriptions: string[], open: boolean): TemplateResult | typeof nothing {
  if (!descriptions.length) return nothing;
  return html`<details ?open=${open}>
    <summary>${title} (${descriptions.length})</summary>
    <ul>
      ${descriptions.map((each) => html`<li>${each}</li>`)}
    </ul>
  </details>`;
}

function state(plugin: Approval): string {
  const states = {
    enabled: t("plugins.enabled", "On."),
    disabled: t("plugins.disabled", "Off."),
    waiting: t("plugins.waiting", "Waits for approval."),
    broken: t("plugins.broken", "Broken."),
  };
  return states[plugin.state];
}

function approved(plugin: Approval): string {
  switch (plugin.approved) {
    case "installation":
      return t("plugins.by_installation", "Part of this installation.");
    case "setting":
      return t("plugins.by_setting", "Approved by the setting “approved”.");
    case "operator":
      return plugin.approved_by && plugin.approved_at
        ? t("plugins.by_operator", "Approved by {who} on {day}.", { who: plugin.approved_by, day: date(plugin.approved_at) })
        : t("plugins.by_somebody", "Approved by an operator.");
    default:
      return "";
  }
}

function pages(plugin: Approval): string {
  return plugin.pages === "frame"
    ? t("plugins.framed", "Its pages run in a sandboxed frame.")
    : t("plugins.in_page", "Its pages run with the session of whoever opens them.");
}

customElements.define("mb-plugins", MbPlugins);
