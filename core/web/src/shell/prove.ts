/** Asks once more who this is, where the server wants a recent proof, and then goes on with what was begun. */
import "@awesome.me/webawesome/dist/components/dialog/dialog.js";
import { css, html, LitElement, nothing } from "lit";
import { field, form, FormController, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { Problem } from "../api/problem";
import { passkeysWork, usePasskey } from "./passkeys";
import { away } from "./providers";
import { session } from "./session";
import { username } from "./username";

class MbProve extends LitElement {
  static override properties = { open: { type: Boolean }, code: { state: true }, sentTo: { state: true } };
  declare open: boolean;
  /** Where a link for a new password went. */
  declare sentTo: string;
  declare code: boolean;
  done: (proved: boolean) => void = () => {};
  private readonly form = new FormController(this, (values) => this.prove(values), { unkept: "a password and a code" });

  static override styles = [
    form,
    css`
      p {
        margin: 0;
        color: var(--mb-quiet);
        font-size: var(--mb-text-s);
      }
    `,
  ];

  private get hasPasskey(): boolean {
    return (session.me?.passkeys ?? 0) > 0;
  }

  constructor() {
    super();
    this.open = true;
    this.sentTo = "";
    this.code = (session.me?.user?.second_factor ?? false) || this.hasPasskey;
  }

  private async prove(values: Record<string, string>): Promise<void> {
    const body = { password: values.password ?? "", code: values.code || null };
    session.take(await api.post("/api/core/session/prove", { body }));
    this.finish(true);
  }

  private readonly withPasskey = new FormController(this, async () => {
    const passkey = await usePasskey(await api.post("/api/core/session/prove/passkey"));
    session.take(await api.post("/api/core/session/prove", { body: { passkey } }));
    this.finish(true);
  }, { unkept: "nothing is typed" });

  private provider = "";
  private readonly atProvider = new FormController(this, ({ provider = "" }) => {
    this.provider = provider;
    return away(api.post("/api/core/session/provider/prove", { body: { provider, to: location.pathname + location.search } }));
  }, { unkept: "nothing is typed" });
  private readonly mailing = new FormController(this, async () => {
    const email = session.me?.user?.email ?? "";
    await api.post("/api/core/password-reset", { body: { email } });
    this.sentTo = email;
  }, { unkept: "nothing is typed" });

  private finish(proved: boolean): void {
    this.open = false;
    this.done(proved);
    this.remove();
  }

  override render() {
    return html`<wa-dialog label=${t("prove.title", "Confirm it’s you")} ?open=${this.open} @wa-after-show=${this.focusPassword} @wa-after-hide=${() => this.finish(false)}>
      ${this.hasPasskey && passkeysWork()
        ? html`<form ${this.withPasskey.here()}>
            ${this.withPasskey.words()}
            <wa-button type="submit" variant="brand" ?loading=${this.withPasskey.pending}>${t("prove.passkey", "Use a passkey")}</wa-button>
          </form>`
        : nothing}
      ${(session.me?.providers ?? []).map(
        ({ name, title }) => html`<form ${this.atProvider.here()}>
          <input type="hidden" name="provider" value=${name} />
          ${this.provider === name ? this.atProvider.words() : nothing}
          <wa-button type="submit" appearance="outlined" ?loading=${this.atProvider.pending && this.provider === name}
            >${t("prove.provider", "Log in again with {title}", { title })}</wa-button
          >
        </form>`,
      )}
      ${session.me?.user?.has_password || session.me?.within ? this.byPassword() : this.withoutPassword()}
    </wa-dialog>`;
  }

  private readonly focusPassword = (): void => this.renderRoot.querySelector<HTMLElement>("[name=password]")?.focus();

  private withoutPassword() {
    return this.sentTo
      ? html`<p role="status">${t("prove.sent", "We sent a link to {email}. Set a password, log in with it, then try again.", { email: this.sentTo })}</p>`
      : html`<form ${this.mailing.here()}>
          <p>${t("prove.no_password", "You have no password yet.")}</p>
          ${this.mailing.words()}
          <wa-button type="submit" appearance="plain" ?loading=${this.mailing.pending}>${t("profile.set_password", "Email me a link to set one")}</wa-button>
        </form>`;
  }

  private byPassword() {
    return html`<form ${this.form.here()}>
        ${username()}
        <p>${t("prove.why", "For your security, enter your password again. We won’t ask again for ten minutes.")}</p>
        ${field(this.form, { name: "password", label: t("login.password", "Password"), type: "password", autocomplete: "current-password" })}
        ${this.code ? field(this.form, { name: "code", label: t("login.code", "Two-factor code"), autocomplete: "one-time-code" }) : ""}
        ${this.form.words(["code"])}
        <div class="actions">
          <wa-button type="submit" variant=${this.hasPasskey && passkeysWork() ? "neutral" : "brand"} ?loading=${this.form.pending}>${t("prove.go", "Continue")}</wa-button>
        </div>
      </form>`;
  }
}
customElements.define("mb-prove", MbProve);

/** Run it; where the server asks for a proof, ask the person and run it again. */
export async function proven<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== "step-up-required") throw error;
    const asking = document.createElement("mb-prove") as MbProve;
    const proved = await new Promise<boolean>((done) => {
      asking.done = done;
      document.body.append(asking);
    });
    if (!proved) throw error;
    return run();
  }
}
