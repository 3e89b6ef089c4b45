import { html, LitElement, type TemplateResult } from "lit";
import { field, FormController, t } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { router } from "../shell/router";
import { session } from "../shell/session";
import { alone, framed, linkToken } from "./alone";
import "./provider-buttons";

type Invited = components["schemas"]["Invited"];

class MbInvitation extends LitElement {
  static override properties = { invited: { state: true }, words: { state: true } };
  static override styles = alone;
  declare invited: Invited | undefined;
  declare words: string;
  private readonly token = linkToken() || sessionStorage.getItem("invitation") || "";
  private readonly accepting = new FormController(this, () => this.accept(), { unkept: "nothing is typed" });
  private readonly joining = new FormController(this, (values) => this.join(values), { unkept: "nobody is logged in yet, and a password is typed" });

  constructor() {
    super();
    this.words = t("verify.working", "One moment…");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    try {
      this.invited = await api.post("/api/core/registration/invitation", { body: { token: this.token || "-" } });
      sessionStorage.setItem("invitation", this.token);
    } catch (error) {
      this.words = error instanceof Error ? error.message : String(error);
    }
  }

  private async accept(): Promise<void> {
    const { id } = await api.post("/api/core/invitations/accept", { body: { token: this.token } });
    sessionStorage.removeItem("invitation");
    session.take(await api.post("/api/core/session/account", { body: { account: id } }));
    router.go("/home", true);
  }

  private async join(values: Record<string, string>): Promise<void> {
    const { password = "", name = "", born_on = "" } = values;
    await api.post("/api/core/registration/join", { body: { token: this.token, password, name, born_on } });
    sessionStorage.removeItem("invitation");
    router.go("/login", true);
  }

  override render() {
    if (!this.invited) return framed(t("invitation.title", "Your invitation"), html`<p role="status">${this.words}</p>`);
    const { account, role, email } = this.invited;
    return framed(
      t("invitation.to", "Join {account}", { account }),
      html`<p>${t("invitation.text", "{email} is invited as {role}.", { email, role })}</p>
        ${this.way(this.invited)}`,
    );
  }

  private way(invited: Invited): TemplateResult {
    if (session.me) {
      return html`<form ${this.accepting.here()}>
        ${this.accepting.words()}
        <wa-button type="submit" variant="brand" ?loading=${this.accepting.pending}>${t("invitation.accept", "Join")}</wa-button>
      </form>`;
    }
    if (invited.registered) {
      return html`<wa-button variant="brand" href="/login?to=/invitation">${t("invitation.login", "Log in and join")}</wa-button>`;
    }
    return html`<form ${this.joining.here()}>
      ${field(this.joining, { name: "name", label: t("register.name", "Your name or artist name"), autocomplete: "name", maxlength: 200 })}
      ${field(this.joining, { name: "password", label: t("login.password", "Password"), type: "password", autocomplete: "new-password" })}
      ${field(this.joining, { name: "born_on", label: t("register.born", "Date of birth"), type: "date", autocomplete: "bday" })}
      ${this.joining.words(["password", "name", "born_on"])}
      <wa-button type="submit" variant="brand" ?loading=${this.joining.pending}>${t("invitation.join", "Create account and join")}</wa-button>
      </form>
      <mb-provider-buttons to="/home" invitation=${this.token}></mb-provider-buttons>`;
  }
}
customElements.define("mb-invitation", MbInvitation);
