/** Where a sign-in provider sends the browser back: logs in, or asks what is still missing. */
import { html, LitElement, type TemplateResult } from "lit";
import { field, FormController, notify, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { Problem } from "../api/problem";
import type { components } from "../api/schema";
import { passkeysWork, usePasskey } from "../shell/passkeys";
import { router } from "../shell/router";
import { session, type Me } from "../shell/session";
import { alone, framed } from "./alone";
import { ownPath } from "./login";

type Answer = components["schemas"]["ProviderLogin"];
type Returned = components["schemas"]["ProviderReturn"];
type Given = components["schemas"]["ProviderFactor"];

class MbReturned extends LitElement {
  static override properties = { answer: { state: true }, failure: { state: true } };
  static override styles = alone;
  declare private answer: Answer | undefined;
  declare private failure: string;
  private readonly registering = new FormController(
    this,
    async ({ name = "", born_on = "" }) => this.take(await api.post("/api/core/sign-in/register", { body: { ticket: this.ticket, name, born_on } })),
    { unkept: "its ticket is good for a few minutes" },
  );
  private readonly giving = new FormController(this, async ({ code = "" }) => {
    const options = this.answer?.passkey;
    const passkey = options && passkeysWork() && !code ? await usePasskey(options) : null;
    this.take(await this.give({ ticket: this.ticket, code: code || null, passkey }));
  }, { unkept: "a code" });

  constructor() {
    super();
    this.failure = "";
    void this.complete(decodeURIComponent(location.pathname.split("/").at(-1) ?? ""), new URLSearchParams(location.search));
  }

  private get ticket(): string {
    return this.answer?.ticket ?? "";
  }

  /** What came with the address is used once, so it does not stay in the history. */
  private async complete(provider: string, given: URLSearchParams): Promise<void> {
    history.replaceState({}, "", location.pathname);
    const part = (name: string) => given.get(name) ?? "";
    const body = { provider, state: part("state"), code: part("code"), iss: part("iss"), error: part("error"), error_description: part("error_description") };
    try {
      if (!body.state) throw new Error(t("returned.nothing", "This sign-in is over. Start it again."));
      this.take(await this.send(body));
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  /** Somebody who is logged in went to connect, confirm or test something; else to log in. */
  private async send(body: Returned): Promise<Answer> {
    if (!session.me) return api.post("/api/core/sign-in/complete", { body });
    try {
      return await api.post("/api/core/session/provider/complete", { body });
    } catch (error) {
      if (!(error instanceof Problem) || error.field !== "state") throw error;
      return api.post("/api/core/sign-in/complete", { body });
    }
  }

  private give(body: Given): Promise<Answer> {
    return this.answer?.purpose === "prove" ? api.post("/api/core/session/provider/factor", { body }) : api.post("/api/core/sign-in/factor", { body });
  }

  private take(answer: Answer): void {
    this.answer = answer;
    if (answer.me) session.take(answer.me);
    if (answer.next !== "done" || answer.purpose === "test") return;
    const title = answer.provider_title;
    if (answer.purpose === "link") notify(t("returned.linked", "{title} is connected. You can log in with it from now on.", { title }));
    if (answer.purpose === "prove") notify(t("returned.proved", "Confirmed. Go on where you left off."));
    router.go(ownPath(answer.to), true);
  }

  private async link(me: Me): Promise<void> {
    session.take(me);
    await api.post("/api/core/profile/identities", { body: { ticket: this.ticket } });
    notify(t("returned.linked", "{title} is connected. You can log in with it from now on.", { title: this.answer?.provider_title ?? "" }));
    router.go(ownPath(this.answer?.to ?? ""), true);
  }

  override render() {
    if (this.failure) {
      return framed(
        t("returned.failed", "You’re not signed in"),
        html`<p role="alert">${this.failure}</p>
          <div class="below"><a href=${session.me ? "/home" : "/login"}>${session.me ? t("returned.home", "Back to Max Booster") : t("login.title", "Log in")}</a></div>`,
      );
    }
    const { answer } = this;
    if (answer?.tested) return this.tested(answer, answer.tested);
    if (answer?.next === "register") return this.register(answer);
    if (answer?.next === "factor") return this.factor(answer);
    if (answer?.next === "link") return this.known(answer);
    return framed(t("returned.title", "Signing in"), html`<p role="status">${t("verify.working", "One moment…")}</p>`);
  }

  private register({ email, name, provider_title: title }: Answer): TemplateResult {
    return framed(
      t("register.title", "Create an account"),
      html`<p>${t("returned.new", "{title} confirmed {email}. Nobody here has this email yet.", { title, email })}</p>
        <form ${this.registering.here()}>
          ${field(this.registering, { name: "name", label: t("register.name", "Your name or artist name"), autocomplete: "name", maxlength: 200, value: name })}
          ${field(this.registering, {
            name: "born_on",
            label: t("register.born", "Date of birth"),
            type: "date",
            autocomplete: "bday",
            hint: t("register.born_hint", "Only used to check that you’re old enough. We don’t keep it."),
          })}
          ${this.registering.words(["name", "born_on"])}
          <wa-button type="submit" variant="brand" ?loading=${this.registering.pending}>${t("register.go", "Create account")}</wa-button>
        </form>
        <div class="below"><a href="/login">${t("register.known", "Already have an account? Log in")}</a></div>`,
    );
  }

  private factor({ passkey }: Answer): TemplateResult {
    const usable = passkey && passkeysWork();
    return framed(
      t("returned.factor", "One more step"),
      html`<form ${this.giving.here()}>
        ${field(this.giving, {
          name: "code",
          label: t("login.code", "Two-factor code"),
          hint: usable
            ? t("login.passkey_hint", "Leave it empty to use your passkey, or enter a recovery code or the code from your app.")
            : t("login.code_hint", "The six digits in your authenticator app, or a recovery code."),
          autocomplete: "one-time-code",
          required: !usable,
        })}
        ${this.giving.words(["code"])}
        <wa-button type="submit" variant="brand" ?loading=${this.giving.pending}>${t("prove.go", "Continue")}</wa-button>
      </form>`,
    );
  }

  private known({ email, provider_title: title }: Answer): TemplateResult {
    return html`<mb-login
      embedded
      .intro=${t("returned.known", "{email} already has a login here. Log in once, and {title} is connected to it.", { email, title })}
      .done=${(me: Me) => this.link(me)}
    ></mb-login>`;
  }

  private tested({ provider_title: title, to }: Answer, said: components["schemas"]["TestedSignIn"]): TemplateResult {
    const email = said.email || t("returned.no_email", "no email address");
    const facts = [said.email_verified ? t("returned.verified", "verified") : t("returned.unverified", "not verified"), said.second_factor ? t("returned.mfa", "with a second factor") : t("returned.no_mfa", "no second factor mentioned")];
    return framed(
      t("returned.tested", "The test worked"),
      html`<p role="status">${t("returned.tested_as", "{title} says that you are {name}: {email} ({facts}).", { title, name: said.name || said.subject, email, facts: facts.join(", ") })}</p>
        <div class="below"><a href=${ownPath(to)}>${t("returned.settings", "Back to the sign-in settings")}</a></div>`,
    );
  }
}
customElements.define("mb-returned", MbReturned);
