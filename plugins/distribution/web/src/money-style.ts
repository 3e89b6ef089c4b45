/** What royalties show on the page Money: lines as that page has them. */
import { css } from "lit";

export const moneyStyle = css`
  :host {
    display: block;
    font-size: var(--mb-text-s);
    font-variant-numeric: tabular-nums;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--mb-space-2) var(--mb-space-4);
  }
  h2 {
    flex: 1;
    margin: 0;
    font-size: var(--mb-text-m);
    font-weight: 600;
  }
  a {
    color: inherit;
    text-underline-offset: 3px;
  }
  a:focus-visible {
    outline: 2px solid var(--mb-accent);
    outline-offset: 2px;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  small,
  .quiet {
    color: var(--mb-quiet);
    font-size: inherit;
  }
  .wait {
    color: var(--mb-accent-text);
  }
  .wrong {
    color: var(--mb-danger);
  }
`;
