/** A switch below a list that shows the rest of it, which few ask for. */
import { css, html, type TemplateResult } from "lit";

export const more = css`
  .more {
    display: flex;
    gap: var(--mb-space-2);
    align-items: center;
    min-height: 44px;
    color: var(--mb-quiet);
    font-size: var(--mb-text-s);
  }
  .more input {
    width: 16px;
    height: 16px;
    margin: 0;
  }
`;

/** Needs the styles `more`. */
export function showMore(label: string, shown: boolean, changed: (shown: boolean) => void): TemplateResult {
  const tick = (event: Event) => changed((event.target as HTMLInputElement).checked);
  return html`<label class="more"><input type="checkbox" .checked=${shown} @change=${tick} /> ${label}</label>`;
}
