import { html, LitElement } from "lit";
import { page, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { Loaded } from "../shell/loaded";

class MbPlugins extends LitElement {
  static override styles = page;
  private readonly plugins = new Loaded(this, () => api.get("/api/core/plugins"));

  override render() {
    return html`<h1>${t("plugins.title", "Plugins")}</h1>
      <p>${t("plugins.text", "Plugins that are enabled on this server. Operators enable and disable them with the command maxbooster plugins.")}</p>
      ${this.plugins.show(
        (list) => html`<ul class="rows">
          ${list.map(
            (plugin) => html`<li>
              <mb-icon name="plug"></mb-icon>
              <span class="what">${plugin.title}<small class="code">${plugin.name}</small></span>
              <span class="quiet">${plugin.version}</span>
            </li>`,
          )}
        </ul>`,
      )}`;
  }
}
customElements.define("mb-plugins", MbPlugins);
