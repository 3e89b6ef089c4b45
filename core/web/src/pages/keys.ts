import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/checkbox/checkbox.js";
import "@awesome.me/webawesome/dist/components/copy-button/copy-button.js";
import { css, html, LitElement, nothing } from "lit";
import { date, field, form, FormController, notify, number, page, t, when } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { proven } from "../shell/prove";
import { session } from "../shell/session";

type Key = components["schemas"]["KeyOut"];

class MbKeys extends LitElement {
  static override properties = { made: { state: true }, making: { state: true } };
  static override styles = [
    page,
    form,
    css`
      fieldset {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(180px, 1fr));
        gap: var(--mb-space-1) var(--mb-space-4);
        margin: 0;
        padding: 0;
        border: 0;
        font-size: var(--mb-text-s);
      }
      form {
        max-width: 640px;
      }
      .made {
        display: flex;
        align-items: center;
        gap: var(--mb-space-2);
        padding: var(--mb-space-3) 0;
      }
    `,
  ];
  declare made: string;
  declare making: boolean;
  private readonly keys = new Loaded(this, async () => (await api.GET("/api/core/keys")).data);
  private readonly form = new FormController(this, async ({ name = "", days = "90", ...chosen }) => {
    const permissions = Object.keys(chosen);
    const { data } = await proven(() => api.POST("/api/core/keys", { body: { name, permissions, days: Number(days) } }));
    this.made = data?.key ?? "";
    this.making = false;
    await this.keys.again();
  });

  constructor() {
    super();
    this.made = "";
    this.making = false;
  }

  private async revoke(key: Key): Promise<void> {
    await api.DELETE("/api/core/keys/{key_id}", { params: { path: { key_id: key.id } } });
    notify(t("keys.revoked", "“{name}” stops working within a second.", { name: key.name }));
    await this.keys.again();
  }

  override render() {
    return html`<div class="head">
        <div>
          <h1>${t("keys.title", "API keys")}</h1>
          <p>${t("keys.text", "For programs that work for you. A key can do what you choose, and never more than you.")}</p>
        </div>
        ${session.may("key.write") && !this.making
          ? html`<wa-button variant="brand" @click=${() => (this.making = true)}>${t("keys.make", "Make a key")}</wa-button>`
          : nothing}
      </div>
      ${this.made
        ? html`<p role="status">${t("keys.once", "Copy it now; it is shown this once.")}</p>
            <div class="made"><code>${this.made}</code><wa-copy-button value=${this.made}></wa-copy-button></div>`
        : nothing}
      ${this.making ? this.makeOne() : nothing}
      ${this.keys.show((list) =>
        list.length
          ? html`<ul class="rows">${list.map((key) => this.row(key))}</ul>`
          : html`<p>${t("keys.none", "There is no key yet.")}</p>`,
      )}`;
  }

  private makeOne() {
    const permissions = (session.me?.permissions ?? []).filter((each) => !each.startsWith("profile."));
    return html`<form @submit=${this.form.submit}>
      ${field(this.form, { name: "name", label: t("keys.name", "What is it for?"), maxlength: 100 })}
      ${field(this.form, { name: "days", label: t("keys.days", "Days until it expires"), type: "number", value: "90", inputmode: "numeric" })}
      <fieldset>
        ${permissions.map((each) => html`<wa-checkbox name=${each} value="on">${each}</wa-checkbox>`)}
      </fieldset>
      ${this.form.words(["name", "days"])}
      <div class="actions">
        <wa-button type="submit" variant="brand" ?loading=${this.form.pending}>${t("keys.go", "Make it")}</wa-button>
        <wa-button appearance="plain" @click=${() => (this.making = false)}>${t("keys.leave", "Leave it")}</wa-button>
      </div>
    </form>`;
  }

  private row(key: Key) {
    const used = key.used_at ? t("keys.used", "used {when}", { when: when(key.used_at) }) : t("keys.unused", "never used");
    const until = key.expires_at ? t("keys.until", "until {date}", { date: date(key.expires_at) }) : "";
    const counts = t("keys.requests", "{n} requests", { n: number(key.requests) });
    return html`<li>
      <span class="what"
        >${key.name} <code class="quiet">${key.hint}…</code
        ><small>${[used, until, counts].filter(Boolean).join(" · ")}</small><small>${key.permissions.join(", ")}</small></span
      >
      ${session.may("key.write")
        ? html`<wa-button size="s" appearance="outlined" @click=${() => this.revoke(key)}>${t("keys.revoke", "Revoke")}</wa-button>`
        : nothing}
    </li>`;
  }
}
customElements.define("mb-keys", MbKeys);
