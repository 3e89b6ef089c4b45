/** Where it will play, in words and numbers. */
import { css, html, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import type { Compliance } from "./api";

export const outletStyles = css`
  .outlets li {
    display: grid;
    grid-template-columns: minmax(120px, auto) 1fr 16px;
    align-items: center;
    gap: var(--mb-space-3);
    min-height: 38px;
    padding: 2px 0;
    box-sizing: border-box;
    border-bottom: 1px solid var(--mb-line);
  }
  .outlets span:nth-child(2) {
    color: var(--mb-quiet);
    text-align: end;
  }
  .outlets .attention span:nth-child(2) {
    color: var(--mb-text);
  }
  .outlets .good mb-icon {
    color: var(--mb-ok);
  }
  .outlets .attention mb-icon {
    color: var(--mb-accent-text);
  }
`;

/** The outlet of the chosen target first: it is what the artist looks for. */
export function outlets(found: readonly Compliance[], first?: string): TemplateResult {
  const ordered = [...found].sort((one, other) => Number(other.outlet === first) - Number(one.outlet === first));
  return html`<ul class="outlets">
    ${ordered.map(
      ({ title, words, verdict }) => html`<li class=${verdict}>
        <span>${title}</span><span>${words}</span>
        <mb-icon
          name=${verdict === "good" ? "check" : "triangle-alert"}
          label=${verdict === "good" ? t("studio.good", "Good") : t("studio.attention", "Needs attention")}
        ></mb-icon>
      </li>`,
    )}
  </ul>`;
}
