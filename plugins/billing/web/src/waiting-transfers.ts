/** At `billing.money`: transfers that wait for a payment file, so that payouts by bank transfer don’t stay where they are. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { money, Reading, t } from "@maxbooster/ui";
import { Api, type Host } from "./api";
import { billing } from "./styles";
import { transferCount } from "./words";

class MbBillingWaitingTransfers extends LitElement {
  static override properties = { host: { attribute: false } };
  declare host: Host;
  private readonly totals = new Reading(this, () => new Api(this.host).transferTotals());

  static override styles = [
    billing,
    css`
      p {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--mb-space-2) var(--mb-space-4);
        max-width: none;
        margin-top: var(--mb-space-4);
      }
      p mb-icon {
        color: var(--mb-accent-text);
      }
      p span {
        flex: 1 1 200px;
      }
    `,
  ];

  override render(): TemplateResult | typeof nothing {
    if (this.totals.failure) return html`<p class="problem" role="alert">${this.totals.failure}</p>`;
    const waiting = this.totals.value?.filter(({ state, transfers }) => state === "waiting" && transfers) ?? [];
    if (!waiting.length) return nothing;
    const transfers = transferCount(waiting.reduce((sum, each) => sum + each.transfers, 0));
    const amount = waiting.map((each) => money(each.amount, each.currency)).join(" + ");
    return html`<p>
      <mb-icon name="landmark"></mb-icon><span>${t("billing.waiting_for_file", "Waiting for a payment file: {transfers}, {amount}", { transfers, amount })}</span>
      <a class="button" href="/billing/transfers">${t("billing.go_to_transfers", "Go to bank transfers")}</a>
    </p>`;
  }
}
customElements.define("mb-billing-waiting-transfers", MbBillingWaitingTransfers);
