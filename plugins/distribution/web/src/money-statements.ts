/** At `billing.money`: the latest royalty statements, and what of them needs somebody. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { Reading, t } from "@maxbooster/ui";
import type { Host } from "./api";
import { moneyStyle } from "./money-style";
import { amount, lineCount, period, standing, type Statement } from "./royalties-api";

const SHOWN = 5;

class MoneyStatements extends LitElement {
  static override properties = { host: { attribute: false } };
  declare host: Host;
  private readonly statements = new Reading(this, async () => (await this.host.api.get("/api/distribution/statements", { limit: SHOWN })).items);

  static override styles = [
    moneyStyle,
    css`
      header {
        min-height: 32px;
        margin: var(--mb-space-12) 0 var(--mb-space-3);
      }
      ul {
        border-top: 1px solid var(--mb-line);
      }
      li {
        display: grid;
        grid-template-columns: 16px minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--mb-space-4);
        min-height: 52px;
        box-sizing: border-box;
        padding: var(--mb-space-2) 0;
        border-bottom: 1px solid var(--mb-line);
        overflow-wrap: anywhere;
      }
      li > mb-icon {
        color: var(--mb-quiet);
      }
      li small {
        display: block;
      }
    `,
  ];

  override render(): TemplateResult | typeof nothing {
    const { failure, value } = this.statements;
    if (failure) return html`<p class="wrong" role="alert">${t("royalties.none_read", "Statements couldn’t be loaded: {reason}", { reason: failure })}</p>`;
    if (!value?.length) return nothing;
    return html`<header>
        <h2>${t("royalties.statements", "Statements")}</h2>
        <a href="/royalties">${t("royalties.all_statements", "All statements")}</a>
      </header>
      <ul>
        ${value.map((each) => this.line(each))}
      </ul>`;
  }

  private line(statement: Statement): TemplateResult {
    const { text, tone } = standing(statement);
    const counts = statement.state === "imported" || statement.state === "undone";
    const facts = [period(statement.first_month, statement.last_month), counts ? lineCount(statement.lines) : ""];
    return html`<li>
      <mb-icon name="scroll-text"></mb-icon>
      <div>
        <a href="/royalties/statements/${statement.id}">${statement.source_name}</a>
        <small>${facts.filter(Boolean).map((each) => html`${each} · `)}<span class=${tone}>${statement.reason ?? text}</span></small>
      </div>
      <span>${counts ? amount(statement.total, statement.currency) : nothing}</span>
    </li>`;
  }
}
customElements.define("mb-distribution-money-statements", MoneyStatements);
