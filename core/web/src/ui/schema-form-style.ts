/** How `<mb-form>` looks. */
import { css } from "lit";

export const schemaForm = css`
  form {
    max-width: 480px;
    gap: var(--mb-space-6) var(--mb-space-4);
  }
  fieldset {
    display: grid;
    gap: var(--mb-space-4);
    min-width: 0;
    margin: 0;
    padding: var(--mb-space-4) 0 0;
    border: 0;
    border-top: 1px solid var(--mb-line);
  }
  fieldset.choices {
    gap: var(--mb-space-2);
    padding: 0;
    border: 0;
  }
  legend {
    float: left;
    padding: 0;
    font-size: var(--mb-text-m);
    font-weight: 600;
  }
  .choices legend {
    font-weight: 500;
  }
  ::part(hint) {
    font-size: var(--mb-text-s);
  }
  .wrong::part(hint),
  .said {
    color: var(--mb-danger);
  }
  .wrong {
    --wa-form-control-border-color: var(--mb-danger);
  }
  .kept {
    display: grid;
    grid-template-columns: 1fr auto;
    align-items: center;
    gap: 0 var(--mb-space-4);
  }
  .kept p {
    grid-column: 1;
    margin: 0;
  }
  .kept p:first-child {
    font-weight: 500;
  }
  .kept wa-button {
    grid-column: 2;
    grid-row: 1 / span 2;
  }
  .kept wa-input {
    grid-column: 1 / -1;
  }
  .kept wa-input + wa-button {
    grid-column: 1;
    grid-row: auto;
    justify-self: start;
    margin-top: var(--mb-space-2);
  }
  .said,
  .hint {
    margin: 0;
    font-size: var(--mb-text-s);
  }
  .hint {
    color: var(--mb-quiet);
  }
  wa-input,
  wa-select,
  wa-textarea,
  wa-tag-input {
    min-width: 0;
  }
`;
