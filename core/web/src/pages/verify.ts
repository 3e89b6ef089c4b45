import { html, LitElement } from "lit";
import { t } from "@maxbooster/ui";
import { api } from "../api/client";
import { alone, framed, linkToken } from "./alone";

class MbVerify extends LitElement {
  static override properties = { words: { state: true }, email: { state: true } };
  static override styles = alone;
  declare words: string;
  declare email: string;

  constructor() {
    super();
    this.words = t("verify.working", "One moment …");
    this.email = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.verify(linkToken());
  }

  private async verify(token: string): Promise<void> {
    try {
      const { data } = await api.POST("/api/core/registration/verify", { body: { token: token || "-" } });
      this.email = data?.email ?? "";
      this.words = t("verify.done", "{email} is yours, and your account is ready.", { email: this.email });
    } catch (error) {
      this.words = error instanceof Error ? error.message : String(error);
    }
  }

  override render() {
    return framed(
      this.email ? t("verify.welcome", "Welcome") : t("verify.title", "Your e-mail address"),
      html`<p role="status">${this.words}</p>
        <wa-button variant="brand" href="/login">${t("login.title", "Log in")}</wa-button>`,
    );
  }
}
customElements.define("mb-verify", MbVerify);
