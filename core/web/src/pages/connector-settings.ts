/**
 * What this account sets up with stores and payment providers, each by the form that its connector declares.
 * Event: `change`, when a form opens (`detail: true`) or closes.
 */
import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { confirmed, form, loadForm, notify, page, t, type JsonSchema, type Submitted } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";
import { tried } from "../shell/tried";

type Connector = components["schemas"]["ConnectorOut"];
type Settings = components["schemas"]["ConnectorSettings"];

class MbConnectorSettings extends LitElement {
  static override properties = { open: { state: true } };
  static override styles = [
    page,
    form,
    css`
      :host {
        display: block;
        padding: 0;
        margin-top: var(--mb-space-8);
      }
      li.attention mb-icon {
        color: var(--mb-danger);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2);
      }
      li.entry {
        display: block;
        padding: var(--mb-space-4) 0;
      }
      h3 {
        margin: 0;
      }
      mb-form {
        display: block;
        width: 100%;
        padding: var(--mb-space-4) 0;
      }
    `,
  ];
  declare private open: Settings | undefined;
  private readonly connectors = new Loaded(this, async () => (await api.get("/api/core/connectors")).filter(({ state }) => state !== "nothing"));

  override async connectedCallback(): Promise<void> {
    super.connectedCallback();
    const named = decodeURIComponent(location.hash.slice(1));
    if (named) await this.enter(named);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if ((changed as Map<string, unknown>).has("open")) this.dispatchEvent(new CustomEvent("change", { detail: Boolean(this.open) }));
  }

  private async enter(plugin: string): Promise<void> {
    await tried(async () => {
      const [found] = await Promise.all([api.get("/api/core/connectors/{plugin}/settings", { plugin }), loadForm()]);
      this.open = found;
    });
  }

  private readonly save = ({ detail }: CustomEvent<Submitted>): Promise<void> => {
    const { plugin, title, version } = this.open!;
    return detail.send(async () => {
      await api.put("/api/core/connectors/{plugin}/settings", { plugin, body: { values: detail.values, version } });
      this.open = undefined;
      notify(t("connectors.saved", "{title} is set up.", { title }));
      await this.connectors.again();
    });
  };

  private async clear({ plugin, title }: Connector): Promise<void> {
    const text = t("connectors.remove_text", "Everything that you entered is deleted. What uses it stops working until you set it up again.");
    if (!(await confirmed({ title: t("connectors.remove_title", "Remove the settings of {title}?", { title }), text, action: t("connectors.remove", "Remove") }))) return;
    await tried(async () => {
      await api.delete("/api/core/connectors/{plugin}/settings", { plugin });
      notify(t("connectors.removed", "The settings of {title} are removed.", { title }));
      await this.connectors.again();
    });
  }

  override render() {
    return this.connectors.show((list) =>
      list.length
        ? html`<h2>${t("connectors.title", "Stores and payment providers")}</h2>
            <ul class="rows" aria-label=${t("connectors.title", "Stores and payment providers")}>${list.map((each) => this.row(each))}</ul>`
        : html``,
    );
  }

  private row(connector: Connector) {
    if (this.open?.plugin === connector.plugin) return html`<li class="entry">${this.entry(this.open)}</li>`;
    return html`<li class=${connector.state}>
      <mb-icon name=${connector.state === "attention" ? "triangle-alert" : "settings"} size="20"></mb-icon>
      <span class="what">${connector.title}<small>${t(`connectors.kind.${connector.kind}`, sentence(connector.kind_title))} · ${this.words(connector)}</small></span>
      ${session.may("connector.write") ? this.actions(connector) : nothing}
    </li>`;
  }

  private words({ state, reason }: Connector): string {
    if (state === "attention") return reason;
    return state === "ready" ? t("connectors.ready", "Set up") : t("connectors.unset", "Not set up by this account");
  }

  private actions(connector: Connector) {
    const button = (words: string, run: () => unknown) =>
      html`<wa-button size="s" appearance="outlined" aria-label="${words}: ${connector.title}" @click=${run}>${words}</wa-button>`;
    const unset = connector.state === "unset";
    return html`<span class="actions">
      ${button(unset ? t("connectors.set_up", "Set up") : t("connectors.edit", "Edit"), () => this.enter(connector.plugin))}
      ${unset ? nothing : button(t("connectors.remove", "Remove"), () => this.clear(connector))}
    </span>`;
  }

  private entry(settings: Settings) {
    return html`<h3>${settings.title}</h3><mb-form
      .schema=${translated(settings)}
      .given=${settings.values}
      .kept=${settings.secrets}
      draft="connectors/${settings.plugin}"
      .again=${() => this.enter(settings.plugin)}
      @form-submit=${this.save}
    >
      <wa-button slot="actions" appearance="plain" @click=${() => (this.open = undefined)}>${t("connectors.leave", "Cancel")}</wa-button>
    </mb-form>`;
  }
}

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

const forms = new WeakMap<Settings, JsonSchema>();

/** The form with its labels and hints in the person’s language: the texts `<plugin>.<field>` and `<plugin>.<field>_hint`. The same each time, so that what was typed stays. */
function translated(settings: Settings): JsonSchema {
  const known = forms.get(settings);
  if (known) return known;
  const schema = structuredClone(settings.form) as JsonSchema;
  const root = schema.$defs?.[schema.$ref?.split("/").at(-1) ?? ""] ?? schema;
  for (const [name, field] of Object.entries(root.properties ?? {})) {
    if (field.title) field.title = t(`${settings.plugin}.${name}`, field.title);
    if (field.description) field.description = t(`${settings.plugin}.${name}_hint`, field.description);
  }
  forms.set(settings, schema);
  return schema;
}
customElements.define("mb-connector-settings", MbConnectorSettings);
