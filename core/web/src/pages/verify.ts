import { html, LitElement } from "lit";
import { field, FormController, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { router } from "../shell/router";
import { session } from "../shell/session";
import { alone, framed, linkToken } from "./alone";

class MbVerify extends LitElement {
  static override styles = alone;
  private readonly token = linkToken();
  private readonly form = new FormController(this, async ({ password = "" }) => {
    const { email } = await api.post("/api/core/registration/verify", { body: { token: this.token || "-", password } });
    const me = await api.post("/api/core/session", { body: { email, password } });
    session.take(me);
    router.go("/home", true);
  }, { unkept: "a password" });

  override render() {
    return framed(
      t("verify.title", "Welcome"),
      html`<p>${t("verify.text", "Enter the password you chose, so we know it was you who signed up.")}</p>
        <form ${this.form.here()}>
          ${field(this.form, { name: "password", label: t("login.password", "Password"), type: "password", autocomplete: "current-password" })}
          ${this.form.words(["password"])}
          <wa-button type="submit" variant="brand" ?loading=${this.form.pending}>${t("verify.go", "Confirm and log in")}</wa-button>
        </form>`,
    );
  }
}
customElements.define("mb-verify", MbVerify);
