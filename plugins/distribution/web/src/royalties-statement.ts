/** One statement: what it says, who was credited, its lines, and how to undo it. */
import { html, nothing, type TemplateResult } from "lit";
import { date, FormController, money, number, notify, t } from "@maxbooster/ui";
import { words } from "./api";
import { amount, exactAmount, inSuspense, month, period, standing, type Line, type Payee, type PayeeAmount, type Statement } from "./royalties-api";
import { RoyaltiesPart } from "./royalties-part";

class StatementPage extends RoyaltiesPart {
  static override properties = { ...RoyaltiesPart.properties, statement: {}, payee: {}, undoing: { state: true }, paid: { state: true }, lines: { state: true } };
  declare statement: string;
  /** Show only this payee's lines. */
  declare payee: string;
  declare undoing: boolean;
  /** What the server says of payees who were paid already. */
  declare paid: string;
  declare lines: Line[];
  private shown: Statement | undefined;
  private names = new Map<string, string>();
  private next: number | null = null;

  constructor() {
    super();
    this.undoing = false;
    this.paid = "";
    this.lines = [];
    this.payee = "";
  }

  protected async load(): Promise<void> {
    const [shown, payees] = await Promise.all([this.royalties.statement(this.statement), this.host.may("payee.read") ? this.royalties.payees() : Promise.resolve<Payee[]>([])]);
    this.names = new Map(payees.map(({ id, name }) => [id, name]));
    const changed = shown.state !== this.shown?.state;
    this.shown = shown;
    if (changed && shown.lines) await this.more(true);
  }

  private async more(anew = false): Promise<void> {
    const after = anew ? 0 : (this.next ?? 0);
    const page = await this.royalties.lines(this.statement, after, this.payee);
    this.lines = anew ? page.lines : [...this.lines, ...page.lines];
    this.next = page.next;
  }

  private readonly undo = new FormController(
    this,
    async ({ reason = "", overpaid }) => {
      try {
        await this.royalties.undo(this.statement, reason, overpaid === "on");
      } catch (error) {
        if ((error as { kind?: string }).kind === "paid-already") this.paid = words(error);
        throw error;
      }
      this.undoing = false;
      notify(t("royalties.undo_done", "The statement is undone. You can import the right file now."));
      await this.again();
    },
    { draft: () => (this.undoing ? `royalties/statements/${this.statement}/undo` : undefined) },
  );

  override render() {
    const { shown } = this;
    if (!shown) return this.head("statements");
    const { text, tone } = standing(shown);
    const undo = shown.state === "imported" && this.mayWrite && !this.undoing ? html`<button @click=${() => (this.undoing = true)}>${t("royalties.undo", "Undo statement…")}</button>` : nothing;
    return html`${this.head("statements", undo)}
      <h2>${shown.source_name}${shown.first_month ? html` · ${period(shown.first_month, shown.last_month)}` : nothing}</h2>
      <p><span class=${tone}>${text}</span> · ${shown.file_name}${shown.imported_at ? html` · ${t("royalties.imported_on", "imported {day}", { day: date(shown.imported_at) })}` : nothing}</p>
      ${shown.reason && shown.state !== "imported" ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon><span>${shown.reason}</span></p>` : nothing}
      ${shown.state === "undone" ? html`<p>${t("royalties.undone_why", "Undone {day}: {reason}", { day: date(shown.undone_at ?? ""), reason: shown.undone_why ?? "" })}</p>` : nothing}
      ${this.undoing ? this.undoForm(shown) : nothing} ${shown.lines ? this.body(shown) : nothing}`;
  }

  private undoForm(shown: Statement): TemplateResult {
    const credited = shown.payees.filter(({ credited }) => credited);
    return html`<form class="form" ${this.undo.here()} aria-label=${t("royalties.undo_title", "Undo this statement")}>
      <strong>${t("royalties.undo_title", "Undo this statement")}</strong>
      <span>${t("royalties.undo_text", "Everything that it posted is reversed: {total} from {source}, the credits of {n} payees, and what was assigned of it. It stays on record, and its file can be imported again.", { total: amount(shown.total, shown.currency), source: shown.source_name, n: credited.length })}</span>
      ${this.paid ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon><span>${this.paid}</span></p>
        <label class="check"><input type="checkbox" name="overpaid" />${t("royalties.overpaid", "Undo anyway: they owe it, and it is taken from what they earn next.")}</label>` : this.undo.words()}
      <label>${t("royalties.reason", "Reason, for the record")}<input name="reason" required maxlength="500" placeholder=${t("royalties.reason_hint", "Wrong currency")} /></label>
      <div class="actions">
        <button class="danger" ?disabled=${this.undo.pending}>${t("royalties.undo_now", "Undo statement")}</button>
        <button type="button" @click=${() => (this.undoing = false)}>${t("royalties.keep", "Cancel")}</button>
      </div>
    </form>`;
  }

  private body(shown: Statement): TemplateResult {
    const fact = (title: string, value: unknown, large = false) => html`<div><dt>${title}</dt><dd class=${large ? "large" : ""}>${value}</dd></div>`;
    const open = shown.unmatched + shown.unsplit;
    return html`<dl class="facts">
        ${fact(t("royalties.total", "Total"), html`<span title=${shown.total}>${amount(shown.total, shown.currency)}</span>`, true)} ${fact(t("royalties.lines", "Lines"), number(shown.lines))}
        ${fact(t("royalties.in_suspense", "In suspense"), open && shown.state === "imported" ? html`<a href="/royalties/suspense">${inSuspense(open, shown.unallocated, shown.currency)}</a>` : t("royalties.nothing", "Nothing"))}
        ${shown.rate ? fact(t("royalties.converted", "Converted"), t("royalties.rate", "{total} at {rate}", { total: amount(shown.original_total ?? "0", shown.original_currency), rate: shown.rate })) : nothing}
      </dl>
      ${shown.notes.length ? html`<ul class="notes">${shown.notes.map((note) => html`<li>${note}</li>`)}</ul>` : nothing}
      ${shown.repeats ? html`<p>${t("royalties.is_repeat", "Imported again on purpose.")} <a href="/royalties/statements/${shown.repeats}">${t("royalties.earlier", "The earlier statement")}</a></p>` : nothing}
      ${shown.payees.length ? this.payees(shown) : nothing} ${this.linesTable(shown)}`;
  }

  private payees(shown: Statement): TemplateResult {
    const at = `/royalties/statements/${shown.id}`;
    return html`<h2>${t("royalties.payees", "Payees")}</h2>
      <ul class="rows">
        ${shown.payees.map((each) => html`<li>
          <span class="what">${this.names.get(each.payee) ?? each.payee}<small>${earned(each, shown.currency)}</small></span>
          <span class="end">${money(each.credited, shown.currency ?? "EUR")}</span>
          <a href="${at}?payee=${each.payee}">${t("royalties.lines", "Lines")}</a>
          <a href=${this.royalties.payeeFile(shown.id, each.payee)} download>CSV</a>
        </li>`)}
      </ul>`;
  }

  private linesTable(shown: Statement): TemplateResult {
    const payee = this.payee ? (this.names.get(this.payee) ?? "") : "";
    return html`<h2>${payee ? t("royalties.lines_of", "Lines of {payee}", { payee }) : t("royalties.lines", "Lines")}</h2>
      ${this.payee ? html`<p><a href="/royalties/statements/${shown.id}">${t("royalties.all_lines", "All lines")}</a></p>` : nothing}
      <div class="scroll" tabindex="0" role="region" aria-label=${t("royalties.lines", "Lines")}>
        <table class="cards">
          <thead><tr><th class="end">#</th><th>${t("royalties.month", "Month")}</th><th>${t("royalties.track", "Track")}</th><th>ISRC</th><th>${t("royalties.store", "Store")}</th><th class="end">${t("royalties.quantity", "Quantity")}</th><th class="end">${t("royalties.amount", "Amount")}</th>${this.payee ? html`<th class="end">${t("royalties.share", "Share")}</th>` : nothing}</tr></thead>
          <tbody>${this.lines.map((line) => html`<tr>
            <td class="end quiet" data-of="#">${line.number || "–"}</td><td data-of=${t("royalties.month", "Month")}>${month(line.month)}</td>
            <td data-of=${t("royalties.track", "Track")}><span>${line.title || "–"}<br /><small>${line.artist}</small></span></td><td data-of="ISRC">${line.isrc || line.upc || "–"}</td>
            <td data-of=${t("royalties.store", "Store")}>${[line.store, line.territory].filter(Boolean).join(" · ")}</td><td class="end" data-of=${t("royalties.quantity", "Quantity")}>${line.quantity}</td>
            <td class="end" data-of=${t("royalties.amount", "Amount")} title=${line.amount}>${amount(line.amount, shown.currency)}</td>
            ${this.payee ? html`<td class="end" data-of=${t("royalties.share", "Share")} title=${line.share ?? ""}>${amount(line.share ?? "0", shown.currency)}</td>` : nothing}
          </tr>`)}</tbody>
        </table>
      </div>
      ${this.next ? html`<p><button @click=${() => this.more()}>${t("royalties.more_lines", "Show more lines")}</button></p>` : nothing}`;
  }
}
/** What is less than a cent is said only where there is some. */
function earned({ assigned, amount: exact, carried_in, carried_out }: PayeeAmount, currency: string | null): string {
  if (assigned) return t("royalties.assigned_later", "assigned from suspense");
  if (!Number(carried_in) && !Number(carried_out)) return "";
  return t("royalties.earned", "earned {amount}; a fraction below the smallest unit counts with the next statement", { amount: exactAmount(exact, currency) });
}

customElements.define("mb-royalties-statement", StatementPage);
