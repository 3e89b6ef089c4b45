/** The right-hand side: the numbers, and what was done and why. */
import { css, html, nothing, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import type { Analysis, Master } from "./api";
import { level, signed } from "./words";

export const explainedStyles = css`
  .loudness {
    display: flex;
    align-items: flex-end;
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
    white-space: nowrap;
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

/** With what it was before, where that is another recording's. */
export function numbers(found: Analysis, before?: Analysis): TemplateResult {
  const was = (value: number | null | undefined) =>
    value === null || value === undefined ? nothing : html`<small>${t("studio.was", "was {value}", { value: level(value) })}</small>`;
  const figure = (name: string, value: string, unit: string, old?: number | null) =>
    html`<div><dt class="quiet">${name}</dt><dd>${value} ${unit} ${was(old)}</dd></div>`;
  return html`<div class="loudness">
      <b>${level(found.integrated_lufs)}</b>
      <span class="quiet">${t("studio.lufs", "LUFS integrated")}<br />${was(before?.integrated_lufs)}</span>
    </div>
    <dl class="numbers">
      ${figure(t("studio.true_peak", "True peak"), level(found.true_peak_dbtp), "dBTP", before?.true_peak_dbtp)}
      ${figure(t("studio.range", "Range"), level(found.loudness_range_lu), "LU", before?.loudness_range_lu)}
      ${figure(t("studio.loudest", "Loudest moment"), level(found.max_momentary_lufs), "LUFS")}
      ${found.stereo_correlation === null ? nothing : figure(t("studio.stereo", "Stereo"), signed(found.stereo_correlation), "")}
    </dl>`;
}

export function why({ settings }: Master): TemplateResult {
  return html`<h2>${t("studio.why", "What was done, and why")}</h2>
    <ul class="why">
      ${settings.map(({ stage, title, reason }) => html`<li class=${stage}><strong>${title}</strong><span class="quiet">${reason}</span></li>`)}
    </ul>`;
}
