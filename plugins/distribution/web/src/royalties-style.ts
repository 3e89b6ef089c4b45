/** What the pages of royalties share. */
import { css } from "lit";

export const royalties = css`
  :host {
    max-width: 1040px;
    font-variant-numeric: tabular-nums;
  }
  .tabs {
    display: flex;
    flex-wrap: wrap;
    gap: var(--mb-space-2) var(--mb-space-4);
    margin-bottom: var(--mb-space-6);
    border-bottom: 1px solid var(--mb-line);
    font-size: var(--mb-text-s);
  }
  .tabs a {
    padding: var(--mb-space-2) 0;
    border-bottom: 2px solid transparent;
    color: var(--mb-quiet);
    text-decoration: none;
  }
  .tabs a[data-on] {
    border-color: var(--mb-text);
    color: var(--mb-text);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--mb-space-2);
  }
  button:not(.plain),
  .button,
  input:not([type="checkbox"], [type="radio"]),
  select {
    box-sizing: border-box;
    min-height: 36px;
    padding: 0 var(--mb-space-3);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    background: var(--mb-raised);
    color: var(--mb-text);
    font: 400 var(--mb-text-s) var(--mb-font);
  }
  button:not(.plain),
  .button {
    display: inline-flex;
    align-items: center;
    gap: var(--mb-space-2);
    background: var(--mb-lifted);
    font-weight: 550;
    text-decoration: none;
    cursor: pointer;
  }
  button:disabled {
    color: var(--mb-faint);
    cursor: default;
  }
  button.primary:not(:disabled) {
    border-color: transparent;
    background: var(--mb-accent);
    color: var(--mb-on-accent);
  }
  button.danger:not(:disabled) {
    border-color: var(--mb-danger);
    color: var(--mb-danger);
  }
  select {
    max-width: 100%;
  }
  label {
    display: grid;
    gap: var(--mb-space-1);
    color: var(--mb-quiet);
    font-size: var(--mb-text-s);
  }
  label.check {
    display: flex;
    align-items: flex-start;
    gap: var(--mb-space-2);
    color: var(--mb-text);
  }
  fieldset {
    display: grid;
    gap: var(--mb-space-2);
    margin: 0 0 var(--mb-space-4);
    padding: var(--mb-space-3) var(--mb-space-4);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    font-size: var(--mb-text-s);
  }
  .facts {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(160px, 1fr));
    gap: var(--mb-space-4);
    margin: 0 0 var(--mb-space-6);
  }
  .facts dt {
    color: var(--mb-quiet);
    font-size: var(--mb-text-s);
  }
  .facts dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .facts dd.large {
    font-size: var(--mb-text-l);
    font-weight: 600;
  }
  .end {
    text-align: end;
    white-space: nowrap;
  }
  .what small,
  small {
    color: var(--mb-quiet);
    font-size: var(--mb-text-s);
  }
  .notes {
    margin: 0 0 var(--mb-space-4);
    padding-inline-start: var(--mb-space-4);
    color: var(--mb-quiet);
    font-size: var(--mb-text-s);
  }
  .warning {
    display: flex;
    gap: var(--mb-space-2);
    padding: var(--mb-space-3) var(--mb-space-4);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    color: var(--mb-text);
    font-size: var(--mb-text-s);
    max-width: none;
  }
  .warning mb-icon {
    flex: none;
    color: var(--mb-accent-text);
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--mb-text-s);
  }
  th,
  td {
    padding: var(--mb-space-2) var(--mb-space-3) var(--mb-space-2) 0;
    border-bottom: 1px solid var(--mb-line);
    text-align: start;
    vertical-align: top;
  }
  @media (max-width: 640px) {
    table.cards thead {
      position: absolute;
      clip-path: inset(50%);
      width: 1px;
      height: 1px;
      overflow: hidden;
    }
    table.cards,
    table.cards caption,
    table.cards tbody,
    table.cards tr {
      display: block;
    }
    table.cards tr {
      padding: var(--mb-space-2) 0;
      border-bottom: 1px solid var(--mb-line);
    }
    table.cards td,
    table.cards td.end {
      display: flex;
      justify-content: space-between;
      gap: var(--mb-space-3);
      padding: 2px 0;
      border: 0;
      text-align: end;
      overflow-wrap: anywhere;
    }
    table.cards td::before {
      flex: none;
      color: var(--mb-quiet);
      content: attr(data-of);
    }
  }
  th {
    color: var(--mb-quiet);
    font-weight: 400;
    white-space: nowrap;
  }
  th.end,
  td.end {
    text-align: end;
  }
  .form {
    display: grid;
    gap: var(--mb-space-3);
    max-width: 560px;
    margin: 0 0 var(--mb-space-6);
    padding: var(--mb-space-4);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
  }
  section {
    margin-top: var(--mb-space-8);
  }
  details {
    margin: var(--mb-space-6) 0;
    font-size: var(--mb-text-s);
  }
  summary {
    margin-bottom: var(--mb-space-3);
    cursor: pointer;
  }
  caption {
    padding-bottom: var(--mb-space-2);
    text-align: start;
  }
  h2:first-child {
    margin-top: 0;
  }
`;
