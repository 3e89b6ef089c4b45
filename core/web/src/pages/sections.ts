/** Pages that belong together, one beside the other. */
import { css, html, type TemplateResult } from "lit";

export interface Section {
  path: string;
  title: string;
}

export const sections = (label: string, shown: readonly Section[], current: string): TemplateResult => html`<nav class="sections" aria-label=${label}>
  ${shown.map(({ path, title }) => html`<a href=${path} aria-current=${path === current ? "page" : "false"}>${title}</a>`)}
</nav>`;

export const sectionStyle = css`
  .sections {
    display: flex;
    gap: var(--mb-space-4);
    margin-bottom: var(--mb-space-6);
    border-bottom: 1px solid var(--mb-line);
  }
  .sections a {
    margin-bottom: -1px;
    padding: var(--mb-space-2) 0;
    border-bottom: 2px solid transparent;
    color: var(--mb-quiet);
    text-decoration: none;
  }
  .sections a:hover {
    color: var(--mb-text);
  }
  .sections a[aria-current="page"] {
    border-bottom-color: var(--mb-accent);
    color: var(--mb-text);
  }
`;
