import "@awesome.me/webawesome/dist/components/button/button.js";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { confirmed, date, exactly, notify, page, t, when } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";
import { tried } from "../shell/tried";

type Grant = components["schemas"]["GrantOut"];
type Offer = components["schemas"]["GrantOffer"];
type Received = components["schemas"]["ReceivedGrant"];
type Shared = Pick<Grant, "kind" | "kind_title" | "rights">;

const kindOf = ({ kind, kind_title }: Shared) => t(`grant.${kind}`, kind_title);
const rightsOf = ({ kind, rights }: Shared) => rights.map(({ permission, title }) => t(`grant.${kind}.${permission.split(".")[1]}`, title)).join(" · ");

/** What this account shares, and what is shared with it. */
class MbShared extends LitElement {
  static override styles = page;
  private readonly given = new Loaded(this, () => api.get("/api/core/grants"));
  private readonly offers = new Loaded(this, () => api.get("/api/core/grants/offers"));
  private readonly received = new Loaded(this, () => api.get("/api/core/grants/received"));

  private async stop(grant: Grant): Promise<void> {
    const title = t("shared.stop_title", "Stop sharing “{title}”?", { title: grant.title ?? kindOf(grant) });
    const text = t("shared.stop_text", "It can’t be opened any more, starting now. A link can’t be turned on again.");
    if (!(await confirmed({ title, text, action: t("shared.stop", "Stop sharing") }))) return;
    await api.delete("/api/core/grants/{grant_id}", { grant_id: grant.id });
    notify(t("shared.stopped", "Sharing stopped."));
    await this.given.again();
  }

  override render(): TemplateResult {
    return html`<div class="head">
        <div>
          <h1>${t("shared.title", "Shared")}</h1>
          <p>${t("shared.text", "What others can open without being in this account. To share something, open it and share it there.")}</p>
        </div>
      </div>
      ${this.offers.show((list) => (list.length ? this.section(t("shared.offers", "Offered to you"), list.map((offer) => this.offerRow(offer)), "") : html``))}
      ${this.given.show((list) => this.section(t("shared.by", "Shared by you"), list.map((grant) => this.givenRow(grant)), t("shared.none", "You don’t share anything.")))}
      ${this.received.show((list) => this.section(t("shared.with", "Shared with you"), list.map((grant) => this.receivedRow(grant)), t("shared.nothing", "Nobody shares anything with this account.")))}`;
  }

  private section(title: string, rows: TemplateResult[], none: string): TemplateResult {
    return html`<h2>${title}</h2>
      ${rows.length ? html`<ul class="rows" aria-label=${title}>${rows}</ul>` : html`<p>${none}</p>`}`;
  }

  private givenRow(grant: Grant): TemplateResult {
    const whom = grant.receiver_name ?? (grant.receiver ? t("shared.closed", "A closed account") : (grant.email ?? t("shared.anyone", "Anyone with the link")));
    const used = grant.used_at ? t("shared.used", "last opened {when}", { when: when(grant.used_at) }) : t("shared.unused", "not opened yet");
    const gone = t("shared.gone", "deleted");
    return html`<li>
      <span class="what">
        ${kindOf(grant)}: ${grant.title ?? gone}
        <small>${grant.label ? `${whom} (${grant.label})` : whom} · ${rightsOf(grant)}</small>
        <small title=${exactly(grant.expires_at)}>${grant.state === "offered" ? this.state(grant) : `${this.state(grant)} · ${used}`}</small>
      </span>
      ${(grant.state === "active" || grant.state === "offered") && session.may("grant.write")
        ? html`<wa-button size="s" appearance="outlined" @click=${() => this.stop(grant)}>${t("shared.stop", "Stop sharing")}</wa-button>`
        : nothing}
    </li>`;
  }

  private state({ state, expires_at, given_by, by_program }: Grant): string {
    if (state === "offered") return t("shared.state_offered", "not accepted yet · until {date}", { date: date(expires_at) });
    if (state === "ended" && by_program) return t("shared.state_ended_key", "ended with the API key or app that shared it");
    if (state === "revoked") return t("shared.state_revoked", "stopped");
    if (state === "expired") return t("shared.state_expired", "ended on {date}", { date: date(expires_at) });
    if (state === "ended") return t("shared.state_ended", "ended, because {name} may no longer share it", { name: given_by ?? t("shared.somebody", "whoever shared it") });
    return t("shared.until", "until {date}", { date: date(expires_at) });
  }

  private offerRow(offer: Offer): TemplateResult {
    const what = t("shared.offer", "{kind} from {owner}", { kind: kindOf(offer), owner: offer.owner });
    const button = (words: string, run: () => Promise<void>) => html`<wa-button size="s" appearance="outlined" aria-label="${words}: ${what}" @click=${run}>${words}</wa-button>`;
    return html`<li>
      <span class="what">${what}<small>${rightsOf(offer)}</small><small title=${exactly(offer.expires_at)}>${t("shared.until", "until {date}", { date: date(offer.expires_at) })}</small></span>
      ${session.may("grant.write")
        ? html`${button(t("shared.accept", "Accept"), () => this.accept(offer))} ${button(t("shared.decline_offer", "Decline"), () => this.refuse(offer))}`
        : nothing}
    </li>`;
  }

  private async accept({ id, owner }: Offer): Promise<void> {
    await this.answered(() => api.post("/api/core/grants/offers/{grant_id}/accept", { grant_id: id }), t("shared.accepted", "{owner} shares it with this account now.", { owner }));
  }

  private async refuse({ id }: Offer): Promise<void> {
    await this.answered(() => api.delete("/api/core/grants/received/{grant_id}", { grant_id: id }), t("shared.refused", "Declined."));
  }

  private async answered(send: () => Promise<unknown>, said: string): Promise<void> {
    await tried(async () => {
      await send();
      notify(said);
    });
    await Promise.all([this.offers.again(), this.received.again()]);
  }

  private receivedRow(grant: Received): TemplateResult {
    const what = `${kindOf(grant)}: ${grant.title}`;
    return html`<li>
      <span class="what">
        ${grant.module ? html`<a href="/review#${grant.id}">${what}</a>` : what}
        <small>${t("shared.from", "From {owner}", { owner: grant.owner })} · ${rightsOf(grant)}</small>
        <small title=${exactly(grant.expires_at)}>${t("shared.until", "until {date}", { date: date(grant.expires_at) })}</small>
      </span>
      ${session.may("grant.write") ? html`<wa-button size="s" appearance="outlined" aria-label="${t("shared.decline", "Remove")}: ${what}" @click=${() => this.decline(grant)}>${t("shared.decline", "Remove")}</wa-button>` : nothing}
    </li>`;
  }

  private async decline(grant: Received): Promise<void> {
    const title = t("shared.decline_title", "Remove “{title}”?", { title: grant.title });
    const text = t("shared.decline_text", "This account can’t open it any more. Only {owner} can share it again.", { owner: grant.owner });
    if (!(await confirmed({ title, text, action: t("shared.decline", "Remove") }))) return;
    await api.delete("/api/core/grants/received/{grant_id}", { grant_id: grant.id });
    notify(t("shared.declined", "Removed."));
    await this.received.again();
  }
}
customElements.define("mb-shared", MbShared);
