/** Work in the background, where the artist waits for it: how far, what, and a way to stop it. */
import { css, html, nothing, type TemplateResult } from "lit";
import { number, t } from "@maxbooster/ui";

export const progressStyles = css`
  .working {
    display: grid;
    grid-template-columns: 1fr auto;
    align-items: center;
    gap: var(--mb-space-2) var(--mb-space-4);
    padding: var(--mb-space-3) 0;
  }
  .working .track {
    grid-column: 1 / -1;
    height: 2px;
    background: var(--mb-line);
  }
  .working .track i {
    display: block;
    height: 100%;
    background: var(--mb-accent);
    transform-origin: left;
    transition: transform var(--mb-quick);
  }
  :host(:dir(rtl)) .working .track i {
    transform-origin: right;
  }
`;

export interface Working {
  job: string;
  words: string;
  share: number;
}

export function progress({ words, share }: Working, cancel?: () => void): TemplateResult {
  return html`<div class="working">
    <span role="status">${words}${share ? ` · ${number(share, { style: "percent", maximumFractionDigits: 0 })}` : ""}</span>
    ${cancel ? html`<button class="plain" @click=${cancel}>${t("studio.cancel", "Cancel")}</button>` : nothing}
    <span class="track" role="progressbar" aria-label=${words} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(share * 100)}
      ><i style="transform: scaleX(${share})"></i
    ></span>
  </div>`;
}
