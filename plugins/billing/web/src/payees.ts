/** `<mb-billing-payees>`: who has a share, how much of what is owed is theirs, and the way to pay them. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { asked, FormController, money, number, t } from "@maxbooster/ui";
import { Api, type Books, type Host, type Payee } from "./api";
import "./drawer";
import { billing } from "./styles";
import { share, standing, way, type Totals } from "./words";

type Owed = Payee["owed"][number];
const SHOWN = 50;
const SEARCHED_FROM = 8;

class MbBillingPayees extends LitElement {
  static override properties = {
    host: { attribute: false }, books: { attribute: false }, sums: { attribute: false },
    editing: { state: true }, paying: { state: true }, provider: { state: true }, filter: { state: true },
  };
  declare host: Host;
  declare books: Books;
  declare sums: Totals[];
  /** Whom the form is about. */
  declare private editing: Payee | "new" | undefined;
  /** Whose payout is in the drawer. */
  declare private paying: { payee: Payee; currency: string } | undefined;
  declare private provider: string;
  declare private filter: string;

  static override styles = [
    billing,
    css`
      .rows > li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.4fr);
        align-items: center;
        gap: var(--mb-space-2) var(--mb-space-4);
      }
      .owed {
        display: grid;
        grid-template-columns: minmax(24px, 1fr) 148px 84px;
        align-items: center;
        gap: var(--mb-space-1) var(--mb-space-4);
        min-height: 44px;
      }
      .amount small {
        display: block;
      }
      .part {
        height: 4px;
        border-radius: 2px;
        background: var(--mb-lifted);
        overflow: hidden;
      }
      .part i {
        display: block;
        height: 100%;
        background: var(--mb-quiet);
      }
      .change {
        min-height: 24px;
        padding: 0;
        border: 0;
        background: none;
        color: var(--mb-quiet);
        font-weight: 400;
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      .change:hover {
        color: var(--mb-text);
      }
      .why {
        display: flex;
        grid-column: 1 / -1;
        gap: var(--mb-space-2);
        padding-bottom: var(--mb-space-2);
        color: var(--mb-quiet);
      }
      .why mb-icon {
        flex: none;
        margin-top: 2px;
        color: var(--mb-accent-text);
      }
      .pay {
        justify-self: end;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: flex-end;
        gap: var(--mb-space-3);
        padding: var(--mb-space-4) 0;
        border-top: 1px solid var(--mb-line);
      }
      label {
        display: grid;
        flex: 1 1 180px;
        gap: var(--mb-space-1);
        color: var(--mb-quiet);
      }
      form small {
        flex-basis: 100%;
      }
      mb-empty,
      form:first-child {
        margin-top: var(--mb-space-8);
      }
      .problem {
        margin-bottom: var(--mb-space-3);
      }
      @media (max-width: 600px) {
        .rows > li {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  constructor() {
    super();
    this.provider = "";
    this.filter = "";
  }

  override firstUpdated(): void {
    if (asked("add-payee") && this.may("payee.write")) this.edit("new");
  }

  private may(permission: string): boolean {
    return this.host.may(permission);
  }

  private readonly saving = new FormController(this, (values) => this.save(values), {
    draft: () => this.editing && `billing/payees/${this.editing === "new" ? "new" : this.editing.id}`,
    again: async () => void this.dispatchEvent(new CustomEvent("books-change")),
  });

  private async save(values: Record<string, string>): Promise<void> {
    const text = (name: string) => (values[name] ?? "").trim();
    const fields = this.fields();
    const { editing } = this;
    const provider = text("provider") || null;
    const known = editing && editing !== "new" && editing.provider === provider ? editing.destination : "";
    const destination = fields.length ? fields.map((_, place) => text(`part${place}`)).join("/") : known;
    const facts = [text("name"), provider, destination] as const;
    const api = new Api(this.host);
    await (editing && editing !== "new" ? api.updatePayee(editing, ...facts) : api.createPayee(...facts));
    this.editing = undefined;
    this.dispatchEvent(new CustomEvent("books-change"));
  }

  /** Whoever is edited, as the books have them now. */
  override willUpdate(changed: Map<string, unknown>): void {
    const { editing } = this;
    if (changed.has("books") && editing && editing !== "new") this.editing = this.books.payees.find(({ id }) => id === editing.id) ?? editing;
  }

  private edit(whom: Payee | "new"): void {
    this.editing = whom;
    this.provider = whom === "new" ? "" : (whom.provider ?? "");
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLInputElement>("input[name=name]")?.focus());
  }

  private found(): Payee[] {
    const words = this.filter.toLowerCase();
    const most = (payee: Payee) => Math.max(0, ...payee.owed.map(({ amount }) => amount));
    return this.books.payees.filter(({ name }) => name.toLowerCase().includes(words)).sort((one, other) => most(other) - most(one));
  }

  override render(): TemplateResult {
    const { payees, morePayees } = this.books;
    if (!payees.length) return html`${this.editing ? this.form(this.editing) : this.teaching()}`;
    const found = this.found();
    return html`<div class="bar">
        <h2>${t("billing.payees", "Payees")}<span class="quiet">${morePayees ? t("billing.so_far", "{count} so far", { count: number(payees.length) }) : number(payees.length)}</span></h2>
        ${payees.length > SEARCHED_FROM ? this.search() : nothing}
        ${this.may("payee.write") && !this.editing ? this.opener("") : nothing}
      </div>
      ${this.editing ? this.form(this.editing) : nothing}
      <ul class="rows">
        ${found.slice(0, SHOWN).map((payee) => this.row(payee))}
      </ul>
      ${found.length > SHOWN
        ? html`<p class="quiet">${t("billing.more_payees", "{count} more; type a name to find them.", { count: number(found.length - SHOWN) })}</p>`
        : nothing}
      ${this.drawer()}`;
  }

  private search(): TemplateResult {
    return html`<input
      type="search"
      aria-label=${t("billing.find_payee", "Search payees")}
      placeholder=${t("billing.find_payee", "Search payees")}
      @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
    />`;
  }

  private opener(kind: string): TemplateResult {
    return html`<button class=${kind} @click=${() => this.edit("new")}><mb-icon name="plus"></mb-icon>${t("billing.add", "Add payee")}</button>`;
  }

  private teaching(): TemplateResult {
    return html`<mb-empty
      icon="wallet"
      heading=${t("billing.first", "Add your first payee")}
      text=${t("billing.first_why", "A payee is anyone you pay: yourself, a co-writer, a label. Royalties are split among payees by their shares, and you pay them from here.")}
      >${this.may("payee.write") ? this.opener("primary") : nothing}</mb-empty
    >`;
  }

  private form(whom: Payee | "new"): TemplateResult {
    const known = whom === "new" ? undefined : whom;
    const offering = this.books.providers.filter(({ offers }) => offers.includes("payout"));
    return html`<form ${this.saving.here()}>
      <label>${t("billing.name", "Name")}<input name="name" .value=${known?.name ?? ""} required maxlength="200" autocomplete="off" /></label>
      <label
        >${t("billing.paid_by", "Payment method")}
        <select name="provider" @change=${(event: Event) => (this.provider = (event.target as HTMLSelectElement).value)}>
          <option value="">${t("billing.later", "Add later")}</option>
          ${offering.map(({ name, title }) => html`<option value=${name} ?selected=${name === this.provider}>${title}</option>`)}
        </select></label
      >
      ${this.provider
        ? this.fields().map((field, place) => this.field(field, place, known))
        : nothing}
      ${this.saving.words()}
      <button class="primary" ?disabled=${this.saving.pending}>${known ? t("billing.save", "Save") : t("billing.add_now", "Add")}</button>
      <button type="button" @click=${() => (this.editing = undefined)}>${t("billing.cancel", "Cancel")}</button>
    </form>`;
  }

  private fields(): { label: string; hint?: string; required?: boolean }[] {
    return this.books.providers.find(({ name }) => name === this.provider)?.destination_fields ?? [];
  }

  private field(field: { label: string; hint?: string; required?: boolean }, place: number, known: Payee | undefined): TemplateResult {
    const last = this.fields().length - 1;
    const parts = (known?.provider === this.provider ? known.destination : "").split("/");
    const value = place === last ? parts.slice(place).join("/") : (parts[place] ?? "");
    return html`<label
      >${field.label}<input name="part${place}" data-secret .value=${value} ?required=${field.required ?? true} placeholder=${field.hint ?? ""} maxlength="200" autocomplete="off"
    /></label>`;
  }

  private drawer(): TemplateResult | typeof nothing {
    if (!this.paying) return nothing;
    const { payee, currency } = this.paying;
    return html`<mb-billing-drawer .host=${this.host} .books=${this.books} .payee=${payee} currency=${currency} @drawer-close=${() => (this.paying = undefined)}></mb-billing-drawer>`;
  }

  private row(payee: Payee): TemplateResult {
    const owed = payee.owed.filter(({ amount }) => amount);
    return html`<li>
      <div class="what">
        ${payee.name}
        <small>${way(payee, this.books.providers)} ${this.may("payee.write") ? this.changer(payee) : nothing}</small>
      </div>
      <div>
        ${owed.length ? owed.map((each) => this.owed(payee, each)) : html`<div class="owed"><span class="quiet">${t("billing.nothing", "Nothing owed")}</span></div>`}
      </div>
    </li>`;
  }

  private changer(payee: Payee): TemplateResult {
    const name = t("billing.change_name", "Change how {name} is paid", { name: payee.name });
    return html`<button class="change" aria-label=${name} @click=${() => this.edit(payee)}>${t("billing.change_way", "Change")}</button>`;
  }

  private owed(payee: Payee, owed: Owed): TemplateResult {
    const { amount, currency, settled } = owed;
    const { payable, state, next } = standing(payee, owed);
    const part = share(amount, this.sums.find((each) => each.currency === currency)?.owed ?? 0);
    const percent = number(part, { style: "percent", maximumFractionDigits: 1 });
    const name = t("billing.pay_name", "Pay out {amount} to {name}", { amount: money(settled, currency), name: payee.name });
    return html`<div class="owed">
      <div class="part"><i style="width: ${part * 100}%"></i></div>
      <div class="amount end">${money(amount, currency)}<small>${t("billing.share", "{percent} of what is owed", { percent })}</small></div>
      ${payable && this.may("payout.request")
        ? html`<button class="pay" aria-label=${name} @click=${() => (this.paying = { payee, currency })}>${t("billing.pay", "Pay out")}</button>`
        : html`<span class="quiet end">${state}</span>`}
      ${next ? html`<p class="why"><mb-icon name="triangle-alert" size="14"></mb-icon>${next}</p>` : nothing}
    </div>`;
  }
}
customElements.define("mb-billing-payees", MbBillingPayees);
