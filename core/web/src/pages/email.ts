import { html, LitElement } from "lit";
import { t } from "@maxbooster/ui";
import { api } from "../api/client";
import { session } from "../shell/session";
import { alone, framed, linkToken } from "./alone";

class MbEmail extends LitElement {
  static override properties = { words: { state: true } };
  static override styles = alone;
  declare words: string;

  constructor() {
    super();
    this.words = t("verify.working", "One moment…");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.confirm(linkToken());
  }

  private async confirm(token: string): Promise<void> {
    try {
      const { email } = await api.post("/api/core/profile/email/confirm", { body: { token: token || "-" } });
      this.words = t("email.done", "From now on, log in with {email}.", { email });
      if (session.me) await session.load();
    } catch (error) {
      this.words = error instanceof Error ? error.message : String(error);
    }
  }

  override render() {
    return framed(
      t("email.title", "Your new email"),
      html`<p role="status">${this.words}</p>
        <wa-button variant="brand" href="/profile">${t("email.go", "Go to your profile")}</wa-button>`,
    );
  }
}
customElements.define("mb-email", MbEmail);
