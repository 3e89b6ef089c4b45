/** The right-hand side: the numbers, and what was done and why. */
import { css, html, nothing, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import type { Analysis, Master } from "./api";
import { level, signed } from "./words";

export const explainedStyles = css`
  .loudness {
    display: flex;
    align-items: baseline;
    gap: var(--mb-space-2);
    margin-bottom: var(--mb-space-4);
  }
  .loudness b {
    font-size: 2.75rem;
    font-weight: 600;
    line-height: 1;
    letter-spacing: -0.03em;
  }
  .numbers {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: var(--mb-space-4);
    margin-bottom: var(--mb-space-6);
  }
  .numbers dd {
    font-weight: 600;
  }
  .numbers dd small {
    font-weight: 400;
  }
  .why li {
    padding: var(--mb-space-3) 0;
    border-bottom: 1px solid var(--mb-line);
  }
  .why strong {
    display: block;
    font-weight: 550;
  }
  .why .limit strong {
    color: var(--mb-accent-text);
  }
`;

export function numbers(found: Analysis, before?: Analysis | null): TemplateResult {
  const was = (value: number | null | undefined, digits = 1) =>
    before && value !== null && value !== undefined ? html` <small>${t("studio.was", "was {value}", { value: level(value, digits) })}</small>` : nothing;
  return html`<div class="loudness">
      <b>${level(found.integrated_lufs)}</b><span class="quiet">${t("studio.lufs", "LUFS integrated")}${was(before?.integrated_lufs)}</span>
    </div>
    <dl class="numbers">
      <div><dt class="quiet">${t("studio.true_peak", "True peak")}</dt><dd>${level(found.true_peak_dbtp)} dBTP${was(before?.true_peak_dbtp)}</dd></div>
      <div><dt class="quiet">${t("studio.range", "Range")}</dt><dd>${level(found.loudness_range_lu)} LU${was(before?.loudness_range_lu)}</dd></div>
      <div><dt class="quiet">${t("studio.loudest", "Loudest moment")}</dt><dd>${level(found.max_momentary_lufs)} LUFS</dd></div>
      ${found.stereo_correlation === null || found.stereo_correlation === undefined
        ? nothing
        : html`<div><dt class="quiet">${t("studio.stereo", "Stereo")}</dt><dd>${signed(found.stereo_correlation)}</dd></div>`}
    </dl>`;
}

export function why({ settings }: Master): TemplateResult {
  return html`<h2>${t("studio.why", "What was done, and why")}</h2>
    <ul class="why">
      ${settings.map(({ stage, title, reason }) => html`<li class=${stage}><strong>${title}</strong><span class="quiet">${reason}</span></li>`)}
    </ul>`;
}
