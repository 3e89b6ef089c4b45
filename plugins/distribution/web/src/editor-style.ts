/** How the editor is laid out. */
import { css } from "lit";

export const editing = css`
  :host {
    max-width: 960px;
  }
  .actions,
  .last {
    display: flex;
    flex-wrap: wrap;
    gap: var(--mb-space-2);
    align-items: center;
  }
  .whole {
    display: grid;
    grid-template-columns: minmax(0, 220px) minmax(0, 1fr);
    gap: var(--mb-space-8);
    align-items: start;
  }
  .side .cover {
    margin-bottom: var(--mb-space-3);
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--mb-space-4);
    align-items: start;
    font-size: var(--mb-text-s);
  }
  .box,
  .side {
    font-size: var(--mb-text-s);
  }
  .box > label {
    display: block;
    margin-bottom: var(--mb-space-1);
    font-weight: 550;
  }
  .box small {
    color: var(--mb-quiet);
    font-size: var(--mb-text-s);
    font-weight: 400;
  }
  .box input,
  .box select,
  .box textarea {
    box-sizing: border-box;
    width: 100%;
    min-height: 38px;
    padding: 0 var(--mb-space-3);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    background: var(--mb-raised);
    color: var(--mb-text);
    font: inherit;
    color-scheme: inherit;
  }
  .box textarea {
    padding-block: 9px;
    line-height: 1.4;
    resize: none;
    field-sizing: content;
  }
  .wrong-box input,
  .wrong-box select,
  .wrong-box textarea {
    border-color: var(--mb-danger);
  }
  .finding {
    display: flex;
    gap: var(--mb-space-2);
    align-items: baseline;
    justify-content: space-between;
    max-width: none;
    margin: var(--mb-space-1) 0 0;
    color: var(--mb-accent-text);
    font-size: var(--mb-text-s);
  }
  .finding.error {
    color: var(--mb-danger);
  }
  .codes {
    align-self: end;
    padding-top: 24px;
  }
  .summary {
    display: flex;
    flex-wrap: wrap;
    gap: var(--mb-space-2);
    align-items: center;
    min-height: 44px;
    margin-bottom: var(--mb-space-6);
    border-block: 1px solid var(--mb-line);
    font-size: var(--mb-text-s);
  }
  .summary > span + span {
    flex: 1 1 0;
    min-width: 220px;
  }
  button.plain {
    font-size: var(--mb-text-s);
  }
  .add,
  .box + button.plain,
  mb-upload + button.plain {
    margin-inline-start: calc(-1 * var(--mb-space-2));
  }
  .summary .plain {
    margin-inline-start: auto;
  }
  .rest {
    margin-bottom: var(--mb-space-6);
  }
  .tracks {
    margin: 0 0 var(--mb-space-4);
    padding: 0;
    list-style: none;
  }
  .tracks > li {
    display: grid;
    grid-template-columns: 24px minmax(0, 1fr);
    gap: 0 var(--mb-space-3);
    padding: var(--mb-space-4) 0;
    border-top: 1px solid var(--mb-line);
  }
  .tracks .inner {
    grid-column: 2;
    margin-top: var(--mb-space-3);
  }
  .inner h3 {
    margin: 0 0 var(--mb-space-1);
    font-size: var(--mb-text-s);
    font-weight: 550;
  }
  .about {
    font-size: var(--mb-text-s);
  }
  .codes a {
    margin-inline-start: var(--mb-space-3);
    font-size: var(--mb-text-s);
  }
  .number {
    color: var(--mb-quiet);
    font-size: var(--mb-text-s);
  }
  .last {
    align-self: end;
    min-height: 38px;
    padding-top: 24px;
  }
  .tick {
    display: flex;
    gap: var(--mb-space-2);
    align-items: center;
    margin-inline-end: auto;
  }
  .tick input {
    width: 16px;
    height: 16px;
    margin: 0;
    accent-color: var(--mb-text);
  }
  @media (max-width: 720px) {
    .whole,
    .fields {
      grid-template-columns: minmax(0, 1fr);
    }
    .side .cover {
      max-width: 160px;
    }
    .codes,
    .last {
      padding-top: 0;
    }
  }
`;

/** Of what stands inside the editor, and takes its width from there. */
export const inset = css`
  :host {
    display: block;
    margin: 0;
    max-width: none;
    font-size: var(--mb-text-s);
  }
`;
