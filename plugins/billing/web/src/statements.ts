/** What outlets have told about sales, where the family distribution reads it. */
import { css, html, nothing, type TemplateResult } from "lit";
import { money, number, t } from "@maxbooster/ui";
import type { Statement } from "./api";
import { minorOf, statementState } from "./words";

export function statements(all: readonly Statement[]): TemplateResult {
  return html`<div class="bar">
      <h2>${t("billing.statements", "Statements")}<span class="quiet">${number(all.length)}</span></h2>
    </div>
    <ul class="rows statements">
      ${all.map(row)}
    </ul>`;
}

function row(statement: Statement): TemplateResult {
  const { currency, lines, state } = statement;
  const failed = state === "failed" || state === "stopped";
  const counted = lines && !failed ? t("billing.lines", "{count} lines", { count: number(lines) }) : "";
  const facts = [statement.period, counted, statementState(statement)];
  const total = currency && state === "imported" ? minorOf(String(statement.total ?? ""), currency) : undefined;
  return html`<li class=${failed ? "failed" : ""}>
    <mb-icon name="scroll-text"></mb-icon>
    <div class="what">
      ${statement.outlet ?? statement.source ?? t("billing.statement", "Statement")}
      <small class="state">${facts.filter(Boolean).join(" · ")}</small>
    </div>
    <div class="end">${total !== undefined && currency ? money(total, currency) : nothing}</div>
  </li>`;
}

statements.styles = css`
  .statements li {
    display: grid;
    grid-template-columns: 16px minmax(0, 1fr) auto;
    align-items: center;
    gap: var(--mb-space-4);
  }
  .statements mb-icon {
    color: var(--mb-quiet);
  }
  .failed :is(mb-icon, .state) {
    color: var(--mb-danger);
  }
`;
