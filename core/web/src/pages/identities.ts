import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing } from "lit";
import { confirmed, date, notify, page, t, when } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { away } from "../shell/providers";
import { proven } from "../shell/prove";
import { session } from "../shell/session";
import { tried } from "../shell/tried";

type Identity = components["schemas"]["IdentityOut"];
type Provider = components["schemas"]["SignInProvider"];

/** The logins at providers of whoever is logged in: a part of their profile. */
class MbIdentities extends LitElement {
  static override styles = [
    page,
    css`
      :host {
        max-width: 620px;
        margin: 0;
        padding: 0;
      }
      .add {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2);
      }
    `,
  ];
  private readonly identities = new Loaded(this, () => api.get("/api/core/profile/identities"));
  private readonly providers = new Loaded(this, () => api.get("/api/core/profile/identities/providers"));

  private async connect({ name }: Provider): Promise<void> {
    await tried(() => proven(() => away(api.post("/api/core/profile/identities/start", { body: { provider: name } }))));
  }

  private async disconnect({ id, name, provider_title: title }: Identity): Promise<void> {
    const yes = await confirmed({
      title: t("identities.remove_title", "Disconnect {title}?", { title }),
      text: t("identities.remove_text", "“{name}” can’t log you in any more, and your other devices are logged out.", { name }),
      action: t("identities.remove_go", "Disconnect login"),
    });
    if (!yes) return;
    await tried(async () => {
      session.take(await proven(() => api.delete("/api/core/profile/identities/{identity_id}", { identity_id: id })));
      notify(t("identities.removed", "{title} is disconnected.", { title }));
      await this.identities.again();
    });
  }

  override render() {
    return html`<p>${t("identities.text", "Log in with an account that you have elsewhere.")}</p>
      ${this.identities.show((list) => (list.length ? html`<ul class="rows">${list.map((each) => this.row(each))}</ul>` : html``))}
      ${this.providers.show((list) => this.choices(list))}`;
  }

  private row(identity: Identity) {
    const used = identity.used_at ? t("passkeys.used", "used {when}", { when: when(identity.used_at) }) : t("identities.unused", "not used yet");
    const facts = [identity.name, t("identities.since", "connected {day}", { day: date(identity.created_at) }), used];
    return html`<li>
      <span class="what">${identity.provider_title}<small>${facts.join(" · ")}</small></span>
      <wa-button size="s" appearance="outlined" aria-label="${t("identities.remove", "Disconnect")}: ${identity.provider_title}" @click=${() => this.disconnect(identity)}
        >${t("identities.remove", "Disconnect")}</wa-button
      >
    </li>`;
  }

  private choices(list: Provider[]) {
    const known = new Set((this.identities.value ?? []).map(({ provider }) => provider));
    const others = list.filter(({ name }) => !known.has(name));
    if (!list.length) return html`<p>${t("identities.none", "This server isn’t connected to any sign-in provider.")}</p>`;
    return others.length
      ? html`<div class="add">${others.map((each) => html`<wa-button appearance="outlined" @click=${() => this.connect(each)}>${t("identities.add", "Connect {title}", { title: each.title })}</wa-button>`)}</div>`
      : html`${nothing}`;
  }
}
customElements.define("mb-identities", MbIdentities);
