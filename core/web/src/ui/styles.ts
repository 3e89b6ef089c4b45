/** What pages share: headings, lines instead of boxes, rows that speak. */
import { css } from "lit";

export const page = css`
  :host {
    display: block;
    max-width: 880px;
    margin: 0 auto;
    padding: var(--mb-page-padding, var(--mb-space-8) var(--mb-space-6) var(--mb-space-12));
  }
  h1 {
    margin: 0 0 var(--mb-space-1);
    font-size: var(--mb-text-xl);
    font-weight: 600;
    letter-spacing: -0.015em;
  }
  h2 {
    margin: var(--mb-space-8) 0 var(--mb-space-2);
    font-size: var(--mb-text-m);
    font-weight: 600;
  }
  p {
    margin: 0 0 var(--mb-space-4);
    color: var(--mb-quiet);
    max-width: 64ch;
  }
  a {
    color: var(--mb-text);
    text-decoration-color: var(--mb-faint);
    text-underline-offset: 3px;
  }
  a:hover {
    text-decoration-color: currentcolor;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    justify-content: space-between;
    gap: var(--mb-space-4);
    margin-bottom: var(--mb-space-6);
  }
  .head p {
    margin: 0;
  }
  .rows {
    list-style: none;
    margin: 0;
    padding: 0;
    font-size: var(--mb-text-s);
    border-top: 1px solid var(--mb-line);
  }
  .rows > li {
    display: flex;
    align-items: center;
    gap: var(--mb-space-3);
    min-height: 44px;
    padding: var(--mb-space-2) 0;
    border-bottom: 1px solid var(--mb-line);
  }
  .rows .what {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .rows .what small {
    display: block;
    color: var(--mb-quiet);
    font-size: var(--mb-text-s);
  }
  .quiet {
    color: var(--mb-quiet);
  }
  code,
  .code {
    font-family: var(--mb-mono);
    font-size: 0.9em;
    overflow-wrap: anywhere;
  }
  @media (max-width: 600px) {
    :host {
      padding: var(--mb-page-padding, var(--mb-space-6) var(--mb-space-4) var(--mb-space-8));
    }
  }
`;

export const form = css`
  form {
    display: grid;
    gap: var(--mb-space-4);
    max-width: 400px;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--mb-space-2);
    align-items: center;
  }
  .problem {
    display: flex;
    gap: var(--mb-space-2);
    margin: 0;
    color: var(--mb-danger);
    font-size: var(--mb-text-s);
  }
  .problem mb-icon {
    margin-top: 2px;
  }
`;

/** A form that offers many checkboxes, and what is shown once after it. */
export const choices = css`
  fieldset {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(240px, 1fr));
    gap: var(--mb-space-1) var(--mb-space-4);
    margin: 0;
    padding: 0;
    border: 0;
    font-size: var(--mb-text-s);
  }
  .choices {
    grid-template-columns: minmax(0, 1fr);
    gap: var(--mb-space-4);
  }
  .choices fieldset legend {
    color: var(--mb-quiet);
    font-weight: 400;
  }
  wa-checkbox::part(hint) {
    margin: 0;
    padding-inline-start: 1.75em;
  }
  code[slot="hint"] {
    color: var(--mb-quiet);
    font: 400 var(--mb-text-xs) var(--mb-mono);
  }
  legend {
    margin-bottom: var(--mb-space-1);
    padding: 0;
    font-weight: 550;
  }
  wa-checkbox {
    --checked-icon-color: var(--mb-ground);
  }
  form {
    max-width: 640px;
    margin-bottom: var(--mb-space-8);
  }
  .once {
    display: flex;
    align-items: center;
    gap: var(--mb-space-2);
    padding: var(--mb-space-3) 0;
  }
`;
