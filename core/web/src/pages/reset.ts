import { html, LitElement, nothing } from "lit";
import { field, FormController, t } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { alone, framed, linkToken } from "./alone";

type Identity = components["schemas"]["IdentityOut"];

class MbReset extends LitElement {
  static override properties = { stage: { state: true } };
  static override styles = alone;
  declare stage: "ask" | "sent" | "choose" | "done";
  private readonly token = linkToken();
  private readonly leaving = new Set<string>();
  private readonly left = new Loaded(this, async () => (this.token ? api.post("/api/core/password-reset/preview", { body: { token: this.token } }) : undefined));
  private readonly asking = new FormController(this, async ({ email = "" }) => {
    await api.post("/api/core/password-reset", { body: { email } });
    this.stage = "sent";
  }, { unkept: "nobody is logged in" });
  private readonly choosing = new FormController(this, async ({ password = "" }) => {
    await api.post("/api/core/password-reset/confirm", { body: { token: this.token, password, disconnect: [...this.leaving] } });
    this.stage = "done";
  }, { unkept: "a password" });

  constructor() {
    super();
    this.stage = this.token ? "choose" : "ask";
  }

  override render() {
    return framed(t("reset.title", "Reset your password"), this[this.stage]());
  }

  ask() {
    return html`<form ${this.asking.here()}>
        ${field(this.asking, { name: "email", label: t("login.email", "Email"), type: "email", autocomplete: "username" })}
        ${this.asking.words(["email"])}
        <wa-button type="submit" variant="brand" ?loading=${this.asking.pending}>${t("reset.ask", "Send reset link")}</wa-button>
      </form>
      <div class="below"><a href="/login">${t("login.title", "Log in")}</a></div>`;
  }

  sent() {
    return html`<p role="status">${t("reset.sent", "If an account uses this email, we sent it a link. Open it within an hour to choose a new password.")}</p>`;
  }

  choose() {
    return html`<form ${this.choosing.here()}>
      ${field(this.choosing, { name: "password", label: t("reset.password", "New password"), type: "password", autocomplete: "new-password" })}
      ${this.choosing.words(["password"])}
      ${this.stillIn()}
      <wa-button type="submit" variant="brand" ?loading=${this.choosing.pending}>${t("reset.go", "Change password")}</wa-button>
    </form>`;
  }

  /** What logs them in besides the password, which somebody else may have added. */
  stillIn() {
    const { identities = [], passkeys = [] } = this.left.value ?? {};
    return html`<p>${t("reset.everywhere", "You are logged out on every device.")}</p>
      ${identities.length ? html`<p>${t("reset.identities", "These logins still work. Disconnect what you don’t know:")}</p>` : nothing}
      ${identities.map((each) => this.disconnectable(each))}
      ${passkeys.length
        ? html`<p>${t("reset.passkeys", "These passkeys still work: {names}. After you log in, you can remove them in your profile.", { names: passkeys.map((each) => each.name).join(", ") })}</p>`
        : nothing}`;
  }

  private disconnectable({ id, name, provider_title: title }: Identity) {
    const mark = ({ target }: Event) => this.leaving[(target as HTMLInputElement).checked ? "add" : "delete"](id);
    return html`<label><input type="checkbox" @change=${mark} /> ${t("reset.disconnect", "Disconnect {title} ({name})", { title, name })}</label>`;
  }

  done() {
    return html`<p role="status">${t("reset.done", "Your password is changed. Every device was logged out.")}</p>
      <wa-button variant="brand" href="/login">${t("login.title", "Log in")}</wa-button>`;
  }
}
customElements.define("mb-reset", MbReset);
