/** What the parts of the page share. */
import { css } from "lit";

export const billing = css`
  :host {
    display: block;
    font-size: var(--mb-text-s);
    font-variant-numeric: tabular-nums;
  }
  h1 {
    margin: 0 0 var(--mb-space-1);
    font-size: var(--mb-text-xl);
    font-weight: 600;
    letter-spacing: -0.015em;
  }
  h2 {
    margin: 0;
    font-size: var(--mb-text-m);
    font-weight: 600;
  }
  p {
    margin: 0;
    max-width: 64ch;
  }
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .quiet,
  small {
    color: var(--mb-quiet);
    font-size: inherit;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--mb-space-2) var(--mb-space-4);
    min-height: 32px;
    margin: var(--mb-space-12) 0 var(--mb-space-3);
  }
  .bar h2 {
    flex: 1;
    white-space: nowrap;
  }
  .bar h2 .quiet {
    margin-inline-start: var(--mb-space-2);
    font-weight: 400;
  }
  .rows {
    border-top: 1px solid var(--mb-line);
  }
  .rows > li {
    min-height: 52px;
    box-sizing: border-box;
    padding: var(--mb-space-2) 0;
    border-bottom: 1px solid var(--mb-line);
  }
  .what {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .what small {
    display: block;
  }
  .end {
    text-align: end;
  }
  button,
  .button,
  input,
  select {
    box-sizing: border-box;
    min-height: 32px;
    padding: 0 var(--mb-space-3);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    color: var(--mb-text);
    font: 400 var(--mb-text-s) var(--mb-font);
  }
  button,
  .button {
    display: inline-flex;
    align-items: center;
    gap: var(--mb-space-2);
    background: var(--mb-lifted);
    font-weight: 550;
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
  }
  button:hover:not(:disabled),
  .button:hover {
    border-color: var(--mb-faint);
  }
  button:disabled {
    color: var(--mb-faint);
    cursor: default;
  }
  .primary {
    border-color: transparent;
    background: var(--mb-accent);
    color: var(--mb-on-accent);
  }
  input,
  select {
    min-width: 0;
    background: var(--mb-raised);
  }
  input::placeholder {
    color: var(--mb-faint);
  }
  input[type="search"] {
    width: min(220px, 60vw);
  }
  :is(button, select, a, input):focus-visible {
    outline: 2px solid var(--mb-accent);
    outline-offset: 2px;
  }
  .problem {
    display: flex;
    gap: var(--mb-space-2);
    color: var(--mb-danger);
  }
  .problem mb-icon {
    margin-top: 2px;
  }
`;
