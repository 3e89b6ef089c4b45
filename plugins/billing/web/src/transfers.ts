/** The page “Bank transfers”: payouts for the bank, payment files, and what the bank did with each transfer. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { confirmed, date, exactly, FormController, money, number, Refresh, t, when } from "@maxbooster/ui";
import { Api, type Host, type PaymentFile, type Transfer, type TransferTotal } from "./api";
import { billing } from "./styles";
import { reason, transferCount, transferState } from "./words";

const SHOWN = 50;

class MbBillingTransfers extends LitElement {
  static override properties = {
    host: { attribute: false }, totals: { state: true }, missing: { state: true }, waiting: { state: true }, files: { state: true }, open: { state: true }, lines: { state: true },
    rejecting: { state: true }, shown: { state: true }, failure: { state: true }, busy: { state: true },
  };
  declare host: Host;
  declare private totals: TransferTotal[] | undefined;
  /** Why nothing can be paid yet. */
  declare private missing: string;
  declare private waiting: Transfer[];
  declare private files: PaymentFile[];
  /** The payment file whose transfers are shown. */
  declare private open: string;
  declare private lines: Transfer[];
  /** The transfer that the bank rejected. */
  declare private rejecting: string;
  /** How many of a long list. */
  declare private shown: number;
  declare private failure: string;
  declare private busy: boolean;

  static override styles = [
    billing,
    css`
      :host {
        max-width: 1040px;
        margin: 0 auto;
      }
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
        font-size: var(--mb-text-l);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .rows > li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--mb-space-2) var(--mb-space-4);
      }
      .what {
        flex: 1 1 220px;
      }
      .rows .rows {
        flex: 1 0 100%;
        padding-inline-start: var(--mb-space-6);
      }
      form {
        display: flex;
        flex: 1 0 100%;
        flex-wrap: wrap;
        align-items: flex-end;
        gap: var(--mb-space-3);
      }
      label {
        display: grid;
        flex: 1 1 240px;
        gap: var(--mb-space-1);
        color: var(--mb-quiet);
      }
      .failed {
        color: var(--mb-danger);
      }
      .problem,
      mb-empty {
        margin-top: var(--mb-space-4);
      }
      @media (max-width: 800px) {
        .figures {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
        .rows .rows {
          padding-inline-start: 0;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.missing = "";
    this.waiting = [];
    this.files = [];
    this.open = "";
    this.lines = [];
    this.rejecting = "";
    this.shown = SHOWN;
    this.failure = "";
    this.busy = false;
    new Refresh(this, this.load);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  private readonly load = async (): Promise<void> => {
    try {
      const api = new Api(this.host);
      const lines = this.open ? api.transfersOf(this.open) : Promise.resolve([]);
      [this.totals, this.waiting, this.files, this.lines, this.missing] = await Promise.all([
        api.transferTotals(), api.waitingTransfers(), api.paymentFiles(), lines, api.missingSetUp(),
      ]);
      this.failure = "";
    } catch (error) {
      this.failure = reason(error);
    }
  };

  /** Sends, reads everything again, and says what went wrong. */
  private async sent(send: (api: Api) => Promise<unknown>, told: string): Promise<void> {
    this.busy = true;
    try {
      await send(new Api(this.host));
      this.rejecting = "";
      await this.load();
      this.host.notify(told);
    } catch (error) {
      this.failure = reason(error);
    } finally {
      this.busy = false;
    }
  }

  private readonly create = async (): Promise<void> => {
    let file: PaymentFile | undefined;
    await this.sent(async (api) => {
      file = await api.createPaymentFile();
      this.open = file.id;
    }, t("billing.file_created", "Payment file created. Download it and upload it to your bank once."));
    const [left, ...more] = file?.left_out ?? [];
    if (!left) return;
    this.failure = t("billing.left_out", "{name} isn’t in the file: {reason}", { name: left.name, reason: left.reason });
    if (more.length) this.failure += ` ${t("billing.left_out_more", "Left out besides: {names}.", { names: more.map(({ name }) => name).join(", ") })}`;
  };

  private readonly executed = async (file: PaymentFile): Promise<void> => {
    const wanted = await confirmed({
      title: t("billing.file_question", "Did the bank execute all of it?"),
      text: t("billing.file_question_text", "Mark the transfers that the bank rejected first. The other payees are told that they were paid; this can’t be undone."),
      facts: [
        [t("billing.file_transfers", "Transfers"), number(file.open)],
        [t("billing.file_open_total", "Together"), money(file.open_total, file.currency)],
      ],
      action: t("billing.file_executed_now", "Mark {amount} as executed", { amount: money(file.open_total, file.currency) }),
      harmless: true,
    });
    if (wanted) await this.sent((api) => api.executeFile(file.id), t("billing.file_executed_done", "Marked as executed."));
  };

  private readonly executedOne = async ({ id, name, amount, currency }: Transfer): Promise<void> => {
    const wanted = await confirmed({
      title: t("billing.transfer_question", "Did the bank pay {amount} to {name}?", { amount: money(amount, currency), name }),
      text: t("billing.transfer_question_text", "The payee is told that they were paid; this can’t be undone."),
      action: t("billing.file_executed_now", "Mark {amount} as executed", { amount: money(amount, currency) }),
      harmless: true,
    });
    if (wanted) await this.sent((api) => api.executeTransfer(id), t("billing.executed_done", "Marked as executed."));
  };

  private readonly rejection = new FormController(
    this,
    async ({ reason: why = "" }) => {
      await new Api(this.host).rejectTransfer(this.rejecting, why.trim());
      this.host.notify(t("billing.rejected_done", "Marked as rejected. The money is back in the payee’s balance."));
      this.rejecting = "";
      await this.load();
    },
    { draft: () => this.rejecting && `billing/rejections/${this.rejecting}` },
  );

  private toggle(file: string): void {
    this.open = this.open === file ? "" : file;
    this.lines = [];
    this.rejecting = "";
    this.shown = SHOWN;
    void this.load();
  }

  private startRejecting(transfer: string): void {
    this.rejecting = transfer;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLInputElement>("input[name=reason]")?.focus());
  }

  override render(): TemplateResult {
    return html`<h1>${t("billing.transfers", "Bank transfers")}</h1>
      <p class="quiet">${t("billing.transfers_text", "Payouts by bank transfer collect here. Create a payment file, upload it to your bank, then record what the bank did.")}</p>
      ${this.failure ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}</p>` : nothing}
      ${this.missing ? html`<p class="problem" role="status"><mb-icon name="triangle-alert"></mb-icon><span>${this.missing} <a href="/connections#billing.bank_transfer">${t("billing.enter_bank_account", "Enter bank account")}</a></span></p>` : nothing}
      ${this.totals ? this.sections(this.totals) : nothing}`;
  }

  private sections(totals: TransferTotal[]): TemplateResult {
    if (!totals.length)
      return html`<mb-empty
        icon="landmark"
        heading=${t("billing.no_transfers", "No bank transfers yet")}
        text=${t("billing.no_transfers_text", "When you pay out to a payee whose payment method is a bank transfer, the payout waits here for a payment file. Bank transfers are SEPA transfers in euros.")}
        ><a class="button" href="/money">${t("billing.title", "Money")}</a></mb-empty
      >`;
    return html`${[...new Set(totals.map(({ currency }) => currency))].map((currency) => this.figures(currency, totals))}
      ${this.waiting.length ? this.queue() : nothing} ${this.files.length ? this.fileList() : nothing}`;
  }

  private figures(currency: string, totals: TransferTotal[]): TemplateResult {
    const states: [string, string][] = [
      ["waiting", t("billing.transfer.waiting", "Waiting for a file")], ["filed", t("billing.transfer.filed", "With the bank")],
      ["executed", t("billing.transfer.executed", "Executed")], ["failed", t("billing.transfer.failed", "Rejected")],
    ];
    return html`<section aria-label=${t("billing.transfers_in", "Bank transfers in {currency}", { currency })}>
      <dl class="figures">
        ${states.map(([state, title]) => {
          const sum = totals.find((each) => each.state === state && each.currency === currency);
          return html`<div>
            <dt>${title}</dt>
            <dd class="figure">${money(sum?.amount ?? 0, currency)}</dd>
            <dd class="quiet">${transferCount(sum?.transfers ?? 0)}</dd>
          </div>`;
        })}
      </dl>
    </section>`;
  }

  private queue(): TemplateResult {
    return html`<div class="bar">
        <h2>${t("billing.transfer.waiting", "Waiting for a file")}<span class="quiet">${number(this.waiting.length)}</span></h2>
        <button class="primary" ?disabled=${this.busy} @click=${this.create}><mb-icon name="scroll-text"></mb-icon>${t("billing.create_file", "Create payment file")}</button>
      </div>
      <ul class="rows">
        ${this.waiting.slice(0, SHOWN).map((each) => this.queued(each))}
      </ul>
      ${this.waiting.length > SHOWN ? html`<p class="quiet">${t("billing.more_transfers", "and {count} more", { count: number(this.waiting.length - SHOWN) })}</p>` : nothing}`;
  }

  private queued(transfer: Transfer): TemplateResult {
    const { id, name } = transfer;
    return html`<li>
      ${this.payee(transfer)}<span>${money(transfer.amount, transfer.currency)}</span>
      <button aria-label=${t("billing.not_paid_of", "Don’t pay: {name}", { name })} @click=${() => this.startRejecting(id)}>${t("billing.not_paid_ask", "Don’t pay…")}</button>
      ${this.rejecting === id ? this.form(name, t("billing.not_paid_why", "Why it isn’t paid; the payee reads it")) : nothing}
    </li>`;
  }

  private payee({ name, destination, ordered_at }: Transfer): TemplateResult {
    return html`<div class="what">${name}<small title=${exactly(ordered_at)}>${destination} · ${when(ordered_at)}</small></div>`;
  }

  private fileList(): TemplateResult {
    return html`<div class="bar"><h2>${t("billing.files", "Payment files")}<span class="quiet">${number(this.files.length)}</span></h2></div>
      <ul class="rows">
        ${this.files.map((file) => this.file(file))}
      </ul>`;
  }

  private file(file: PaymentFile): TemplateResult {
    const day = date(file.made_at);
    const opened = this.open === file.id;
    return html`<li>
      <div class="what">
        <span title=${exactly(file.made_at)}>${day}</span> · ${transferCount(file.lines)}
        <small>${fileState(file)}</small>
      </div>
      <span>${money(file.total, file.currency)}</span>
      <button aria-expanded=${opened} aria-label=${t("billing.file_transfers_of", "Transfers of the file of {day}", { day })} @click=${() => this.toggle(file.id)}>
        ${t("billing.file_transfers", "Transfers")}<mb-icon name=${opened ? "chevron-up" : "chevron-down"} size="14"></mb-icon>
      </button>
      <a class="button" href=${new Api(this.host).paymentFileAddress(file.id)} download aria-label=${t("billing.download_of", "Download the file of {day}", { day })}><mb-icon name="download"></mb-icon>${t("billing.download", "Download")}</a>
      ${file.open ? html`<button ?disabled=${this.busy} @click=${() => this.executed(file)}>${t("billing.file_executed", "Executed at the bank")}</button>` : nothing}
      ${opened ? this.transfersOf() : nothing}
    </li>`;
  }

  private transfersOf(): TemplateResult {
    return html`<ul class="rows">
        ${this.lines.slice(0, this.shown).map((each) => this.transfer(each))}
      </ul>
      ${this.lines.length > this.shown ? html`<button @click=${() => (this.shown += SHOWN)}>${t("billing.older", "Show more")}</button>` : nothing}`;
  }

  private transfer(transfer: Transfer): TemplateResult {
    const { id, state, name } = transfer;
    return html`<li>
      ${this.payee(transfer)}
      <span>${money(transfer.amount, transfer.currency)}</span>
      ${state === "filed"
        ? html`<button aria-label=${t("billing.executed_of", "Executed: {name}", { name })} ?disabled=${this.busy} @click=${() => this.executedOne(transfer)}>${t("billing.transfer.executed", "Executed")}</button>
            <button aria-label=${t("billing.rejected_of", "Rejected: {name}", { name })} @click=${() => this.startRejecting(id)}>${t("billing.reject_ask", "Rejected…")}</button>`
        : html`<span class=${state === "failed" ? "failed" : "quiet"}>${transferState(transfer)}</span>`}
      ${this.rejecting === id ? this.form(name) : nothing}
    </li>`;
  }

  private form(name: string, why = t("billing.bank_said", "What the bank said")): TemplateResult {
    return html`<form ${this.rejection.here()} aria-label=${t("billing.rejected_of", "Rejected: {name}", { name })}>
      <label>${why}<input name="reason" required maxlength="500" pattern=".*\\S.*" autocomplete="off" placeholder=${t("billing.bank_said_hint", "AC04: account closed")} /></label>
      ${this.rejection.words()}
      <button class="primary" ?disabled=${this.rejection.pending}>${t("billing.reject_now", "Mark as rejected")}</button>
      <button type="button" @click=${() => (this.rejecting = "")}>${t("billing.cancel", "Cancel")}</button>
    </form>`;
  }
}

function fileState({ open, executed, failed }: PaymentFile): string {
  const parts = [
    open ? t("billing.file.open", "{count} not marked yet", { count: number(open) }) : "",
    executed ? t("billing.file.executed", "{count} executed", { count: number(executed) }) : "",
    failed ? t("billing.file.failed", "{count} rejected", { count: number(failed) }) : "",
  ];
  return parts.filter(Boolean).join(" · ");
}
customElements.define("mb-billing-transfers", MbBillingTransfers);
