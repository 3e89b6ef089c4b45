/** What was sent to lists or is about to be, and what came of it. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { confirmed, exactly, notify, number, page, t, when } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";
import { audienceSections } from "./audience-sections";
import { sectionStyle } from "./sections";
import "./postal-address";

type Mailing = components["schemas"]["MailingOut"];

class MbAudienceEmails extends LitElement {
  static override styles = [
    page,
    sectionStyle,
    css`
      .rows > li {
        flex-wrap: wrap;
      }
      progress {
        display: block;
        width: min(320px, 100%);
        height: 6px;
        margin: var(--mb-space-2) 0;
        accent-color: var(--mb-accent);
      }
    `,
  ];
  private readonly mailings = new Loaded(this, () => api.list("/api/core/audience/mailings"), ["job", "event"]);
  private readonly lists = new Loaded(this, () => api.list("/api/core/audience/lists"));
  private readonly settings = new Loaded(this, () => api.get("/api/core/audience/settings"));

  private async cancel(mailing: Mailing): Promise<void> {
    const title = t("audience.cancel_title", "Cancel “{subject}”?", { subject: mailing.subject });
    const text = mailing.state === "sending" ? t("audience.cancel_text", "Whoever hasn’t received it yet won’t. What is out can’t be called back.") : "";
    if (!(await confirmed({ title, text, action: t("audience.cancel_go", "Cancel email") }))) return;
    try {
      await api.post("/api/core/audience/mailings/{mailing_id}/cancel", { mailing_id: mailing.id });
      notify(t("audience.canceled_now", "Email canceled."));
    } catch (error) {
      notify({ text: error instanceof Error ? error.message : String(error), tone: "danger" });
    }
    await this.mailings.again();
  }

  override render(): TemplateResult {
    return html`<div class="head">
        <div>
          <h1>${t("audience.title", "Audience")}</h1>
          <p>${t("audience.emails_text", "Email to your lists. Everybody gets a link to unsubscribe, and nobody gets the same email twice.")}</p>
        </div>
        ${session.may("audience.send") ? html`<wa-button variant="brand" href="/audience/write">${t("audience.write", "Write email")}</wa-button>` : nothing}
      </div>
      ${audienceSections("/audience/emails")} ${this.mailings.show((list) => (list.length ? this.rows(list) : this.empty()))}
      <h2>${t("audience.address_title", "Postal address")}</h2>
      ${this.settings.show(({ postal_address }) => html`<mb-postal-address .address=${postal_address} @saved=${this.settings.again} @stale=${this.settings.again}></mb-postal-address>`)}`;
  }

  private rows(list: Mailing[]): TemplateResult {
    return html`<ul class="rows" aria-label=${t("audience.emails", "Emails")}>${list.map((each) => this.row(each))}</ul>`;
  }

  private row(mailing: Mailing): TemplateResult {
    const open = mailing.state === "scheduled" || mailing.state === "sending";
    const { readers, pending } = mailing.results;
    return html`<li>
      <span class="what">
        ${mailing.subject}
        <small title=${exactly(mailing.send_at)}>${stateOf(mailing)} · ${mailing.lists.map((id) => this.titles.get(id)).join(", ")}</small>
        ${mailing.state === "sending" && readers ? html`<progress max=${readers} value=${readers - pending} aria-label=${t("audience.progress", "Sent so far")}></progress>` : nothing}
        ${mailing.state === "scheduled" || (mailing.state === "canceled" && !readers) ? nothing : html`<small>${resultsOf(mailing)}</small>`}
      </span>
      ${session.may("audience.send")
        ? open
          ? html`<wa-button size="s" appearance="outlined" @click=${() => this.cancel(mailing)}>${t("audience.cancel_go", "Cancel email")}</wa-button>`
          : html`<wa-button size="s" appearance="outlined" href=${`/audience/write?from=${mailing.id}`}>${t("audience.again", "Use again")}</wa-button>`
        : nothing}
    </li>`;
  }

  private get titles(): Map<string, string> {
    return new Map(this.lists.value?.map(({ id, title }) => [id, title]));
  }

  private empty(): TemplateResult {
    return html`<mb-empty icon="mail" heading=${t("audience.no_emails", "No emails yet")} text=${t("audience.no_emails_text", "Write to everybody who confirmed their sign-up, and see here how it went.")}></mb-empty>`;
  }
}
customElements.define("mb-audience-emails", MbAudienceEmails);

function stateOf({ state, send_at, ended_at }: Mailing): string {
  const titles = {
    scheduled: t("audience.is_scheduled", "Scheduled for {time}", { time: exactly(send_at) }),
    sending: t("audience.is_sending", "Sending"),
    sent: t("audience.is_sent", "Sent {when}", { when: when(ended_at ?? send_at) }),
    canceled: t("audience.is_canceled", "Canceled {when}", { when: when(ended_at ?? send_at) }),
  };
  return titles[state];
}

function resultsOf({ results: { readers, pending, sent, failed, skipped, unsubscribed, complained } }: Mailing): string {
  const parts: [number, string][] = [
    [failed, t("audience.n_failed", "{n} failed", { n: number(failed) })],
    [skipped, t("audience.n_skipped", "{n} left meanwhile", { n: number(skipped) })],
    [pending, t("audience.n_pending", "{n} not sent", { n: number(pending) })],
    [unsubscribed, t("audience.n_unsubscribed", "{n} unsubscribed", { n: number(unsubscribed) })],
    [complained, t("audience.n_complained", "{n} complained", { n: number(complained) })],
  ];
  const first = t("audience.n_sent", "{n} of {all} sent", { n: number(sent), all: number(readers) });
  return [first, ...parts.filter(([count]) => count).map(([, said]) => said)].join(" · ");
}
