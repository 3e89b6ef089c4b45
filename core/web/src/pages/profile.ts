import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing } from "lit";
import { confirmed, date, field, form, FormController, notify, page, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { Problem } from "../api/problem";
import type { components } from "../api/schema";
import { proven } from "../shell/prove";
import "./identities";
import "./passkeys";
import { username } from "../shell/username";
import { session, type Me } from "../shell/session";
import { tried } from "../shell/tried";

type Secret = components["schemas"]["TotpSecret"];

class MbProfile extends LitElement {
  static override properties = { secret: { state: true }, codes: { state: true }, sentTo: { state: true } };
  static override styles = [
    page,
    form,
    css`
      .codes {
        columns: 2;
        padding: 0;
        list-style: none;
        font-family: var(--mb-mono);
        font-size: var(--mb-text-s);
      }
      wa-qr-code {
        padding: 20px;
        border-radius: var(--mb-radius);
        background: white;
        color: black;
        justify-self: start;
      }
    `,
  ];
  declare secret: Secret | undefined;
  declare codes: string[];
  declare sentTo: string;
  private readonly naming = new FormController(this, async ({ name = "" }) => {
    await api.patch("/api/core/profile", { body: { name, expected: session.me?.user?.name ?? null } });
    await session.load();
    notify(t("profile.saved", "Saved."));
  }, { draft: "profile/name", again: () => session.load(), later: true });
  private readonly password = new FormController(this, async ({ current = "", password = "" }) => {
    session.take(await proven(() => api.post("/api/core/profile/password", { body: { current, password } })));
    notify(t("profile.password_changed", "Password changed. All other devices are logged out."));
  }, { unkept: "passwords" });
  private readonly email = new FormController(this, async ({ email = "" }) => {
    await proven(() => api.post("/api/core/profile/email", { body: { email } }));
    this.sentTo = email;
  }, { draft: "profile/email" });
  private readonly confirming = new FormController(this, async ({ code = "" }) => {
    const { codes } = await proven(() => api.post("/api/core/profile/totp/confirm", { body: { code } }));
    this.codes = codes;
    this.secret = undefined;
    await session.load();
  }, { unkept: "a code" });

  private async takeOut(): Promise<void> {
    const data = await proven(() => api.get("/api/core/profile/export"));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
    link.download = "max-booster-export.json";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  private async leave(): Promise<void> {
    const yes = await confirmed({
      title: t("profile.erase_ask", "Delete your login?"),
      text: t("profile.erase_why", "You can change your mind here until the day it is deleted."),
      loses: [t("profile.erase_login", "Your login, devices, API keys and two-factor authentication"), t("profile.erase_accounts", "Every account that only you belong to, with all its files")],
      action: t("profile.erase_go", "Delete login"),
    });
    if (!yes) return;
    try {
      await proven(() => api.post("/api/core/profile/erasure"));
      await session.load();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      notify({ text: error.message, tone: "danger" });
    }
    this.requestUpdate();
  }

  private async stay(): Promise<void> {
    await api.delete("/api/core/profile/erasure");
    await session.load();
    this.requestUpdate();
    notify(t("profile.erase_withdrawn", "Deletion canceled. Nothing was deleted."));
  }

  constructor() {
    super();
    this.codes = [];
    this.sentTo = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    session.addEventListener("change", this.again);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    session.removeEventListener("change", this.again);
  }

  private readonly again = (): void => this.requestUpdate();

  private async begin(): Promise<void> {
    const data = await proven(() => api.post("/api/core/profile/totp"));
    await import("@awesome.me/webawesome/dist/components/qr-code/qr-code.js");
    this.secret = data;
  }

  private async removeFactor(): Promise<void> {
    session.take(await proven(() => api.delete("/api/core/profile/totp")));
    this.codes = [];
    this.requestUpdate();
    notify(t("profile.factor_off", "Two-factor authentication is off."));
  }

  override render() {
    const user = session.me?.user;
    if (!user) return nothing;
    if (session.me?.within) return this.notHere(user.email);
    return html`<h1>${t("profile.title", "Your profile")}</h1>
      <p>${user.email}</p>
      <form ${this.naming.here()}>
        ${field(this.naming, { name: "name", label: t("profile.name", "Name"), value: user.name, autocomplete: "name", maxlength: 200 })}
        ${this.naming.words(["name"])}
        <div class="actions"><wa-button type="submit" ?loading=${this.naming.pending}>${t("profile.save", "Save")}</wa-button></div>
      </form>

      <h2>${t("profile.factor", "Two-factor authentication")}</h2>
      ${user.second_factor ? this.factorOn() : this.secret ? this.confirm(this.secret) : this.factorOff()}

      <h2>${t("passkeys.title", "Passkeys")}</h2>
      <mb-passkeys></mb-passkeys>

      <h2>${t("identities.title", "Connected logins")}</h2>
      <mb-identities></mb-identities>
      <h2>${t("notifications.title", "Notifications")}</h2>
      <p>${t("profile.notifications", "Choose what you hear about at the bell, by email and on your devices.")}</p>
      <div class="actions"><wa-button appearance="outlined" href="/notifications">${t("profile.notifications_open", "Notification settings")}</wa-button></div>

      <h2>${t("profile.email", "Email")}</h2>
      ${this.sentTo
        ? html`<p role="status">${t("profile.email_sent", "We sent a link to {email}. Open it to confirm the change.", { email: this.sentTo })}</p>`
        : html`<form ${this.email.here()}>
            ${field(this.email, { name: "email", label: t("profile.new_email", "New email"), type: "email", autocomplete: "email" })}
            ${this.email.words(["email"])}
            <div class="actions"><wa-button type="submit" ?loading=${this.email.pending}>${t("profile.change_email", "Change email")}</wa-button></div>
          </form>`}

      <h2>${t("profile.password", "Password")}</h2>
      ${user.has_password ? this.changePassword() : this.setPassword(user.email)}

      <h2>${t("profile.yours", "Your data")}</h2>
      <p>${t("profile.yours_text", "Download your profile, devices, activity and the accounts that only you belong to, as one JSON file.")}</p>
      <div class="actions"><wa-button appearance="outlined" @click=${this.takeOut}>${t("profile.export", "Download your data")}</wa-button></div>

      <h2>${t("profile.erase", "Delete your login")}</h2>
      ${user.erase_at
        ? html`<p role="status">${t("profile.erase_on", "Your login will be deleted on {day}.", { day: date(user.erase_at) })}</p>
            <div class="actions"><wa-button @click=${this.stay}>${t("profile.stay", "Cancel deletion")}</wa-button></div>`
        : html`<p>${t("profile.erase_text", "Deletes your login and everything that only you own. You can cancel for a while after you confirm.")}</p>
            <div class="actions"><wa-button appearance="outlined" @click=${this.leave}>${t("profile.erase_button", "Delete login…")}</wa-button></div>`}`;
  }

  /** Who came through an account’s provider is that person in the account, and their profile is none of its business. */
  private notHere(email: string) {
    return html`<h1>${t("profile.title", "Your profile")}</h1>
      <p>${email}</p>
      <p role="note">${t("profile.within", "You logged in through your team’s sign-in. Log in with your own password or passkey to change your profile; “Forgot your password?” on the login page sets one.")}</p>`;
  }

  private changePassword() {
    return html`<form ${this.password.here()}>
        ${username()}
        ${field(this.password, { name: "current", label: t("profile.current", "Current password"), type: "password", autocomplete: "current-password" })}
        ${field(this.password, { name: "password", label: t("reset.password", "New password"), type: "password", autocomplete: "new-password" })}
        ${this.password.words(["current", "password"])}
        <div class="actions"><wa-button type="submit" ?loading=${this.password.pending}>${t("profile.change_password", "Change password")}</wa-button></div>
      </form>`;
  }

  private setPassword(email: string) {
    const send = async () => {
      await api.post("/api/core/password-reset", { body: { email } });
      notify(t("profile.password_sent", "We sent a link to {email}.", { email }));
    };
    return html`<p>${t("profile.no_password", "You have no password yet; you log in in another way.")}</p>
      <div class="actions"><wa-button appearance="outlined" @click=${() => tried(send)}>${t("profile.set_password", "Email me a link to set one")}</wa-button></div>`;
  }

  private factorOff() {
    return html`<p>${t("profile.factor_why", "Logging in also asks for a code from an app on your phone, so a stolen password isn’t enough.")}</p>
      <wa-button variant="brand" @click=${this.begin}>${t("profile.factor_begin", "Set up")}</wa-button>`;
  }

  private confirm(secret: Secret) {
    return html`<p>${t("profile.scan", "Scan this with your authenticator app, or type in the key below it. Then enter the code the app shows.")}</p>
      <form ${this.confirming.here()}>
        <wa-qr-code value=${secret.uri} label=${t("profile.qr", "QR code for the authenticator app")} size="160"></wa-qr-code>
        <span class="code" data-secret>${secret.secret}</span>
        ${field(this.confirming, { name: "code", label: t("login.code", "Two-factor code"), inputmode: "numeric", autocomplete: "one-time-code", maxlength: 20 })}
        ${this.confirming.words(["code"])}
        <div class="actions"><wa-button type="submit" variant="brand" ?loading=${this.confirming.pending}>${t("profile.factor_on", "Turn on")}</wa-button></div>
      </form>`;
  }

  private factorOn() {
    return html`${this.codes.length
        ? html`<p role="status">${t("profile.codes", "Two-factor authentication is on. Save these recovery codes somewhere safe: each one logs you in once if you lose your phone. You won’t see them again.")}</p>
            <ul class="codes">${this.codes.map((code) => html`<li>${code}</li>`)}</ul>`
        : html`<p>${t("profile.factor_is_on", "On. Logging in asks for a code from your app.")}</p>`}
      <wa-button appearance="outlined" @click=${this.removeFactor}>${t("profile.factor_remove", "Turn off")}</wa-button>`;
  }
}
customElements.define("mb-profile", MbProfile);
