/** `<mb-billing-entries>`: every leg of every transaction, the newest first. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { exactly, loadTable, money, t, when, type Column } from "@maxbooster/ui";
import { Api, EXPORT, type Books, type Entry, type Host } from "./api";
import { billing } from "./styles";
import { accountName, namesOf, reason, side } from "./words";

interface Row {
  id: string;
  what: string;
  account: string;
  at: string;
  currency: string;
  /** Seen from the account's own side. */
  change: number;
}

class MbBillingEntries extends LitElement {
  static override properties = {
    host: { attribute: false }, books: { attribute: false }, loads: { attribute: false },
    entries: { state: true }, next: { state: true }, filter: { state: true }, failure: { state: true },
  };
  declare host: Host;
  declare books: Books;
  declare loads: number;
  declare private entries: Entry[];
  declare private next: string | null | undefined;
  declare private filter: string;
  declare private failure: string;

  static override styles = [
    billing,
    css`
      mb-table {
        --mb-table-height: 440px;
      }
      @media (max-width: 600px) {
        .bar input {
          flex: 1 0 100%;
          order: 1;
        }
      }
      .more {
        margin-top: var(--mb-space-3);
      }
    `,
  ];

  constructor() {
    super();
    this.entries = [];
    this.filter = "";
    this.failure = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void loadTable();
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("loads")) void this.read();
  }

  private async read(before?: string): Promise<void> {
    try {
      const page = await new Api(this.host).entries(before);
      this.entries = before ? [...this.entries, ...page.entries] : page.entries;
      this.next = page.next;
      this.failure = "";
    } catch (error) {
      this.failure = reason(error);
    }
  }

  /** What counts: money that is only set aside stands with the payouts. */
  private rows(): Row[] {
    const names = namesOf(this.books);
    return this.entries.filter(({ phase }) => phase === "posted").map((entry) => ({
      id: `${entry.transaction}/${entry.leg}`,
      what: entry.memo || t("billing.posting", "Ledger posting"),
      account: accountName(entry.purpose, entry.party, names),
      at: entry.effective_at,
      currency: entry.currency,
      change: side(entry.purpose, this.books.purposes) * entry.amount,
    }));
  }

  private columns(): Column<Row>[] {
    const quiet = (text: unknown, title = "") => html`<span style="color: var(--mb-quiet)" title=${title}>${text}</span>`;
    return [
      { key: "what", title: t("billing.what", "Description"), width: "minmax(0, 2fr)", render: ({ what }) => html`<span title=${what}>${what}</span>` },
      { key: "account", title: t("billing.account", "Account"), width: "minmax(0, 1.5fr)", render: ({ account }) => quiet(account, account) },
      { key: "at", title: t("billing.at", "Date"), width: "120px", render: ({ at }) => quiet(when(at), exactly(at)) },
      { key: "currency", title: t("billing.currency", "Currency"), width: "80px", render: ({ currency }) => quiet(currency) },
      { key: "change", title: t("billing.change", "Amount"), width: "116px", align: "end", render: ({ change, currency }) => `${change > 0 ? "+" : ""}${money(change, currency)}` },
    ];
  }

  override render(): TemplateResult {
    return html`<div class="bar">
        <h2>${t("billing.entries", "Entries")}</h2>
        <input
          type="search"
          aria-label=${t("billing.filter", "Search entries")}
          placeholder=${t("billing.filter_hint", "Description, payee or currency")}
          @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
        />
        <a class="button" href="${EXPORT}?form=csv" download="ledger.csv"><mb-icon name="download"></mb-icon>${t("billing.export", "Export CSV")}</a>
      </div>
      ${this.failure ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}</p>` : nothing}
      <mb-table label=${t("billing.entries", "Entries")} .columns=${this.columns()} .rows=${this.rows()} filter=${this.filter}></mb-table>
      ${this.next ? html`<button class="more" @click=${() => this.read(this.next ?? undefined)}>${t("billing.older", "Show more")}</button>` : nothing}`;
  }
}
customElements.define("mb-billing-entries", MbBillingEntries);
