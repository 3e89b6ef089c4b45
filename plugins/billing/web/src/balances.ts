/** The large numbers, a line of them per currency. */
import { css, html, type TemplateResult } from "lit";
import { money, t } from "@maxbooster/ui";
import type { Books } from "./api";
import { holders, type Totals } from "./words";

export function balances(sums: readonly Totals[], { payouts, earlierPayouts, providers }: Books): TemplateResult {
  return html`${sums.map((each) => line(each, earlierPayouts, holders(each.currency, each.onItsWay, payouts, providers)))}`;
}

/** @param cut whether there were payouts before those that were counted */
function line({ currency, owed, onItsWay, suspense, receivable, inTransit, paid, bank }: Totals, cut: boolean, holding: string): TemplateResult {
  const figures: [string, number, string][] = [
    [
      t("billing.owed", "Owed to payees"),
      owed,
      owed ? t("billing.owed_why", "Earned and allocated, not paid yet.") : t("billing.owed_none", "All paid."),
    ],
    [t("billing.on_hold", "On hold"), onItsWay, onItsWay ? holding : t("billing.on_hold_none", "Nothing is set aside.")],
    [t("billing.suspense", "In suspense"), suspense, suspense ? t("billing.suspense_why", "Has no payee yet. Assign it under Royalties.") : t("billing.suspense_none", "Everything has a payee.")],
    [t("billing.receivable", "Arriving"), receivable + inTransit, arrivingWords(receivable, inTransit, currency)],
    [
      t("billing.paid_out", "Paid out"),
      paid,
      !paid ? t("billing.paid_none", "No payouts yet.") : cut ? t("billing.paid_cut", "In the latest payouts. Export has all of them.") : t("billing.paid_why", "Sent to payees."),
    ],
    [t("billing.bank", "In the bank"), bank, bankWords(bank, owed)],
  ];
  return html`<section aria-label=${t("billing.in", "Balances in {currency}", { currency })}>
    <dl class="figures">
      ${figures.map(
        ([title, amount, meaning]) => html`<div>
          <dt>${title}</dt>
          <dd class="figure">${money(amount, currency)}</dd>
          <dd class="quiet">${meaning}</dd>
        </div>`,
      )}
    </dl>
  </section>`;
}

function arrivingWords(receivable: number, inTransit: number, currency: string): string {
  const sales = t("billing.in_transit", "{amount} from sales is still with the payment provider.", { amount: money(inTransit, currency) });
  if (!receivable) return inTransit ? sales : t("billing.receivable_none", "Nothing outstanding.");
  const owed = t("billing.receivable_why", "Stores and buyers haven’t paid it yet.");
  return inTransit ? `${owed} ${sales}` : owed;
}

function bankWords(bank: number, owed: number): string {
  if (bank < 0) return t("billing.bank_below", "More was paid out than was recorded as received.");
  if (bank < owed) return t("billing.bank_short", "Doesn’t cover what’s owed yet.");
  return t("billing.bank_covers", "Covers what’s owed.");
}

balances.styles = css`
  .figures {
    display: grid;
    grid-template-columns: repeat(6, minmax(0, 1fr));
    gap: var(--mb-space-6);
    margin-top: var(--mb-space-8);
    padding-top: var(--mb-space-4);
    border-top: 1px solid var(--mb-line);
  }
  .figures dt {
    color: var(--mb-quiet);
  }
  .figure {
    margin: var(--mb-space-1) 0;
    font-size: clamp(1.25rem, 2.2vw, 1.75rem);
    font-weight: 600;
    letter-spacing: -0.02em;
    overflow-wrap: anywhere;
  }
  @media (max-width: 1200px) {
    .figures {
      grid-template-columns: repeat(3, minmax(0, 1fr));
    }
  }
  @media (max-width: 800px) {
    .figures {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
`;
