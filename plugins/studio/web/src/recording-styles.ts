/** How the page of one recording is laid out: the sound to the left, the words to the right, one column on a phone. */
import { css } from "lit";

export const recordingStyles = css`
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 288px;
    gap: var(--mb-space-8);
  }
  .main {
    display: grid;
    align-content: start;
    gap: var(--mb-space-6);
    min-width: 0;
  }
  aside {
    align-self: start;
    min-width: 0;
    padding-inline-start: var(--mb-space-8);
    border-inline-start: 1px solid var(--mb-line);
  }
  .head,
  .transport,
  .row,
  .sides {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--mb-space-2) var(--mb-space-3);
  }
  .head {
    justify-content: space-between;
    align-items: flex-start;
  }
  .notices {
    display: grid;
    gap: var(--mb-space-1);
  }
  .notices li {
    display: flex;
    gap: var(--mb-space-2);
  }
  .notices mb-icon {
    margin-top: 2px;
  }
  .segments {
    display: inline-flex;
    padding: 2px;
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    background: var(--mb-raised);
  }
  .segments button {
    min-height: 28px;
    border: 0;
    border-radius: 6px;
    background: none;
    color: var(--mb-quiet);
  }
  .segments button[aria-pressed="true"] {
    background: var(--mb-lifted);
    color: var(--mb-text);
  }
  .transport {
    margin-top: calc(-1 * var(--mb-space-2));
  }
  .play .time {
    min-width: 5ch;
    text-align: end;
  }
  .transport [aria-pressed="true"] {
    color: var(--mb-accent-text);
  }
  .caps {
    display: inline-flex;
    gap: var(--mb-space-3);
  }
  kbd {
    padding: 1px 5px;
    border: 1px solid var(--mb-line);
    border-radius: 4px;
    font: 400 var(--mb-text-xs) var(--mb-font);
  }
  .room {
    flex: 1;
  }
  .versions {
    display: grid;
    gap: var(--mb-space-2);
  }
  .version {
    min-height: 30px;
    background: none;
    font-weight: 400;
  }
  .version[aria-pressed="true"] {
    border-color: var(--mb-faint);
    background: var(--mb-lifted);
    font-weight: 550;
  }
  .remove {
    margin-top: var(--mb-space-6);
    margin-inline-start: calc(-1 * var(--mb-space-2));
  }
  .waiting {
    display: grid;
    gap: var(--mb-space-4);
    max-width: 560px;
  }
  @media (max-width: 1000px) {
    .page {
      grid-template-columns: minmax(0, 1fr);
    }
    aside {
      padding: var(--mb-space-6) 0 0;
      border-inline-start: 0;
      border-block-start: 1px solid var(--mb-line);
    }
  }
  @media (max-width: 600px) {
    mb-studio-waveform {
      --mb-waveform-height: 120px;
    }
    .caps,
    .room {
      display: none;
    }
    .transport > .row {
      flex: 1 0 100%;
      justify-content: space-between;
    }
  }
`;
