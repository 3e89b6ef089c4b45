/** What the pages of releases share. */
import { css } from "lit";

export const style = css`
  :host {
    max-width: 1180px;
  }
  .sandbox {
    display: flex;
    align-items: center;
    gap: var(--mb-space-2);
    margin: 0 0 var(--mb-space-6);
    padding: var(--mb-space-2) 0;
    max-width: none;
    border-block: 1px solid var(--mb-line);
    color: var(--mb-info);
    font-size: var(--mb-text-s);
  }
  .cover {
    display: grid;
    place-items: center;
    overflow: hidden;
    aspect-ratio: 1;
    border-radius: var(--mb-radius);
    background: var(--mb-raised);
    color: var(--mb-faint);
  }
  .cover img {
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  .problem {
    display: flex;
    gap: var(--mb-space-2);
    color: var(--mb-danger);
    font-size: var(--mb-text-s);
  }
  .ok {
    color: var(--mb-ok);
  }
  .wrong {
    color: var(--mb-danger);
  }
  .wait {
    color: var(--mb-accent-text);
  }
  button.plain {
    min-height: 32px;
    padding: 0 var(--mb-space-2);
    border: 0;
    border-radius: 4px;
    background: none;
    color: var(--mb-text);
    font: inherit;
    font-weight: 550;
    cursor: pointer;
  }
  button.plain:hover {
    text-decoration: underline;
  }
  :focus-visible {
    outline: 2px solid var(--mb-accent);
    outline-offset: 2px;
  }
`;
