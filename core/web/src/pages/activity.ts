import { html, LitElement } from "lit";
import { exactly, page, t, when } from "@maxbooster/ui";
import { api } from "../api/client";
import { Loaded } from "../shell/loaded";

class MbActivity extends LitElement {
  static override styles = page;
  private readonly entries = new Loaded(this, async () => (await api.GET("/api/core/audit", { params: { query: { limit: 200 } } })).data);

  override render() {
    return html`<h1>${t("activity.title", "Activity")}</h1>
      <p>${t("activity.text", "Who did what in this account. Entries are sealed within a second; nobody can change them unseen.")}</p>
      ${this.entries.show(
        (list) => html`<ul class="rows">
          ${list.map(
            (entry) => html`<li>
              <span class="what">${entry.action}<small class="code">${entry.object}</small></span>
              <span class="quiet" title=${exactly(entry.at)}>${when(entry.at)}</span>
              <mb-icon name=${entry.sealed ? "check" : "clock"} label=${entry.sealed ? t("activity.sealed", "sealed") : t("activity.unsealed", "not sealed yet")}></mb-icon>
            </li>`,
          )}
        </ul>`,
      )}`;
  }
}
customElements.define("mb-activity", MbActivity);
