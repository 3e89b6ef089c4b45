import "@awesome.me/webawesome/dist/components/input/input.js";
import { css, html, LitElement } from "lit";
import { exactly, loadTable, page, t, when, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";

type Entry = components["schemas"]["AuditOut"];

class MbActivity extends LitElement {
  static override properties = { filter: { state: true } };
  static override styles = [
    page,
    css`
      wa-input {
        max-width: 320px;
        margin-bottom: var(--mb-space-4);
      }
    `,
  ];
  declare private filter: string;
  private readonly entries = new Loaded(this, async () => (await api.GET("/api/core/audit", { params: { query: { limit: 200 } } })).data);

  constructor() {
    super();
    this.filter = "";
    void loadTable();
  }

  private columns(): Column<Entry>[] {
    return [
      { key: "action", title: t("activity.what", "What") },
      { key: "object", title: t("activity.which", "On which"), width: "minmax(0, 2fr)", render: (entry) => html`<span class="code" title=${entry.object}>${entry.object}</span>` },
      { key: "at", title: t("activity.when", "When"), width: "130px", render: (entry) => html`<span title=${exactly(entry.at)}>${when(entry.at)}</span>` },
      { key: "sealed", title: t("activity.seal", "Seal"), width: "130px", render: (entry) => (entry.sealed ? t("activity.sealed", "sealed") : t("activity.unsealed", "not sealed yet")) },
    ];
  }

  override render() {
    return html`<h1>${t("activity.title", "Activity")}</h1>
      <p>${t("activity.text", "Who did what in this account. Entries are sealed within a second; nobody can change them unseen.")}</p>
      <wa-input
        type="search"
        size="s"
        label=${t("activity.filter", "Filter")}
        @input=${(event: InputEvent) => (this.filter = (event.target as HTMLInputElement).value)}
      ></wa-input>
      ${this.entries.show((list) => html`<mb-table label=${t("activity.title", "Activity")} filter=${this.filter} .columns=${this.columns()} .rows=${list}></mb-table>`)}`;
  }
}
customElements.define("mb-activity", MbActivity);
