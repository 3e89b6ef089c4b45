/** The page “Releases”: the list, one release, and its editor, by address. */
import { html, LitElement } from "lit";
import type { Host } from "./api";
import "./codes";
import "./editor";
import "./list";
import "./overview";

class Releases extends LitElement {
  static override properties = { host: { attribute: false } };
  declare host: Host;

  override createRenderRoot() {
    return this;
  }

  override render() {
    const [, , id, part] = location.pathname.split("/");
    if (!id) return html`<mb-releases-list .host=${this.host}></mb-releases-list>`;
    if (id === "codes") return html`<mb-releases-codes .host=${this.host}></mb-releases-codes>`;
    if (id === "new") return html`<mb-releases-editor .host=${this.host}></mb-releases-editor>`;
    if (part === "edit") return html`<mb-releases-editor .host=${this.host} release=${id}></mb-releases-editor>`;
    return html`<mb-releases-overview .host=${this.host} release=${id}></mb-releases-overview>`;
  }
}
customElements.define("mb-distribution-releases", Releases);
