/** How a table is drawn. */
import { css } from "lit";
import { ROOMY_PX, ROW_PX, SLIM_PX } from "./table-rows";

export const tableStyle = css`
  :host {
    display: block;
    font-size: var(--mb-text-s);
    font-variant-numeric: tabular-nums;
  }
  .grid {
    height: var(--mb-table-height, 480px);
    overflow: auto;
    overscroll-behavior: contain;
    outline-offset: -2px;
    scrollbar-color: var(--mb-line) transparent;
    scroll-padding-top: 36px;
  }
  .grid.short {
    height: auto;
    max-height: var(--mb-table-height, 480px);
  }
  .grid:focus-visible {
    outline: 2px solid transparent;
  }
  .head {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
    background: var(--mb-ground);
  }
  .row {
    display: grid;
    grid-template-columns: var(--tracks);
    column-gap: var(--mb-space-4);
    align-items: center;
    box-sizing: border-box;
    height: ${ROW_PX}px;
    padding-inline: var(--mb-space-2);
    border-bottom: 1px solid var(--mb-line);
    contain: layout style;
  }
  .row.roomy {
    height: ${ROOMY_PX}px;
  }
  .roomy .cell {
    line-height: 1.4;
  }
  .roomy .cell small {
    display: block;
    overflow: hidden;
    color: var(--mb-quiet);
    font-size: var(--mb-text-s);
    text-overflow: ellipsis;
  }
  .body .row.slim {
    height: ${SLIM_PX}px;
    column-gap: var(--mb-space-3);
  }
  .body .slim .cell {
    max-height: ${SLIM_PX - 8}px;
    line-height: 1.25;
    overflow-wrap: anywhere;
    white-space: normal;
  }
  .body .slim .cell:not(:has(wa-button, wa-select)) {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 4;
  }
  .head .row {
    height: 36px;
    color: var(--mb-quiet);
  }
  .body {
    box-sizing: border-box;
  }
  .body .row {
    cursor: default;
  }
  .body .row:hover {
    background: var(--mb-raised);
  }
  .body .row[aria-selected="true"] {
    background: var(--mb-lifted);
  }
  .grid:focus-visible .row.at {
    outline: 2px solid var(--mb-accent);
    outline-offset: -2px;
    border-radius: 4px;
  }
  .cell {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .end {
    text-align: end;
  }
  a {
    color: inherit;
    text-decoration-color: var(--mb-faint);
    text-underline-offset: 3px;
  }
  a:hover {
    text-decoration-color: currentColor;
  }
  .end button {
    flex-direction: row-reverse;
  }
  button {
    display: inline-flex;
    align-items: center;
    gap: var(--mb-space-1);
    max-width: 100%;
    min-height: 28px;
    padding: 0;
    border: 0;
    border-radius: 4px;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }
  button span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  button:hover,
  [aria-sort="ascending"],
  [aria-sort="descending"] {
    color: var(--mb-text);
  }
  button mb-icon {
    opacity: 0;
  }
  button:hover mb-icon,
  button:focus-visible mb-icon {
    opacity: 0.5;
  }
  [aria-sort="ascending"] mb-icon,
  [aria-sort="descending"] mb-icon {
    opacity: 1;
  }
  button:focus-visible,
  select:focus-visible,
  .pick input:focus-visible {
    outline: 2px solid var(--mb-accent);
    outline-offset: 1px;
  }
  .pick {
    display: grid;
    place-items: center;
    width: 28px;
    height: 28px;
    margin-inline-start: -6px;
  }
  input {
    width: 16px;
    height: 16px;
    margin: 0;
    accent-color: var(--mb-text);
    opacity: 0.7;
  }
  input:checked,
  input:indeterminate,
  .row:hover input {
    opacity: 1;
  }
  .none {
    margin: 0;
    padding: var(--mb-space-8) var(--mb-space-2);
    color: var(--mb-quiet);
  }
  .none p {
    margin: 0 0 var(--mb-space-2);
  }
  .none button {
    color: var(--mb-text);
    text-decoration: underline;
    text-decoration-color: var(--mb-faint);
    text-underline-offset: 3px;
  }
  .quiet {
    color: var(--mb-quiet);
  }
  code,
  .code {
    font-family: var(--mb-mono);
    font-size: 0.9em;
  }
  .unseen,
  .cell wa-select::part(form-control-label) {
    position: absolute;
    clip-path: inset(50%);
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: var(--mb-space-2) var(--mb-space-3);
    align-items: center;
    min-height: 36px;
    margin-bottom: var(--mb-space-2);
  }
  .search {
    display: flex;
    flex: 0 1 280px;
    gap: var(--mb-space-2);
    align-items: center;
    box-sizing: border-box;
    min-width: 200px;
    height: 34px;
    padding-inline: var(--mb-space-3);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    background: var(--mb-raised);
    color: var(--mb-quiet);
  }
  .search:focus-within {
    border-color: transparent;
    outline: 2px solid var(--mb-accent);
  }
  .search input {
    flex: 1;
    width: auto;
    min-width: 0;
    height: 100%;
    padding: 0;
    border: 0;
    outline: 0;
    background: none;
    color: var(--mb-text);
    font: inherit;
    opacity: 1;
  }
  .search input::placeholder {
    color: var(--mb-faint);
  }
  select {
    max-width: 200px;
    height: 34px;
    padding-inline: var(--mb-space-2);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    background: var(--mb-raised);
    color: var(--mb-quiet);
    font: inherit;
  }
  select.picked {
    border-color: var(--mb-faint);
    color: var(--mb-text);
  }
  output {
    margin-inline-start: auto;
    color: var(--mb-quiet);
    white-space: nowrap;
  }
`;
