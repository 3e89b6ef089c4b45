import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/copy-button/copy-button.js";
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { asked, choices, confirmed, exactly, field, form, FormController, loadTable, notify, page, t, when, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { focusOn } from "../shell/focus";
import { Loaded } from "../shell/loaded";
import { events } from "../shell/panels";
import { proven } from "../shell/prove";
import { session } from "../shell/session";
import { choose, titled } from "./choices";

type Endpoint = components["schemas"]["WebhookEndpointOut"];
type Delivery = components["schemas"]["WebhookDeliveryOut"];
type Log = components["schemas"]["WebhookDeliveryLog"];
const NEWEST = 100;

class MbWebhooks extends LitElement {
  static override properties = { secret: { state: true }, adding: { state: true }, opened: { state: true } };
  static override styles = [
    page,
    form,
    choices,
    css`
      .rows > li {
        flex-wrap: wrap;
      }
      .rows .what {
        min-width: 220px;
      }
      .failed {
        color: var(--mb-danger);
      }
      pre {
        max-height: 320px;
        margin: 0 0 var(--mb-space-4);
        overflow: auto;
        font: 0.85em/1.5 var(--mb-mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ];
  declare private secret: string;
  declare private adding: boolean;
  declare private opened: Log | undefined;
  private readonly endpoints = new Loaded(this, () => api.get("/api/core/webhook-endpoints"));
  private readonly kinds = new Loaded(this, async () => (await api.get("/api/core/webhook-events")).map((each) => ({ ...each, title: t(`event.${each.name}`, each.title) })));
  private readonly deliveries = new Loaded(this, async () => (await api.get("/api/core/webhook-deliveries", { limit: NEWEST })).items);
  private readonly form = new FormController(this, async ({ url = "", description = "", ...chosen }) => {
    const body = { url, description, events: Object.keys(chosen) };
    const { secret } = await proven(() => api.post("/api/core/webhook-endpoints", { body }));
    this.secret = secret;
    this.adding = false;
    await this.endpoints.again();
  }, { draft: "webhooks/new" });

  constructor() {
    super();
    this.secret = "";
    this.adding = session.may("webhook.write") && asked("add");
    void loadTable();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const hint of ["catch-up", "job", "event"]) events.addEventListener(hint, this.again);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const hint of ["catch-up", "job", "event"]) events.removeEventListener(hint, this.again);
  }

  private readonly again = (): void => {
    void this.endpoints.again();
    void this.deliveries.again();
    if (this.opened) void this.open(this.opened.delivery.id);
  };

  /** Do something, say what came of it, and show what is there now. */
  private async act(deed: () => Promise<unknown>, done: string): Promise<void> {
    try {
      await deed();
      notify(done);
    } catch (error) {
      notify({ text: error instanceof Error ? error.message : String(error), tone: "danger" });
    }
    this.again();
  }

  private async discard(endpoint: Endpoint): Promise<void> {
    const title = t("webhooks.delete_title", "Delete the webhook to {host}?", { host: host(endpoint) });
    const text = t("webhooks.delete_text", "Nothing more is sent there, and its deliveries are deleted too.");
    if (!(await confirmed({ title, text, action: t("webhooks.delete_go", "Delete webhook") }))) return;
    await this.act(() => api.delete("/api/core/webhook-endpoints/{endpoint_id}", at(endpoint)), t("webhooks.deleted", "Webhook deleted."));
  }

  private async rotate(endpoint: Endpoint): Promise<void> {
    const title = t("webhooks.rotate_title", "Create a new secret for {host}?", { host: host(endpoint) });
    const text = t("webhooks.rotate_text", "For 24 hours both secrets sign every message, so you have time to replace the old one.");
    if (!(await confirmed({ title, text, action: t("webhooks.rotate_go", "Create secret") }))) return;
    await this.act(async () => {
      const { secret } = await proven(() => api.post("/api/core/webhook-endpoints/{endpoint_id}/rotate", at(endpoint)));
      this.secret = secret;
    }, t("webhooks.rotated", "New secret created."));
  }

  private async enable({ url, description, events: wanted, ...endpoint }: Endpoint): Promise<void> {
    const body = { url, description, events: wanted, enabled: !endpoint.enabled };
    const path = { endpoint_id: endpoint.id, body };
    const done = endpoint.enabled ? t("webhooks.disabled_now", "Webhook disabled.") : t("webhooks.enabled_now", "Webhook enabled.");
    await this.act(() => proven(() => api.put("/api/core/webhook-endpoints/{endpoint_id}", path)), done);
  }

  private async open(id: string): Promise<void> {
    this.opened = await api.get("/api/core/webhook-deliveries/{delivery_id}", { delivery_id: id });
  }

  override render() {
    const first = session.may("webhook.write") && !this.adding;
    return html`<div class="head">
        <div>
          <h1>${t("webhooks.title", "Webhooks")}</h1>
          <p>${t("webhooks.text", "Get notified on your own server when something happens here, such as a release going live or a payout.")}</p>
        </div>
        ${first ? html`<wa-button variant=${this.secret ? "neutral" : "brand"} @click=${() => (this.adding = true)}>${t("webhooks.add", "Add webhook")}</wa-button>` : nothing}
      </div>
      ${this.secret
        ? html`<p role="status">${t("webhooks.once", "Copy the signing secret now. You won’t be able to see it again.")}</p>
            <div class="once"><code data-secret>${this.secret}</code><wa-copy-button value=${this.secret} copy-label=${t("webhooks.copy", "Copy secret")}></wa-copy-button></div>`
        : nothing}
      ${this.adding ? this.create() : nothing} ${this.endpoints.show((list) => this.list(list))}
      ${this.deliveries.show((list) => (list.length ? this.table(list) : html``))} ${this.opened ? this.log(this.opened) : nothing}`;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("adding") && this.adding) void focusOn(this, "wa-input[name=url]");
    else if (changed.has("secret") && this.secret) void focusOn(this, "wa-copy-button");
  }

  private create() {
    return html`<form ${this.form.here()}>
      ${field(this.form, { name: "url", label: t("webhooks.url", "URL"), hint: t("webhooks.url_hint", "An https address that takes POST requests"), inputmode: "url", maxlength: 2000 })}
      ${field(this.form, { name: "description", label: t("webhooks.description", "Description"), required: false, maxlength: 200 })}
      ${this.kinds.show((list) => choose(t("webhooks.events", "Events (all, if you choose none)"), list))}
      ${this.form.words(["url", "description"])}
      <div class="actions">
        <wa-button type="submit" variant="brand" ?loading=${this.form.pending}>${t("webhooks.create", "Add webhook")}</wa-button>
        <wa-button appearance="plain" @click=${() => (this.adding = false)}>${t("webhooks.leave", "Cancel")}</wa-button>
      </div>
    </form>`;
  }

  private list(list: Endpoint[]) {
    if (!list.length) {
      return this.adding
        ? html``
        : html`<mb-empty
            icon="webhook"
            heading=${t("webhooks.none", "No webhooks yet")}
            text=${t("webhooks.none_text", "Add your server’s URL to have events sent to it.")}
          ></mb-empty>`;
    }
    return html`<ul class="rows" aria-label=${t("webhooks.title", "Webhooks")}>
      ${list.map((endpoint) => html`<li><span class="what">${endpoint.url}<small>${this.facts(endpoint)}</small></span>${session.may("webhook.write") ? this.actions(endpoint) : nothing}</li>`)}
    </ul>`;
  }

  private get titles(): Map<string, string> {
    return new Map(this.kinds.value?.map(({ name, title }) => [name, title]));
  }

  private facts(endpoint: Endpoint) {
    const wanted = titled(endpoint.events, this.titles) || t("webhooks.every", "Every event");
    return html`${this.standing(endpoint)}${[endpoint.description, wanted].filter(Boolean).join(" · ")}`;
  }

  private standing({ enabled, disabled_because, failing_since }: Endpoint) {
    const why: Record<string, string> = {
      person: t("webhooks.off_person", "Disabled"),
      gone: t("webhooks.off_gone", "Disabled: it answered that it is gone"),
      failing: t("webhooks.off_failing", "Disabled: every delivery failed for days"),
    };
    if (!enabled) return html`<span class="failed">${why[disabled_because ?? "person"]}</span> · `;
    return failing_since ? html`<span class="failed">${t("webhooks.failing", "Failing since {when}", { when: when(failing_since) })}</span> · ` : nothing;
  }

  private actions(endpoint: Endpoint) {
    const button = (text: string, act: () => unknown) =>
      html`<wa-button size="s" appearance="outlined" aria-label="${text}: ${host(endpoint)}" @click=${act}>${text}</wa-button>`;
    const test = () => this.act(() => api.post("/api/core/webhook-endpoints/{endpoint_id}/test", at(endpoint)), t("webhooks.tested", "Test event sent."));
    return html`<span class="actions">
      ${endpoint.enabled ? button(t("webhooks.test", "Send test"), test) : nothing}
      ${button(endpoint.enabled ? t("webhooks.disable", "Disable") : t("webhooks.enable", "Enable"), () => this.enable(endpoint))}
      ${button(t("webhooks.rotate", "New secret"), () => this.rotate(endpoint))} ${button(t("webhooks.delete", "Delete"), () => this.discard(endpoint))}
    </span>`;
  }

  private table(list: Delivery[]) {
    return html`<h2>${t("webhooks.deliveries", "Deliveries")}</h2>
      <mb-table
        label=${t("webhooks.deliveries", "Deliveries")}
        search=${t("webhooks.search", "Search deliveries")}
        kept=""
        .columns=${this.columns()}
        .rows=${list}
        @row-open=${({ detail }: CustomEvent<{ row: Delivery }>) => this.open(detail.row.id)}
      ></mb-table>`;
  }

  private columns(): Column<Delivery>[] {
    const to = new Map(this.endpoints.value?.map((each) => [each.id, host(each)]));
    return [
      { key: "state", title: t("webhooks.state", "Status"), width: "110px", filter: true, text: ({ state }) => stateTitle(state), render: ({ state }) => html`<span class=${state}>${stateTitle(state)}</span>` },
      { key: "event", title: t("webhooks.event", "Event"), text: ({ event }) => this.titles.get(event) ?? eventTitle(event) },
      { key: "endpoint", title: t("webhooks.to", "To"), narrow: false, text: ({ endpoint }) => to.get(endpoint) ?? "" },
      { key: "attempts", title: t("webhooks.tries", "Attempts"), width: "90px", align: "end", narrow: false },
      { key: "created_at", title: t("webhooks.when", "When"), width: "120px", text: ({ created_at }) => when(created_at), render: ({ created_at }) => html`<span title=${exactly(created_at)}>${when(created_at)}</span>` },
      {
        key: "actions", title: "", width: "96px", align: "end", sort: false, text: () => "",
        render: (row) => (session.may("webhook.write") ? html`<wa-button size="s" appearance="outlined" @click=${(click: Event) => this.resend(click, row)}>${t("webhooks.resend", "Resend")}</wa-button>` : nothing),
      },
    ];
  }

  private resend(click: Event, { id }: Delivery): Promise<void> {
    click.stopPropagation();
    const path = { delivery_id: id };
    return this.act(() => api.post("/api/core/webhook-deliveries/{delivery_id}/resend", path), t("webhooks.resent", "Sent again."));
  }

  private log({ delivery, body, attempts }: Log) {
    return html`<section aria-label=${t("webhooks.log", "Delivery")}>
      <h2>${this.titles.get(delivery.event) ?? eventTitle(delivery.event)}</h2>
      <p><code>${delivery.event}</code></p>
      <pre>${pretty(body)}</pre>
      <ul class="rows" aria-label=${t("webhooks.tries", "Attempts")}>
        ${attempts.map(
          ({ number, at: time, status, milliseconds, answer, error }) => html`<li>
            <span class="what">
              ${t("webhooks.attempt", "Attempt {n}: {answer} after {ms} ms", { n: number, answer: status ?? t("webhooks.no_answer", "no answer"), ms: milliseconds })}
              <small class="code">${error || answer}</small>
            </span>
            <span class="quiet" title=${exactly(time)}>${when(time)}</span>
          </li>`,
        )}
      </ul>
    </section>`;
  }
}
customElements.define("mb-webhooks", MbWebhooks);

function at({ id }: Endpoint) {
  return { endpoint_id: id };
}

function host({ url }: Endpoint): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function eventTitle(name: string): string {
  return name === "webhook.test" ? t("webhooks.test_event", "Test") : t(`event.${name}`, name);
}

function stateTitle(state: Delivery["state"]): string {
  const titles = { pending: t("webhooks.pending", "Pending"), delivered: t("webhooks.delivered", "Delivered"), failed: t("webhooks.failed", "Failed") };
  return titles[state];
}

function pretty(body: string): string {
  return JSON.stringify(JSON.parse(body), null, 2);
}
