/** Postings by hand that wait for a second person. */
import { css, html, nothing, type TemplateResult } from "lit";
import { money, t, when } from "@maxbooster/ui";
import { Api, type Books, type Host, type Proposal } from "./api";
import { accountName, namesOf, reason } from "./words";

export function proposals(books: Books, host: Host, changed: () => unknown): TemplateResult | typeof nothing {
  if (!books.proposals.length) return nothing;
  const names = namesOf(books);
  const decide = async (act: (api: Api) => Promise<unknown>): Promise<void> => {
    try {
      await act(new Api(host));
      await changed();
    } catch (error) {
      host.notify(reason(error));
    }
  };
  return html`<div class="bar"><h2>${t("billing.waiting", "Waiting for approval")}</h2></div>
    <ul class="rows proposals">
      ${books.proposals.map((each) => row(each, names, host, decide))}
    </ul>`;
}

type Decide = (act: (api: Api) => Promise<unknown>) => Promise<void>;

function row(proposal: Proposal, names: ReadonlyMap<string, string>, host: Host, decide: Decide): TemplateResult {
  const { id, currency, legs, memo, proposed_at } = proposal;
  const said = legs.map(({ purpose, party, amount }) => `${accountName(purpose, party, names)} ${money(amount, currency)}`).join(", ");
  const may = (permission: string) => host.may(permission);
  return html`<li>
    <div class="what">${memo || t("billing.posting", "Ledger posting")}<small>${said} · ${when(proposed_at)}</small></div>
    ${may("ledger.approve") ? html`<button @click=${() => decide((api) => api.approve(id))}>${t("billing.approve", "Approve")}</button>` : nothing}
    ${may("ledger.write") ? html`<button @click=${() => decide((api) => api.reject(id))}>${t("billing.reject", "Reject")}</button>` : nothing}
  </li>`;
}

proposals.styles = css`
  .proposals li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--mb-space-2) var(--mb-space-3);
  }
  .proposals .what {
    flex: 1 1 240px;
  }
`;
