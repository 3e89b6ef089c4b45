import { html, LitElement } from "lit";
import { field, FormController, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { alone, framed } from "./alone";

const FIELDS = ["email", "password", "name", "born_on"];

class MbRegister extends LitElement {
  static override properties = { sentTo: { state: true } };
  static override styles = alone;
  declare sentTo: string;
  private readonly form = new FormController(this, (values) => this.register(values));

  constructor() {
    super();
    this.sentTo = "";
  }

  private async register(values: Record<string, string>): Promise<void> {
    const { email = "", password = "", name = "", born_on = "" } = values;
    await api.POST("/api/core/registration", { body: { email, password, name, born_on } });
    this.sentTo = email;
  }

  override render() {
    if (this.sentTo) {
      return framed(
        t("register.sent", "Look into your mailbox"),
        html`<p role="status">${t("register.sent_text", "A letter with a link is on its way to {email}. Follow it within a day.", { email: this.sentTo })}</p>
          <div class="below"><a href="/login">${t("login.title", "Log in")}</a></div>`,
      );
    }
    return framed(
      t("register.title", "Make an account"),
      html`<form @submit=${this.form.submit}>
          ${field(this.form, { name: "name", label: t("register.name", "Your name, or your artist name"), autocomplete: "name", maxlength: 200 })}
          ${field(this.form, { name: "email", label: t("login.email", "E-mail address"), type: "email", autocomplete: "email" })}
          ${field(this.form, {
            name: "password",
            label: t("login.password", "Password"),
            type: "password",
            autocomplete: "new-password",
            hint: t("register.password_hint", "A few words that nobody expects are best."),
          })}
          ${field(this.form, {
            name: "born_on",
            label: t("register.born", "Date of birth"),
            type: "date",
            autocomplete: "bday",
            hint: t("register.born_hint", "Only to see that you are old enough; it is not kept."),
          })}
          ${this.form.words(FIELDS)}
          <wa-button type="submit" variant="brand" ?loading=${this.form.pending}>${t("register.go", "Make the account")}</wa-button>
        </form>
        <div class="below"><a href="/login">${t("register.known", "You have one already? Log in")}</a></div>`,
    );
  }
}
customElements.define("mb-register", MbRegister);
