/** The large numbers, a line of them per currency. */
import { css, html, type TemplateResult } from "lit";
import { money, t } from "@maxbooster/ui";
import type { Totals } from "./words";

/** @param cut whether there were payouts before those that were counted */
export function balances(sums: readonly Totals[], cut: boolean): TemplateResult {
  return html`${sums.map((each) => line(each, cut))}`;
}

function line({ currency, owed, onItsWay, receivable, paid, bank }: Totals, cut: boolean): TemplateResult {
  const figures: [string, number, string][] = [
    [
      t("billing.owed", "Owed to payees"),
      owed,
      onItsWay
        ? t("billing.owed_held", "{amount} of it is on its way to them.", { amount: money(onItsWay, currency) })
        : owed ? t("billing.owed_why", "Earned and shared out, not yet paid.") : t("billing.owed_none", "Everybody has what is theirs."),
    ],
    [t("billing.receivable", "Receivable"), receivable, receivableWords(receivable)],
    [
      t("billing.paid_out", "Paid out"),
      paid,
      !paid ? t("billing.paid_none", "No payout has been paid yet.") : cut ? t("billing.paid_cut", "In the newest payouts; the export has all.") : t("billing.paid_why", "Has reached payees through Max Booster."),
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

function receivableWords(receivable: number): string {
  if (!receivable) return t("billing.receivable_none", "Nothing is outstanding.");
  return t("billing.receivable_why", "Outlets, shops and buyers have yet to pay it.");
}

function bankWords(bank: number, owed: number): string {
  if (bank < 0) return t("billing.bank_below", "Less was booked as arrived than was paid out.");
  if (bank < owed) return t("billing.bank_short", "Does not yet cover what is owed.");
  return t("billing.bank_covers", "Covers what is owed.");
}

balances.styles = css`
  .figures {
    display: grid;
    grid-template-columns: repeat(4, minmax(0, 1fr));
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
  .figures > div:first-child .figure {
    color: var(--mb-accent-text);
  }
  @media (max-width: 800px) {
    .figures {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
`;
