/** The ways in through providers, below the form of a page for people who are not logged in. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing } from "lit";
import { field, form, FormController, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { Loaded } from "../shell/loaded";
import { logInAt } from "../shell/providers";

class MbProviderButtons extends LitElement {
  static override properties = { to: {}, invitation: {}, chosen: { state: true }, team: { state: true } };
  static override styles = [
    form,
    css`
      :host {
        display: grid;
        gap: var(--mb-space-3);
        margin-top: var(--mb-space-3);
      }
      wa-button {
        width: 100%;
      }
    `,
  ];
  declare to: string;
  declare invitation: string;
  declare private chosen: string;
  /** Whether the form for a team’s own sign-in is open. */
  declare private team: boolean;
  private readonly providers = new Loaded(this, () => api.get("/api/core/sign-in/providers"));
  private readonly going = new FormController(this, ({ provider = "" }) => {
    this.chosen = provider;
    return logInAt(provider, this.to, this.invitation);
  }, { unkept: "nothing is typed" });
  private readonly finding = new FormController(this, async ({ email = "" }) => {
    const { name } = await api.post("/api/core/sign-in/find", { body: { email } });
    await logInAt(name, this.to, this.invitation);
  }, { unkept: "one address, which the browser fills in" });

  constructor() {
    super();
    this.to = this.invitation = this.chosen = "";
    this.team = false;
  }

  override render() {
    return html`${this.providers.show(
      (list) => html`${list.map(
        ({ name, title }) => html`<form ${this.going.here()}>
          <input type="hidden" name="provider" value=${name} />
          ${this.chosen === name ? this.going.words() : nothing}
          <wa-button type="submit" appearance="outlined" ?loading=${this.going.pending && this.chosen === name}
            >${t("providers.continue", "Continue with {title}", { title })}</wa-button
          >
        </form>`,
      )}`,
    )}
    ${this.team ? this.byEmail() : html`<wa-button appearance="plain" @click=${() => (this.team = true)}>${t("providers.team", "Use your team’s sign-in")}</wa-button>`}`;
  }

  private byEmail() {
    return html`<form ${this.finding.here()}>
      ${field(this.finding, { name: "email", label: t("providers.email", "Your email at work"), type: "email", autocomplete: "email" })}
      ${this.finding.words(["email"])}
      <wa-button type="submit" appearance="outlined" ?loading=${this.finding.pending}>${t("providers.find", "Continue")}</wa-button>
    </form>`;
  }
}
customElements.define("mb-provider-buttons", MbProviderButtons);
