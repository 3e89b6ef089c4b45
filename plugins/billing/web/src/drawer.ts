/** `<mb-billing-drawer>`: a payout before it is confirmed: amount, fee, what the payee receives, what stays. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { money, t, when } from "@maxbooster/ui";
import { Api, type Books, type Host, type Payee, type Quote } from "./api";
import { billing } from "./styles";
import { decimal, payoutState, reason, typed } from "./words";

const EARLIER = 5;
const QUOTE_MS = 200;

export class MbBillingDrawer extends LitElement {
  static override properties = {
    host: { attribute: false }, books: { attribute: false }, payee: { attribute: false }, currency: {},
    amount: { state: true }, quote: { state: true }, changing: { state: true }, failure: { state: true }, busy: { state: true },
  };
  declare host: Host;
  declare books: Books;
  declare payee: Payee;
  declare currency: string;
  declare private amount: number;
  declare private quote: Quote | undefined;
  declare private changing: boolean;
  declare private failure: string;
  declare private busy: boolean;
  /** Names what is sent: pressed twice, it is paid once. */
  private key = "";
  private waiting: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    billing,
    css`
      dialog {
        box-sizing: border-box;
        inset: 0 0 0 auto;
        width: min(400px, 100vw);
        max-width: none;
        height: 100dvh;
        max-height: none;
        margin: 0 0 0 auto;
        padding: var(--mb-space-6);
        overflow: auto;
        border: 0;
        border-inline-start: 1px solid var(--mb-line);
        background: var(--mb-raised);
        color: var(--mb-text);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 0.4);
      }
      header,
      .sum,
      dl > div,
      .foot {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: var(--mb-space-4);
      }
      header h2 {
        font-size: var(--mb-text-l);
      }
      .to {
        margin-top: var(--mb-space-6);
      }
      .large {
        font-size: 2.25rem;
        font-weight: 600;
        letter-spacing: -0.02em;
        overflow-wrap: anywhere;
      }
      .sum {
        padding-bottom: var(--mb-space-4);
        border-bottom: 1px solid var(--mb-line);
      }
      .sum input {
        width: 10ch;
        font-size: 1.5rem;
      }
      dl {
        display: grid;
        gap: var(--mb-space-3);
        margin: var(--mb-space-6) 0;
      }
      dl .total {
        align-items: baseline;
        padding-top: var(--mb-space-3);
        border-top: 1px solid var(--mb-line);
        font-weight: 600;
      }
      .total dd {
        font-size: var(--mb-text-l);
      }
      .primary {
        justify-content: center;
        width: 100%;
        min-height: 40px;
        margin-top: var(--mb-space-4);
      }
      .foot {
        margin: var(--mb-space-3) 0 var(--mb-space-8);
      }
      .plain {
        padding: 0;
        border: 0;
        background: none;
        font-weight: 400;
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      .earlier {
        padding-top: var(--mb-space-6);
        border-top: 1px solid var(--mb-line);
      }
      .earlier li {
        display: flex;
        justify-content: space-between;
        gap: var(--mb-space-3);
        padding: var(--mb-space-2) 0;
      }
      .problem {
        margin-top: var(--mb-space-4);
      }
    `,
  ];

  constructor() {
    super();
    this.amount = 0;
    this.failure = "";
    this.changing = false;
    this.busy = false;
  }

  private get owed(): Payee["owed"][number] | undefined {
    return this.payee.owed.find(({ currency }) => currency === this.currency);
  }

  override firstUpdated(): void {
    this.key = crypto.randomUUID();
    this.amount = this.owed?.settled ?? 0;
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has("amount") || this.amount <= 0) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.ask(), this.quote ? QUOTE_MS : 0);
  }

  private async ask(): Promise<void> {
    try {
      this.quote = await new Api(this.host).quote(this.payee.id, this.currency, this.amount);
      this.failure = "";
    } catch (error) {
      this.failure = reason(error);
    }
  }

  private readonly changed = (event: Event): void => {
    const amount = typed((event.target as HTMLInputElement).value, this.currency);
    const most = this.owed?.settled ?? 0;
    if (amount === undefined || amount <= 0) this.failure = t("billing.amount_wrong", "Enter an amount such as {amount}.", { amount: decimal(most, this.currency) });
    else if (amount > most) this.failure = t("billing.amount_most", "{amount} can be paid out now.", { amount: money(most, this.currency) });
    else {
      this.failure = "";
      this.amount = amount;
      return;
    }
    this.amount = 0;
  };

  private readonly pay = async (): Promise<void> => {
    this.busy = true;
    this.failure = "";
    const amount = money(this.amount, this.currency);
    try {
      await new Api(this.host).payOut(this.payee.id, this.currency, this.amount, this.key);
      this.host.notify(t("billing.pay_begun", "{amount} to {name} is on its way.", { amount, name: this.payee.name }));
      this.dispatchEvent(new CustomEvent("books-change", { bubbles: true, composed: true }));
      this.close();
    } catch (error) {
      this.failure = reason(error);
    } finally {
      this.busy = false;
    }
  };

  private readonly close = (): void => {
    clearTimeout(this.waiting);
    this.dispatchEvent(new CustomEvent("drawer-close"));
  };

  override render(): TemplateResult {
    const { amount, currency, quote } = this;
    const ready = amount > 0 && quote?.amount === amount && !this.busy;
    const shown = (minor: number | undefined) => (minor === undefined ? "…" : money(minor, currency));
    const current = quote?.amount === amount ? quote : undefined;
    return html`<dialog aria-labelledby="pay" @close=${this.close}>
      <header>
        <h2 id="pay">${t("billing.pay", "Pay out")}</h2>
        <button class="plain" @click=${this.close}>${t("billing.close", "Close")}</button>
      </header>
      <p class="quiet to">${t("billing.to", "To {name}", { name: this.payee.name })}${this.payee.destination_shown ? `, ${this.payee.destination_shown}` : ""}</p>
      <div class="sum">
        ${this.changing
          ? html`<input aria-label=${t("billing.arrived_what", "Amount in {currency}", { currency })} inputmode="decimal" .value=${decimal(this.owed?.settled ?? 0, currency)} @input=${this.changed} />`
          : html`<span class="large">${money(amount, currency)}</span>`}
        ${this.changing ? nothing : html`<button class="plain" @click=${this.change}>${t("billing.change_way", "Change")}</button>`}
      </div>
      <dl>
        <div><dt>${t("billing.quote_amount", "Amount")}</dt><dd>${shown(amount)}</dd></div>
        <div><dt>${t("billing.quote_fee", "Provider fee, paid by you")}</dt><dd>${shown(current?.fee)}</dd></div>
        <div><dt>${t("billing.quote_ours", "Max Booster fee")}</dt><dd>${money(0, currency)}</dd></div>
        <div class="total"><dt>${t("billing.receives", "{name} receives", { name: this.payee.name })}</dt><dd>${shown(amount)}</dd></div>
      </dl>
      <p class="quiet">${this.left()}</p>
      ${this.failure ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}</p>` : nothing}
      <button class="primary" ?disabled=${!ready} @click=${this.pay}>${t("billing.pay_action", "Pay out {amount}", { amount: money(amount, currency) })}</button>
      <p class="quiet foot"><span>${t("billing.pay_proof", "We may ask you to confirm it’s you.")}</span><span>${t("billing.pay_esc", "Esc to close")}</span></p>
      <mb-extension-point name="billing.payout" .context=${{ payee: this.payee.id, currency }}></mb-extension-point>
      ${this.earlier()}
    </dialog>`;
  }

  private readonly change = (): void => {
    this.changing = true;
    void this.updateComplete.then(() => this.renderRoot.querySelector("input")?.select());
  };

  private left(): string {
    const left = (this.owed?.available ?? 0) - this.amount;
    if (left <= 0) return t("billing.left_none", "Nothing else is owed to {name} in {currency}.", { name: this.payee.name, currency: this.currency });
    return t("billing.left", "{amount} stays in their balance.", { amount: money(left, this.currency) });
  }

  private earlier(): TemplateResult | typeof nothing {
    const theirs = this.books.payouts.filter(({ payee }) => payee === this.payee.id).slice(0, EARLIER);
    if (!theirs.length) return nothing;
    return html`<section class="earlier">
      <h2>${t("billing.earlier", "Earlier payouts")}</h2>
      <ul>
        ${theirs.map((each) => html`<li><span class="quiet">${when(each.ended_at ?? each.requested_at)}</span><span>${money(each.amount, each.currency)}</span><span class="quiet">${payoutState({ ...each, reason: "" })}</span></li>`)}
      </ul>
    </section>`;
  }
}
customElements.define("mb-billing-drawer", MbBillingDrawer);
