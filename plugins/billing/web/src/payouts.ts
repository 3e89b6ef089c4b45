/** What was paid, and how far the rest is. */
import { css, html, nothing, type TemplateResult } from "lit";
import { exactly, money, number, t, when } from "@maxbooster/ui";
import type { Payout } from "./api";
import { payoutState } from "./words";

const SHOWN = 20;
const ICONS: Record<string, string> = { held: "clock", sent: "clock", paid: "circle-check", failed: "circle-x" };

/** @param all the newest first */
export function payouts(all: readonly Payout[]): TemplateResult {
  return html`<div class="bar">
      <h2>${t("billing.payouts", "Payouts")}<span class="quiet">${number(all.length)}</span></h2>
      ${all.length > SHOWN ? html`<span class="quiet">${t("billing.newest", "the newest {count}", { count: String(SHOWN) })}</span>` : nothing}
    </div>
    <ul class="rows payouts">
      ${all.slice(0, SHOWN).map(row)}
    </ul>`;
}

function row(payout: Payout): TemplateResult {
  const at = payout.ended_at ?? payout.sent_at ?? payout.requested_at;
  const fee = payout.fee ? t("billing.fee", "fee {amount}", { amount: money(payout.fee, payout.currency) }) : "";
  return html`<li class=${payout.state}>
    <mb-icon name=${ICONS[payout.state] ?? "circle"}></mb-icon>
    <div class="what">${payout.payee_name}<small class="state">${payoutState(payout)}</small></div>
    <time class="quiet" datetime=${at} title=${exactly(at)}>${when(at)}</time>
    <div class="end">${money(payout.amount, payout.currency)}${fee ? html`<small>${fee}</small>` : nothing}</div>
  </li>`;
}

payouts.styles = css`
  .payouts li {
    display: grid;
    grid-template-columns: 16px minmax(0, 1fr) auto minmax(96px, auto);
    align-items: center;
    gap: var(--mb-space-4);
  }
  .payouts mb-icon {
    color: var(--mb-quiet);
  }
  .payouts .end small {
    display: block;
  }
  .paid mb-icon {
    color: var(--mb-ok);
  }
  .failed :is(mb-icon, .state) {
    color: var(--mb-danger);
  }
  @media (max-width: 600px) {
    .payouts li {
      gap: var(--mb-space-3);
    }
    .payouts li {
      grid-template-columns: 16px minmax(0, 1fr) auto;
    }
    .payouts time {
      grid-area: 2 / 3;
      text-align: end;
    }
    .payouts .what {
      grid-row: 1 / 3;
    }
    .payouts .end {
      grid-area: 1 / 3;
    }
    .payouts mb-icon {
      grid-row: 1 / 3;
    }
    .payouts li {
      row-gap: 0;
    }
  }
`;
