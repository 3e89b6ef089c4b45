import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/copy-button/copy-button.js";
import { html, LitElement, nothing, type PropertyValues } from "lit";
import { asked, choices, confirmed, date, field, form, FormController, loadTable, notify, number, page, t, when, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { focusOn } from "../shell/focus";
import { Loaded } from "../shell/loaded";
import { proven } from "../shell/prove";
import { session } from "../shell/session";
import { choose, permissionTitle, titled } from "./choices";

type Key = components["schemas"]["KeyOut"];

class MbKeys extends LitElement {
  static override properties = { made: { state: true }, making: { state: true } };
  static override styles = [page, form, choices];
  declare made: string;
  declare making: boolean;
  private readonly keys = new Loaded(this, () => api.get("/api/core/keys"));
  private readonly permissions = new Loaded(this, async () => (await api.get("/api/core/permissions")).map((each) => ({ ...each, title: permissionTitle(each) })));
  private readonly form = new FormController(this, async ({ name = "", days = "90", ...chosen }) => {
    const permissions = Object.keys(chosen);
    const { key } = await proven(() => api.post("/api/core/keys", { body: { name, permissions, days: Number(days) } }));
    this.made = key;
    this.making = false;
    await this.keys.again();
  }, { draft: "keys/new" });

  constructor() {
    super();
    this.made = "";
    this.making = session.may("key.write") && asked("create");
    void loadTable();
  }

  private async revoke(key: Key): Promise<void> {
    const title = t("keys.revoke_title", "Revoke “{name}”?", { name: key.name });
    const text = t("keys.revoke_text", "Programs that use this key stop working within a second. A revoked key can’t be restored.");
    if (!(await confirmed({ title, text, action: t("keys.revoke_go", "Revoke key") }))) return;
    await api.delete("/api/core/keys/{key_id}", { key_id: key.id });
    notify(t("keys.revoked", "“{name}” is revoked.", { name: key.name }));
    await this.keys.again();
  }

  override render() {
    const first = session.may("key.write") && !this.making;
    return html`<div class="head">
        <div>
          <h1>${t("keys.title", "API keys")}</h1>
          <p>${t("keys.text", "For programs that work on your behalf. A key can do what you choose, and never more than you can.")}</p>
        </div>
        ${first ? html`<wa-button variant=${this.made ? "neutral" : "brand"} @click=${() => (this.making = true)}>${t("keys.make", "Create key")}</wa-button>` : nothing}
      </div>
      ${this.made
        ? html`<p role="status">${t("keys.once", "Copy your key now. You won’t be able to see it again.")}</p>
            <div class="once"><code>${this.made}</code><wa-copy-button value=${this.made} copy-label=${t("keys.copy", "Copy key")}></wa-copy-button></div>`
        : nothing}
      ${this.making ? this.create() : nothing} ${this.keys.show((list) => (list.length || !this.making ? this.table(list) : html``))}`;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("making") && this.making) void focusOn(this, "wa-input[name=name]");
    else if (changed.has("made") && this.made) void focusOn(this, "wa-copy-button");
  }

  private create() {
    return html`<form ${this.form.here()}>
      ${field(this.form, { name: "name", label: t("keys.name", "Name"), hint: t("keys.name_hint", "What the key is for, such as “Backup script”"), maxlength: 100 })}
      ${field(this.form, { name: "days", label: t("keys.days", "Days until it expires"), type: "number", value: "90", inputmode: "numeric" })}
      ${this.permissions.show((list) => choose(t("keys.permissions", "Permissions"), list.filter(({ name }) => session.may(name) && !name.startsWith("profile."))))}
      ${this.form.words(["name", "days"])}
      <div class="actions">
        <wa-button type="submit" variant="brand" ?loading=${this.form.pending}>${t("keys.create", "Create key")}</wa-button>
        <wa-button appearance="plain" @click=${() => (this.making = false)}>${t("keys.leave", "Cancel")}</wa-button>
      </div>
    </form>`;
  }

  private table(list: Key[]) {
    return html`<mb-table
      roomy
      label=${t("keys.title", "API keys")}
      search=${t("keys.search", "Search keys")}
      kept=""
      .columns=${this.columns()}
      .rows=${list}
    >
      <mb-empty
        slot="empty"
        icon="key-round"
        heading=${t("keys.none", "No API keys yet")}
        text=${t("keys.none_text", "Create one for a script or another service, with only the permissions it needs.")}
      ></mb-empty>
    </mb-table>`;
  }

  private columns(): Column<Key>[] {
    const used = ({ used_at }: Key) => (used_at ? t("keys.used", "used {when}", { when: when(used_at) }) : t("keys.unused", "never used"));
    const titles = new Map(this.permissions.value?.map(({ name, title }) => [name, title]));
    const facts = (key: Key) => [used(key), t("keys.requests", "{n} requests", { n: number(key.requests) })].join(" · ");
    return [
      { key: "name", title: t("keys.name", "Name"), width: "minmax(0, 1.6fr)", render: (key) => html`${key.name} <code class="quiet">${key.hint}…</code><small>${facts(key)}</small>` },
      { key: "permissions", title: t("keys.permissions", "Permissions"), width: "minmax(0, 2fr)", narrow: false, text: ({ permissions }) => titled(permissions, titles), render: ({ permissions }) => html`<span title=${permissions.join(", ")}>${titled(permissions, titles)}</span>` },
      { key: "expires_at", title: t("keys.expires", "Expires"), width: "120px", text: ({ expires_at }) => (expires_at ? date(expires_at) : t("keys.never", "Never")) },
      {
        key: "actions", title: "", width: "96px", align: "end", sort: false, text: () => "",
        render: (key) => (session.may("key.write") ? html`<wa-button size="s" appearance="outlined" aria-label="${t("keys.revoke", "Revoke")}: ${key.name}" @click=${() => this.revoke(key)}>${t("keys.revoke", "Revoke")}</wa-button>` : nothing),
      },
    ];
  }
}
customElements.define("mb-keys", MbKeys);
