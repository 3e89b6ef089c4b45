/** Pages for people who are not logged in: one column of thought, the mark above it. */
import { css, html, type TemplateResult } from "lit";
import { form } from "@maxbooster/ui";

export const alone = [
  form,
  css`
    :host {
      display: grid;
      align-content: start;
      justify-items: center;
      gap: var(--mb-space-6);
      padding: 14vh var(--mb-space-4) var(--mb-space-8);
    }
    .mark {
      display: flex;
      align-items: center;
      gap: var(--mb-space-2);
      font-weight: 650;
    }
    .mark span {
      display: grid;
      place-items: center;
      width: 24px;
      height: 24px;
      border-radius: 6px;
      background: var(--mb-accent);
      color: var(--mb-on-accent);
    }
    section {
      width: min(100%, 360px);
    }
    h1 {
      margin: 0 0 var(--mb-space-2);
      font-size: var(--mb-text-xl);
      font-weight: 600;
      letter-spacing: -0.015em;
    }
    p {
      margin: 0 0 var(--mb-space-4);
      color: var(--mb-quiet);
      font-size: var(--mb-text-s);
    }
    a {
      color: var(--mb-text);
      text-decoration-color: var(--mb-faint);
      text-underline-offset: 3px;
    }
    a:hover {
      text-decoration-color: currentcolor;
    }
    .below {
      margin: var(--mb-space-6) 0 0;
      display: flex;
      flex-wrap: wrap;
      gap: var(--mb-space-4);
      justify-content: space-between;
      font-size: var(--mb-text-s);
    }
    wa-button {
      width: 100%;
    }
  `,
];

export function framed(title: string, content: TemplateResult): TemplateResult {
  return html`<div class="mark"><span><mb-icon name="chevron-up"></mb-icon></span>Max Booster</div>
    <section><h1>${title}</h1>${content}</section>`;
}

/** The token of a mailed link. It stands behind the `#`, and leaves the address bar at once. */
export function linkToken(): string {
  const token = location.hash.slice(1);
  if (token) history.replaceState({}, "", location.pathname);
  return token;
}
