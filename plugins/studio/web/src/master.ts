/** The panel “Master”: all recordings at /master, one of them below it. */
import { html, LitElement, nothing } from "lit";
import type { Host } from "./api";
import "./recording";
import "./recordings";

class MbStudioMaster extends LitElement {
  static override properties = { host: { attribute: false } };
  declare host: Host | undefined;
  private readonly recordingId = location.pathname.split("/")[2] ?? "";

  override render() {
    if (!this.host) return nothing;
    return this.recordingId
      ? html`<mb-studio-recording .host=${this.host} recording-id=${this.recordingId}></mb-studio-recording>`
      : html`<mb-studio-recordings .host=${this.host}></mb-studio-recordings>`;
  }
}
customElements.define("mb-studio-master", MbStudioMaster);
