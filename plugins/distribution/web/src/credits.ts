/** Who did what: names with their roles, in the order in which they are shown. Event: `credited` (`{credits}`). */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import type { Credit } from "./api";
import { roleTitle, ROLES } from "./choices";
import { editing, inset } from "./editor-style";
import { style } from "./style";

const KNOWN = new Set(ROLES.flatMap(([, roles]) => roles.map(([value]) => value)));

export class Credits extends LitElement {
  static override properties = { credits: { attribute: false }, names: { attribute: false }, of: {} };
  static override styles = [
    style,
    editing,
    inset,
    css`
      ol {
        display: grid;
        gap: var(--mb-space-2);
        margin: 0 0 var(--mb-space-1);
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 220px) 44px 72px;
        gap: var(--mb-space-2);
        align-items: center;
      }
      @media (max-width: 720px) {
        li {
          grid-template-columns: minmax(0, 1fr) auto auto;
          row-gap: var(--mb-space-1);
        }
        li > input {
          grid-column: 1 / -1;
        }
        li + li {
          margin-top: var(--mb-space-3);
        }
      }
    `,
  ];
  declare credits: Credit[];
  /** Names that stand elsewhere on the release. */
  declare names: readonly string[];
  /** What they are credits of, for those who hear the page. */
  declare of: string;

  constructor() {
    super();
    this.credits = [];
    this.names = [];
    this.of = "";
  }

  private set(credits: Credit[]): void {
    this.dispatchEvent(new CustomEvent("credited", { detail: { credits } }));
  }

  private change(index: number, change: Partial<Credit>): void {
    this.set(this.credits.map((each, at) => (at === index ? { ...each, ...change } : each)));
  }

  private async add(): Promise<void> {
    this.set([...this.credits, { name: "", role: "ComposerLyricist" }]);
    await new Promise(requestAnimationFrame);
    [...this.renderRoot.querySelectorAll("input")].at(-1)?.focus();
  }

  override render() {
    return html`${this.credits.length ? html`<ol>${this.credits.map((each, index) => this.row(each, index))}</ol>` : nothing}
      <datalist id="names">${this.names.map((name) => html`<option value=${name}></option>`)}</datalist>
      <button class="plain add" aria-label="${t("releases.add_credit", "Add a credit")}: ${this.of}" @click=${this.add}>${t("releases.add_credit", "Add a credit")}</button>`;
  }

  private row(credit: Credit, index: number): TemplateResult {
    const n = index + 1;
    return html`<li class="box">
      <input aria-label=${t("releases.credit_name", "Name {n}: {of}", { n, of: this.of })} placeholder=${t("releases.credit_placeholder", "Name")} list="names" maxlength="200"
        autocomplete="off" .value=${credit.name} @input=${(event: Event) => this.change(index, { name: (event.target as HTMLInputElement).value })} />
      <select aria-label=${t("releases.credit_role", "Role {n}: {of}", { n, of: this.of })} @change=${(event: Event) => this.change(index, { role: (event.target as HTMLSelectElement).value })}>
        ${ROLES.map(([group, roles]) => html`<optgroup label=${t(`releases.roles.${group}`, group)}>${roles.map(([value, label]) => html`<option value=${value} ?selected=${value === credit.role}>${label}</option>`)}</optgroup>`)}
        ${KNOWN.has(credit.role) ? nothing : html`<option value=${credit.role} selected>${roleTitle(credit.role)}</option>`}
      </select>
      <button class="plain" ?disabled=${index === 0} aria-label=${t("releases.credit_up", "Move {name} up: {of}", { name: credit.name || n, of: this.of })} @click=${() => this.up(index)}>${t("releases.up_short", "Up")}</button>
      <button class="plain" aria-label=${t("releases.credit_remove", "Remove {name}: {of}", { name: credit.name || n, of: this.of })} @click=${() => this.set(this.credits.toSpliced(index, 1))}>${t("releases.remove", "Remove")}</button>
    </li>`;
  }

  private up(index: number): void {
    const credits = [...this.credits];
    credits.splice(index - 1, 0, ...credits.splice(index, 1));
    this.set(credits);
  }
}
customElements.define("mb-releases-credits", Credits);
