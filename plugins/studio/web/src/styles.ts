/** What the studio's pages share. */
import { css } from "lit";

export const studio = css`
  :host {
    display: block;
    font-size: var(--mb-text-s);
    font-variant-numeric: tabular-nums;
  }
  h1 {
    margin: 0;
    font-size: var(--mb-text-xl);
    font-weight: 600;
    letter-spacing: -0.015em;
    overflow-wrap: anywhere;
  }
  h2 {
    margin: 0 0 var(--mb-space-2);
    font-size: var(--mb-text-s);
    font-weight: 600;
  }
  p {
    margin: 0;
    max-width: 64ch;
  }
  .quiet,
  small {
    color: var(--mb-quiet);
    font-size: inherit;
  }
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  button,
  select,
  .button {
    display: inline-flex;
    align-items: center;
    gap: var(--mb-space-2);
    min-height: 32px;
    padding: 0 var(--mb-space-3);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    background: var(--mb-lifted);
    color: var(--mb-text);
    font: 550 var(--mb-text-s) var(--mb-font);
    font-variant-numeric: tabular-nums;
    text-decoration: none;
    cursor: pointer;
  }
  button:hover:not(:disabled),
  select:hover {
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
  .plain {
    padding: 0 var(--mb-space-2);
    border-color: transparent;
    background: none;
    color: var(--mb-quiet);
    font-weight: 400;
  }
  .plain:hover:not(:disabled) {
    border-color: transparent;
    color: var(--mb-text);
  }
  select {
    font-weight: 400;
  }
  :is(button, select, a, input):focus-visible {
    outline: 2px solid var(--mb-accent);
    outline-offset: 2px;
  }
  a {
    color: var(--mb-accent-text);
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
