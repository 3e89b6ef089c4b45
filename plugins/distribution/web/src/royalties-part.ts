/** What the pages of royalties have alike: their tabs, their data, and that they follow what happens. */
import { html, type TemplateResult } from "lit";
import { page, Refresh, t } from "@maxbooster/ui";
import { Part } from "./part";
import { royalties } from "./royalties-style";
import { RoyaltiesApi } from "./royalties-api";
import { style } from "./style";

export type Tab = "statements" | "earnings" | "suspense" | "splits" | "payees";

export abstract class RoyaltiesPart extends Part {
  static override styles = [page, style, royalties];

  constructor() {
    super();
    new Refresh(this, () => this.again());
  }

  protected get royalties(): RoyaltiesApi {
    return new RoyaltiesApi(this.host);
  }

  protected get mayWrite(): boolean {
    return this.host.may("royalty.write");
  }

  protected head(tab: Tab, actions: unknown = ""): TemplateResult {
    const link = (name: Tab, path: string, title: string) => html`<a href=${path} aria-current=${name === tab ? "page" : "false"} ?data-on=${name === tab}>${title}</a>`;
    return html`<div class="head">
        <div><h1>${t("royalties.title", "Royalties")}</h1></div>
        <div class="actions">${actions}</div>
      </div>
      <nav class="tabs" aria-label=${t("royalties.title", "Royalties")}>
        ${link("statements", "/royalties", t("royalties.statements", "Statements"))} ${link("earnings", "/royalties/earnings", t("royalties.earnings", "Earnings"))} ${link("suspense", "/royalties/suspense", t("royalties.suspense", "Suspense"))}
        ${link("splits", "/royalties/splits", t("royalties.splits", "Splits"))} ${link("payees", "/royalties/payees", t("royalties.payees", "Payees"))}
      </nav>
      ${this.problem()}`;
  }
}
