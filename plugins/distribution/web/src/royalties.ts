/** The page “Royalties”: statements, suspense, splits and payees, by address. */
import { html, LitElement } from "lit";
import type { Host } from "./api";
import "./royalties-earnings";
import "./royalties-payees";
import "./royalties-splits";
import "./royalties-statement";
import "./royalties-statements";
import "./royalties-suspense";
import "./royalties-upload";

class Royalties extends LitElement {
  static override properties = { host: { attribute: false } };
  declare host: Host;

  override createRenderRoot() {
    return this;
  }

  override render() {
    const [, , part, id] = location.pathname.split("/");
    const payee = new URLSearchParams(location.search).get("payee") ?? "";
    switch (part) {
      case "upload": return html`<mb-royalties-upload .host=${this.host}></mb-royalties-upload>`;
      case "statements": return html`<mb-royalties-statement .host=${this.host} statement=${id ?? ""} payee=${payee}></mb-royalties-statement>`;
      case "earnings": return html`<mb-royalties-earnings .host=${this.host}></mb-royalties-earnings>`;
      case "suspense": return html`<mb-royalties-suspense .host=${this.host}></mb-royalties-suspense>`;
      case "splits": return html`<mb-royalties-splits .host=${this.host}></mb-royalties-splits>`;
      case "payees": return html`<mb-royalties-payees .host=${this.host} payee=${id ?? ""}></mb-royalties-payees>`;
      default: return html`<mb-royalties-statements .host=${this.host}></mb-royalties-statements>`;
    }
  }
}
customElements.define("mb-distribution-royalties", Royalties);
