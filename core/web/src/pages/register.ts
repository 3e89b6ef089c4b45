import { html, LitElement } from "lit";
import { field, FormController, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { alone, framed } from "./alone";
import "./provider-buttons";

const FIELDS = ["email", "password", "name", "born_on"];

class MbRegister extends LitElement {
  static override properties = { sentTo: { state: true } };
  static override styles = alone;
  declare sentTo: string;
  private readonly form = new FormController(this, (values) => this.register(values), { unkept: "nobody is logged in yet, and a password is typed" });

  constructor() {
    super();
    this.sentTo = "";
  }

  private async register(values: Record<string, string>): Promise<void> {
    const { email = "", password = "", name = "", born_on = "" } = values;
    await api.post("/api/core/registration", { body: { email, password, name, born_on } });
    this.sentTo = email;
  }

  override render() {
    if (this.sentTo) {
      return framed(
        t("register.sent", "Check your email"),
        html`<p role="status">${t("register.sent_text", "We sent a link to {email}. Open it within a day to finish creating your account.", { email: this.sentTo })}</p>
          <div class="below"><a href="/login">${t("login.title", "Log in")}</a></div>`,
      );
    }
    return framed(
      t("register.title", "Create an account"),
      html`<form ${this.form.here()}>
          ${field(this.form, { name: "name", label: t("register.name", "Your name or artist name"), autocomplete: "name", maxlength: 200 })}
          ${field(this.form, { name: "email", label: t("login.email", "Email"), type: "email", autocomplete: "email" })}
          ${field(this.form, {
            name: "password",
            label: t("login.password", "Password"),
            type: "password",
            autocomplete: "new-password",
            hint: t("register.password_hint", "A few unrelated words work best."),
          })}
          ${field(this.form, {
            name: "born_on",
            label: t("register.born", "Date of birth"),
            type: "date",
            autocomplete: "bday",
            hint: t("register.born_hint", "Only used to check that you’re old enough. We don’t keep it."),
          })}
          ${this.form.words(FIELDS)}
          <wa-button type="submit" variant="brand" ?loading=${this.form.pending}>${t("register.go", "Create account")}</wa-button>
        </form>
        <mb-provider-buttons to="/home"></mb-provider-buttons>
        <div class="below"><a href="/login">${t("register.known", "Already have an account? Log in")}</a></div>`,
    );
  }
}
customElements.define("mb-register", MbRegister);
