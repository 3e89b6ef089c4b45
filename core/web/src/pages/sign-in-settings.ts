/** The sign-in of the account’s own: a provider, tried before it counts, and the email domains that use it. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/select/select.js";
import "@awesome.me/webawesome/dist/components/option/option.js";
import "@awesome.me/webawesome/dist/components/checkbox/checkbox.js";
import { css, html, LitElement, nothing } from "lit";
import { confirmed, date, field, form, FormController, notify, page, t } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { away } from "../shell/providers";
import { proven } from "../shell/prove";
import { session } from "../shell/session";
import { tried } from "../shell/tried";
import { roleTitle } from "./team";

type Settings = components["schemas"]["AccountProviderOut"];
type Domain = components["schemas"]["DomainOut"];
type Role = components["schemas"]["AccountProviderChange"]["role"];

const ROLES: NonNullable<Role>[] = ["admin", "manager", "artist", "editor", "viewer"];
const FIELDS = ["title", "issuer", "client_id", "client_secret", "role"];

class MbSignInSettings extends LitElement {
  static override styles = [
    page,
    form,
    css`
      form {
        max-width: 460px;
        margin-top: var(--mb-space-4);
      }
      .state {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--mb-space-2);
      }
      .address {
        overflow-wrap: anywhere;
        font-family: var(--mb-mono);
        font-size: var(--mb-text-s);
      }
    `,
  ];
  private readonly settings = new Loaded(this, () => api.get("/api/core/account/provider"));
  private readonly saving = new FormController(this, async (values) => {
    const { title = "", issuer = "", client_id = "", client_secret = "", role = "viewer" } = values;
    const kept = { client_secret: client_secret || null, trusted: values.trusted !== undefined, version: this.settings.value?.version ?? null };
    await proven(() => api.put("/api/core/account/provider", { body: { title, issuer, client_id, role: role as Role, ...kept } }));
    notify(t("sso.saved", "Saved. Test it, then turn it on."));
    await this.settings.again();
  }, { draft: "team/sign-in" });
  private readonly adding = new FormController(this, async ({ domain = "" }) => {
    await proven(() => api.post("/api/core/account/domains", { body: { domain } }));
    this.renderRoot.querySelector<HTMLFormElement>("form.domain")?.reset();
    await this.settings.again();
  }, { unkept: "one domain" });

  private async change(run: () => Promise<unknown>, said?: string): Promise<void> {
    await tried(async () => {
      await proven(run);
      if (said) notify(said);
      await this.settings.again();
    });
  }

  private turn(enabled: boolean, required: boolean): Promise<void> {
    return this.change(() => api.put("/api/core/account/provider/switch", { body: { enabled, required } }), t("sso.saved_switch", "Saved."));
  }

  private async takeAway(): Promise<void> {
    const yes = await confirmed({
      title: t("sso.remove_title", "Remove this sign-in?"),
      text: t("sso.remove_text", "Whoever logged in through it is logged out, and uses a password, a passkey or “Forgot your password?” instead."),
      action: t("sso.remove_go", "Remove sign-in"),
    });
    if (yes) await this.change(() => api.delete("/api/core/account/provider"), t("sso.removed", "The sign-in is removed."));
  }

  override render() {
    return html`<h1>${t("sso.title", "Your team’s sign-in")}</h1>
      <p>
        ${t("sso.text", "Let members of {account} log in where your label manages its people: at any OpenID Connect provider, such as Google Workspace, Microsoft Entra, Okta or Keycloak.", {
          account: session.me?.account?.name ?? "",
        })}
      </p>
      ${this.settings.show((found) => html`${this.provider(found)} ${found.version === null ? nothing : this.use(found)} ${this.domains(found)}`)}`;
  }

  private provider(found: Settings) {
    return html`<h2>${t("sso.provider", "Provider")}</h2>
      <p>${t("sso.redirect", "Register this address there as the redirect URI:")} <span class="address">${found.redirect_uri}</span></p>
      <form ${this.saving.here()}>
        ${field(this.saving, { name: "title", label: t("sso.name", "Name"), hint: t("sso.name_hint", "What members see: “Continue with …”"), value: found.title, maxlength: 100 })}
        ${field(this.saving, { name: "issuer", label: t("sso.issuer", "Issuer"), hint: t("sso.issuer_hint", "An address such as https://login.harbour.example"), value: found.issuer, maxlength: 500 })}
        ${field(this.saving, { name: "client_id", label: t("sso.client_id", "Client ID"), value: found.client_id })}
        ${field(this.saving, {
          name: "client_secret",
          label: t("sso.client_secret", "Client secret"),
          type: "password",
          hint: found.has_secret ? t("sso.secret_kept", "Saved, and not shown again. Leave it empty to keep it.") : "",
          required: false,
          maxlength: 1000,
        })}
        <wa-select name="role" label=${t("sso.role", "Role of new members")} .value=${found.role}>${ROLES.map((role) => html`<wa-option value=${role}>${roleTitle(role)}</wa-option>`)}</wa-select>
        <wa-checkbox name="trusted" value="yes" .checked=${found.trusted}>${t("sso.trusted", "Trust its two-factor authentication")}</wa-checkbox>
        ${this.saving.words(FIELDS)}
        <div class="actions">
          <wa-button type="submit" variant=${found.version === null ? "brand" : "neutral"} ?loading=${this.saving.pending}>${t("sso.save", "Save")}</wa-button>
          ${found.version === null ? nothing : html`<wa-button appearance="plain" @click=${this.takeAway}>${t("sso.remove", "Remove")}</wa-button>`}
        </div>
      </form>`;
  }

  private use({ enabled, required, tested_at, domains }: Settings) {
    const test = () => this.change(() => away(api.post("/api/core/account/provider/test")));
    const known = domains.some(({ confirmed_at }) => confirmed_at);
    return html`<h2>${t("sso.use", "Use")}</h2>
      <p role="status">${this.state(enabled, required, tested_at)}</p>
      <div class="state">
        <wa-button appearance="outlined" @click=${test}>${t("sso.test", "Test sign-in")}</wa-button>
        ${enabled
          ? html`<wa-button appearance="outlined" @click=${() => this.turn(false, false)}>${t("sso.off", "Turn off")}</wa-button>`
          : html`<wa-button variant="brand" ?disabled=${!tested_at} @click=${() => this.turn(true, false)}>${t("sso.on", "Turn on")}</wa-button>`}
        ${enabled && known
          ? html`<wa-button appearance="outlined" @click=${() => this.turn(true, !required)}>${required ? t("sso.optional", "Let members choose how to log in") : t("sso.require", "Require it of members")}</wa-button>`
          : nothing}
      </div>`;
  }

  private state(enabled: boolean, required: boolean, tested: string | null | undefined): string {
    if (!tested) return t("sso.untested", "Off. Test it before you turn it on.");
    if (!enabled) return t("sso.tested", "Off. Tested on {day}.", { day: date(tested) });
    return required ? t("sso.required", "Required of members with one of your confirmed domains. Owners can always use their password or passkey.") : t("sso.enabled", "On. Members can use it, or log in as before.");
  }

  private domains({ domains }: Settings) {
    return html`<h2>${t("sso.domains", "Email domains")}</h2>
      <p>${t("sso.domains_text", "People with an address of your own domain can join through your sign-in. Whoever runs this server confirms that a domain is yours.")}</p>
      ${domains.length ? html`<ul class="rows">${domains.map((each) => this.domain(each))}</ul>` : nothing}
      <form class="domain" ${this.adding.here()}>
        ${field(this.adding, { name: "domain", label: t("sso.domain", "Domain"), hint: t("sso.domain_hint", "Such as harbour.example"), maxlength: 253 })} ${this.adding.words(["domain"])}
        <div class="actions"><wa-button type="submit" ?loading=${this.adding.pending}>${t("sso.add_domain", "Add domain")}</wa-button></div>
      </form>`;
  }

  private domain({ id, domain, confirmed_at }: Domain) {
    const said = confirmed_at ? t("sso.confirmed", "confirmed {day}", { day: date(confirmed_at) }) : t("sso.waits", "waiting for the operator’s confirmation");
    const remove = () => this.change(() => api.delete("/api/core/account/domains/{domain_id}", { domain_id: id }));
    return html`<li>
      <span class="what">${domain}<small>${said}</small></span>
      <wa-button size="s" appearance="outlined" aria-label="${t("sso.remove_domain", "Remove")}: ${domain}" @click=${remove}>${t("sso.remove_domain", "Remove")}</wa-button>
    </li>`;
  }
}
customElements.define("mb-sign-in-settings", MbSignInSettings);
