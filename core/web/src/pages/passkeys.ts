import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing } from "lit";
import { confirmed, date, field, form, FormController, notify, page, t, when } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { createPasskey, passkeysWork } from "../shell/passkeys";
import { proven } from "../shell/prove";
import { session } from "../shell/session";

type Passkey = components["schemas"]["PasskeyOut"];

/** The passkeys of whoever is logged in: a part of their profile. */
class MbPasskeys extends LitElement {
  static override properties = { codes: { state: true }, renaming: { state: true } };
  static override styles = [
    page,
    form,
    css`
      :host {
        max-width: 620px;
        margin: 0;
        padding: 0;
      }
      ul {
        display: grid;
        gap: 12px;
        padding: 0;
        list-style: none;
      }
      .passkey {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }
      .passkey > div:first-child {
        flex: 1 1 200px;
      }
      .unseen {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
      small {
        display: block;
        color: var(--mb-quiet);
      }
      .codes {
        display: block;
        columns: 2;
        font-family: var(--mb-mono);
        font-size: var(--mb-text-s);
      }
    `,
  ];
  declare codes: string[];
  declare renaming: string;
  private readonly passkeys = new Loaded(this, () => api.get("/api/core/profile/passkeys"));
  private readonly adding = new FormController(this, async ({ name = "" }) => {
    const options = await proven(() => api.post("/api/core/profile/passkeys/options"));
    const credential = await createPasskey(options);
    const made = await api.post("/api/core/profile/passkeys", { body: { name, credential } });
    this.codes = made.recovery_codes;
    await session.load();
    await this.passkeys.again();
    this.renderRoot.querySelector<HTMLFormElement>("form:last-of-type")?.reset();
    if (!this.codes.length) notify(t("passkeys.added", "“{name}” is added.", { name }));
  }, { draft: "passkeys/new" });
  private readonly rename = new FormController(this, async ({ name = "" }) => {
    await api.patch("/api/core/profile/passkeys/{passkey_id}", { passkey_id: this.renaming, body: { name } });
    this.renaming = "";
    await this.passkeys.again();
  }, { draft: () => this.renaming && `passkeys/${this.renaming}` });

  constructor() {
    super();
    this.codes = [];
    this.renaming = "";
  }

  private async takeAway(passkey: Passkey): Promise<void> {
    const yes = await confirmed({
      title: t("passkeys.remove_title", "Remove “{name}”?", { name: passkey.name }),
      text: t("passkeys.remove_text", "It can’t log you in any more, and other devices are logged out. Delete it on your device too."),
      action: t("passkeys.remove_go", "Remove passkey"),
    });
    if (!yes) return;
    session.take(await proven(() => api.delete("/api/core/profile/passkeys/{passkey_id}", { passkey_id: passkey.id })));
    this.codes = [];
    await this.passkeys.again();
  }

  override render() {
    return html`<p>
        ${t("passkeys.why", "Log in with your fingerprint, face or screen lock instead of a password. Once you have a passkey, your password alone doesn’t log you in any more.")}
      </p>
      ${this.codes.length
        ? html`<p role="status">
              ${t("passkeys.codes", "Your passkey is added. Save these recovery codes somewhere safe: with your password, each one logs you in once if you lose your device. You won’t see them again.")}
            </p>
            <ul class="codes">${this.codes.map((code) => html`<li>${code}</li>`)}</ul>`
        : nothing}
      ${this.passkeys.show((list) => (list.length ? html`<ul>${list.map((each) => html`<li>${this.renaming === each.id ? this.renamed(each) : this.row(each)}</li>`)}</ul>` : html``))}
      ${passkeysWork() ? this.add() : html`<p role="note">${t("passkeys.not_here", "Passkeys don’t work in this browser or at this address. Open Max Booster under a name, such as localhost, not a number.")}</p>`}`;
  }

  private row(passkey: Passkey) {
    const used = passkey.used_at ? t("passkeys.used", "used {when}", { when: when(passkey.used_at) }) : t("passkeys.unused", "never used");
    const facts = [t("passkeys.since", "added {day}", { day: date(passkey.created_at) }), used, passkey.synced ? t("passkeys.synced", "synced across your devices") : ""];
    return html`<div class="passkey">
      <div>${passkey.name}<small>${facts.filter(Boolean).join(" · ")}</small></div>
      <wa-button size="s" appearance="plain" @click=${() => (this.renaming = passkey.id)}>${t("passkeys.rename", "Rename")}<span class="unseen">: ${passkey.name}</span></wa-button>
      <wa-button size="s" appearance="outlined" @click=${() => this.takeAway(passkey)}>${t("passkeys.remove", "Remove")}<span class="unseen">: ${passkey.name}</span></wa-button>
    </div>`;
  }

  private renamed(passkey: Passkey) {
    return html`<form ${this.rename.here()}>
      ${field(this.rename, { name: "name", label: t("passkeys.name", "Name"), value: passkey.name, maxlength: 100 })} ${this.rename.words(["name"])}
      <div class="actions">
        <wa-button type="submit" ?loading=${this.rename.pending}>${t("passkeys.save", "Save")}</wa-button>
        <wa-button appearance="plain" @click=${() => (this.renaming = "")}>${t("passkeys.leave", "Cancel")}</wa-button>
      </div>
    </form>`;
  }

  private add() {
    return html`<form ${this.adding.here()}>
      ${field(this.adding, { name: "name", label: t("passkeys.name_new", "Name of the new passkey"), hint: t("passkeys.name_hint", "Where it is, such as “My phone”"), maxlength: 100 })}
      ${this.adding.words(["name"])}
      <div class="actions"><wa-button type="submit" ?loading=${this.adding.pending}>${t("passkeys.add", "Add a passkey")}</wa-button></div>
    </form>`;
  }
}
customElements.define("mb-passkeys", MbPasskeys);
