/** Where a service sends the browser back after somebody has logged in there. */
import { html, LitElement } from "lit";
import { notify, page, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { router } from "../shell/router";

class MbConnected extends LitElement {
  static override properties = { failure: { state: true } };
  static override styles = page;
  declare failure: string;

  constructor() {
    super();
    this.failure = "";
    void this.complete(location.pathname.split("/").at(-1) ?? "", new URLSearchParams(location.search));
  }

  /** What came with the address is used once, so it does not stay in the history. */
  private async complete(provider: string, given: URLSearchParams): Promise<void> {
    history.replaceState({}, "", location.pathname);
    const part = (name: string) => given.get(name) ?? "";
    const body = { provider, state: part("state"), code: part("code"), iss: part("iss"), error: part("error"), error_description: part("error_description") };
    try {
      if (!body.state) throw new Error(t("connected.nothing", "This sign-in is over. Start it again."));
      const { provider_title: service } = await api.post("/api/core/connections/sign-ins/complete", { body });
      notify(t("connections.connected", "{service} is connected.", { service }));
      router.go("/connections", true);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  override render() {
    return html`<h1>${t("connections.title", "Connections")}</h1>
      ${this.failure
        ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}</p>
            <p><a href="/connections">${t("connected.back", "Back to your connections")}</a></p>`
        : html`<p role="status">${t("connected.going_on", "Connecting…")}</p>`}`;
  }
}
customElements.define("mb-connected", MbConnected);
