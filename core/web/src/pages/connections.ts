import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/input/input.js";
import { css, html, LitElement, nothing } from "lit";
import { confirmed, date, field, form, FormController, loadForm, notify, page, t, type JsonSchema, type Submitted } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";
import { tried } from "../shell/tried";
import "./connector-settings";

type Connection = components["schemas"]["ConnectionOut"];
type Provider = components["schemas"]["ConnectionProvider"];

class MbConnections extends LitElement {
  static override properties = { adding: { state: true }, setting: { state: true }, entering: { state: true }, renaming: { state: true } };
  static override styles = [
    page,
    form,
    css`
      li.lost mb-icon {
        color: var(--mb-danger);
      }
      li.closed .what {
        color: var(--mb-quiet);
      }
      section {
        margin-bottom: var(--mb-space-8);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2);
      }
    `,
  ];
  declare adding: boolean;
  /** Whether a form of the section below is open. */
  declare setting: boolean;
  /** The provider whose form is open, and the connection that it restores. */
  declare entering: { provider: Provider; connection?: Connection } | undefined;
  declare renaming: string;
  private readonly connections = new Loaded(this, () => api.get("/api/core/connections"));
  private readonly providers = new Loaded(this, () => api.get("/api/core/connections/providers"));
  private readonly naming = new FormController(this, async ({ title = "" }) => {
    await api.patch("/api/core/connections/{connection_id}", { connection_id: this.renaming, body: { title } });
    this.renaming = "";
    await this.connections.again();
  }, { draft: () => this.renaming && `connections/${this.renaming}` });

  constructor() {
    super();
    this.adding = this.setting = false;
    this.renaming = "";
  }

  private async connect(provider: Provider, connection?: Connection): Promise<void> {
    if (provider.kind !== "oauth") {
      await loadForm();
      this.entering = { provider, connection };
      return;
    }
    const body = { provider: provider.name, connection: connection?.id ?? null };
    await tried(async () => {
      const { url } = await api.post("/api/core/connections/sign-ins", { body });
      location.assign(url);
    });
  }

  private readonly enter = ({ detail }: CustomEvent<Submitted>): Promise<void> => {
    const { provider, connection } = this.entering!;
    return detail.send(async () => {
      const body = { provider: provider.name, values: detail.values, connection: connection?.id ?? null };
      await api.post("/api/core/connections", { body });
      this.entering = undefined;
      this.adding = false;
      notify(t("connections.connected", "{service} is connected.", { service: provider.title }));
      await this.connections.again();
    });
  };

  private async disconnect(connection: Connection): Promise<void> {
    const names = { title: connection.title, service: connection.provider_title };
    const title = t("connections.close_title", "Disconnect “{title}” from {service}?", names);
    const text = t("connections.close_text", "Whatever uses this connection stops working until you connect again.");
    if (!(await confirmed({ title, text, action: t("connections.close_go", "Disconnect service") }))) return;
    await tried(async () => {
      const { note } = await api.delete("/api/core/connections/{connection_id}", { connection_id: connection.id });
      notify([t("connections.closed", "“{title}” is disconnected.", names), note].filter(Boolean).join(" "));
      await this.connections.again();
    });
  }

  override render() {
    const first = session.may("connection.write") && !this.adding && !this.entering && !this.setting;
    return html`<div class="head">
        <div>
          <h1>${t("connections.title", "Connections")}</h1>
          <p>${t("connections.text", "Your accounts at stores, social networks and other services that this account works with.")}</p>
        </div>
        ${first ? html`<wa-button variant="brand" @click=${() => (this.adding = true)}>${t("connections.add", "Connect a service")}</wa-button>` : nothing}
      </div>
      ${this.entering ? this.entry(this.entering.provider) : this.adding ? this.choices() : nothing}
      ${this.connections.show((list) => (list.length ? html`<ul class="rows">${list.map((each) => this.row(each))}</ul>` : this.empty()))}
      ${session.may("connector.read") ? html`<mb-connector-settings @change=${(event: CustomEvent<boolean>) => (this.setting = event.detail)}></mb-connector-settings>` : nothing}`;
  }

  private empty() {
    return html`<mb-empty
      icon="cable"
      heading=${t("connections.none", "Nothing connected yet")}
      text=${t("connections.none_text", "Connect a service, and Max Booster can work with it on your behalf.")}
    ></mb-empty>`;
  }

  private choices() {
    return html`<section>
      <h2>${t("connections.choose", "Choose a service")}</h2>
      ${this.providers.show((list) =>
        list.length
          ? html`<ul class="rows">
              ${list.map(
                (each) => html`<li>
                  <span class="what">${each.title}<small>${each.ready ? nothing : t("connections.unready", "Not set up on this server yet")}</small></span>
                  <wa-button size="s" appearance="outlined" ?disabled=${!each.ready} aria-label="${t("connections.connect", "Connect")}: ${each.title}" @click=${() => this.connect(each)}
                    >${t("connections.connect", "Connect")}</wa-button
                  >
                </li>`,
              )}
            </ul>`
          : html`<p>${t("connections.no_service", "No plugin that is turned on connects to a service.")}</p>`,
      )}
      <div class="actions"><wa-button appearance="plain" @click=${() => (this.adding = false)}>${t("connections.leave", "Cancel")}</wa-button></div>
    </section>`;
  }

  private entry(provider: Provider) {
    return html`<section>
      <h2>${t("connections.log_in", "Log in at {service}", { service: provider.title })}</h2>
      <mb-form
        .schema=${(provider.form ?? {}) as JsonSchema}
        draft="connections/new/${provider.name}"
        submit-label=${t("connections.connect", "Connect")}
        @form-submit=${this.enter}
      >
        <wa-button slot="actions" appearance="plain" @click=${() => (this.entering = undefined)}>${t("connections.leave", "Cancel")}</wa-button>
      </mb-form>
    </section>`;
  }

  private row(connection: Connection) {
    if (this.renaming === connection.id) return html`<li>${this.rename(connection)}</li>`;
    return html`<li class=${connection.state}>
      <mb-icon name=${connection.state === "lost" ? "triangle-alert" : "cable"} size="20"></mb-icon>
      <span class="what">${connection.title}<small>${connection.provider_title} · ${this.words(connection)}</small></span>
      ${session.may("connection.write") ? this.actions(connection) : nothing}
    </li>`;
  }

  private words({ state, reason, created_at }: Connection): string {
    if (state === "lost") return t("connections.lost", "Disconnected: {reason} Reconnect to go on.", { reason });
    if (state === "closed") return t("connections.was_closed", "Disconnected by you");
    return reason || t("connections.since", "Connected since {date}", { date: date(created_at) });
  }

  private actions(connection: Connection) {
    const provider = this.providers.value?.find(({ name }) => name === connection.provider);
    const button = (words: string, run: () => unknown, variant = "neutral") =>
      html`<wa-button size="s" appearance=${variant === "brand" ? "accent" : "outlined"} variant=${variant} aria-label="${words}: ${connection.title}" @click=${run}>${words}</wa-button>`;
    const again = () => this.connect(provider!, connection);
    return html`<span class="actions">
      ${provider && connection.state !== "active" ? button(t("connections.again", "Reconnect"), again, connection.state === "lost" ? "brand" : "neutral") : nothing}
      ${button(t("connections.rename", "Rename"), () => (this.renaming = connection.id))}
      ${connection.state === "closed" ? nothing : button(t("connections.close", "Disconnect"), () => this.disconnect(connection))}
    </span>`;
  }

  private rename(connection: Connection) {
    return html`<form ${this.naming.here()}>
      ${field(this.naming, { name: "title", label: t("connections.name", "Name"), value: connection.title, maxlength: 200 })}
      ${this.naming.words(["title"])}
      <div class="actions">
        <wa-button type="submit" variant="brand" ?loading=${this.naming.pending}>${t("connections.save", "Save name")}</wa-button>
        <wa-button appearance="plain" @click=${() => (this.renaming = "")}>${t("connections.leave", "Cancel")}</wa-button>
      </div>
    </form>`;
  }
}
customElements.define("mb-connections", MbConnections);
