import { html, LitElement } from "lit";
import { field, FormController, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { Problem } from "../api/problem";
import type { components } from "../api/schema";
import { passkeysWork, usePasskey } from "../shell/passkeys";
import { router } from "../shell/router";
import { session, type Me } from "../shell/session";
import { alone, framed } from "./alone";
import "./provider-buttons";

type PasskeyOptions = components["schemas"]["PasskeyOptions"];

class MbLogin extends LitElement {
  static override properties = { embedded: { type: Boolean }, intro: {}, done: { attribute: false }, asksCode: { state: true }, asksPasskey: { state: true } };
  static override styles = alone;
  /** Whether another page has it, with an `intro` of its own, and goes on from there by `done`. */
  declare embedded: boolean;
  declare intro: string;
  declare done: ((me: Me) => Promise<void>) | undefined;
  declare asksCode: boolean;
  /** What a passkey may answer in place of a code. */
  declare asksPasskey: PasskeyOptions | undefined;
  private readonly form = new FormController(this, (values) => this.logIn(values), { unkept: "a password and a code" });

  constructor() {
    super();
    this.embedded = this.asksCode = false;
    this.intro = "";
  }

  private get to(): string {
    return ownPath(new URLSearchParams(location.search).get("to"));
  }

  private readonly withPasskey = new FormController(this, async () => {
    const credential = await usePasskey(await api.post("/api/core/session/passkey/options"));
    await this.enter(await api.post("/api/core/session/passkey", { body: { credential } }));
  }, { unkept: "nothing is typed" });

  private async enter(me: Me): Promise<void> {
    if (this.done) return this.done(me);
    session.take(me);
    router.go(this.to, true);
  }

  private async logIn(values: Record<string, string>): Promise<void> {
    try {
      const passkey = this.asksPasskey && !values.code ? await usePasskey(this.asksPasskey) : null;
      const body = { email: values.email ?? "", password: values.password ?? "", code: values.code || null, passkey };
      await this.enter(await api.post("/api/core/session", { body }));
    } catch (error) {
      if (error instanceof Problem && error.kind === "second-factor-required" && !this.asksCode) {
        this.asksCode = true;
        this.asksPasskey = passkeysWork() ? (error.details.passkey as PasskeyOptions | undefined) : undefined;
        await this.updateComplete;
        this.renderRoot.querySelector<HTMLElement>("[name=code]")?.focus();
        return;
      }
      throw error;
    }
  }

  override render() {
    return framed(
      t("login.title", "Log in"),
      html`${this.intro ? html`<p>${this.intro}</p>` : ""}
        <form ${this.form.here()}>
          ${field(this.form, { name: "email", label: t("login.email", "Email"), type: "email", autocomplete: "username" })}
          ${field(this.form, { name: "password", label: t("login.password", "Password"), type: "password", autocomplete: "current-password" })}
          ${this.asksCode
            ? field(this.form, {
                name: "code",
                label: t("login.code", "Two-factor code"),
                hint: this.asksPasskey
                  ? t("login.passkey_hint", "Leave it empty to use your passkey, or enter a recovery code or the code from your app.")
                  : t("login.code_hint", "The six digits in your authenticator app, or a recovery code."),
                autocomplete: "one-time-code",
                required: !this.asksPasskey,
              })
            : ""}
          ${this.form.words(["code"])}
          <wa-button type="submit" variant="brand" ?loading=${this.form.pending}>${t("login.go", "Log in")}</wa-button>
        </form>
        ${passkeysWork()
          ? html`<form ${this.withPasskey.here()}>
              ${this.withPasskey.words()}
              <wa-button type="submit" appearance="outlined" ?loading=${this.withPasskey.pending}>${t("login.passkey", "Log in with a passkey")}</wa-button>
            </form>`
          : ""}
        ${this.embedded ? "" : html`<mb-provider-buttons to=${this.to}></mb-provider-buttons>`}
        <div class="below">
          <a href="/register">${t("login.register", "Create an account")}</a>
          <a href="/reset">${t("login.forgotten", "Forgot your password?")}</a>
        </div>`,
    );
  }
}
customElements.define("mb-login", MbLogin);

/** Where to go on after logging in: only to a page of ours. */
export function ownPath(to: string | null): string {
  if (!to || !to.startsWith("/") || to.startsWith("//") || to.includes("\\")) return "/home";
  const url = new URL(to, location.origin);
  return url.origin === location.origin && url.pathname !== "/login" ? url.pathname + url.search : "/home";
}
