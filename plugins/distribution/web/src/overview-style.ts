/** How a release is laid out. */
import { css } from "lit";

export const overview = css`
  .whole {
    display: grid;
    grid-template-columns: minmax(0, 300px) minmax(0, 1fr);
    gap: var(--mb-space-8);
    align-items: start;
  }
  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: var(--mb-space-2) var(--mb-space-4);
    margin: var(--mb-space-4) 0;
    font-size: var(--mb-text-s);
  }
  dt {
    color: var(--mb-quiet);
  }
  dd {
    margin: 0;
    text-align: end;
    overflow-wrap: anywhere;
  }
  .stages {
    display: grid;
    grid-template-columns: repeat(4, minmax(0, 1fr));
    gap: 2px;
    margin: 0 0 var(--mb-space-6);
    padding: 0;
    list-style: none;
    font-size: var(--mb-text-s);
  }
  .stages li {
    padding-top: var(--mb-space-2);
    border-top: 3px solid var(--mb-line);
  }
  .stages li.ok {
    border-color: var(--mb-ok);
    color: var(--mb-text);
  }
  .stages li.wait {
    border-color: var(--mb-info);
    color: var(--mb-text);
  }
  .stages li.wrong {
    border-color: var(--mb-danger);
  }
  .stages small {
    display: block;
    color: var(--mb-quiet);
  }
  .attention {
    display: flex;
    flex-wrap: wrap;
    gap: var(--mb-space-3);
    align-items: center;
    margin-bottom: var(--mb-space-6);
    padding: var(--mb-space-4);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    background: var(--mb-raised);
    font-size: var(--mb-text-s);
  }
  .unsent {
    display: flex;
    flex-wrap: wrap;
    gap: var(--mb-space-2) var(--mb-space-3);
    align-items: start;
    justify-content: space-between;
    margin-bottom: var(--mb-space-6);
    font-size: var(--mb-text-s);
  }
  .unsent details {
    flex: 1 1 240px;
    margin: 0;
  }
  .unsent .what small {
    overflow-wrap: anywhere;
  }
  .unsent > small {
    flex-basis: 100%;
    color: var(--mb-quiet);
  }
  .keep {
    flex-basis: 100%;
    margin: 0;
  }
  .keep form {
    display: grid;
    gap: var(--mb-space-2);
    justify-items: start;
    max-width: 480px;
    padding-top: var(--mb-space-2);
  }
  .keep textarea {
    box-sizing: border-box;
    width: 100%;
    padding: var(--mb-space-2) var(--mb-space-3);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    background: var(--mb-ground);
    color: var(--mb-text);
    font: inherit;
  }
  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: var(--mb-space-2) var(--mb-space-3);
    align-items: center;
    margin: var(--mb-space-2) 0;
    color: var(--mb-quiet);
    font-size: var(--mb-text-s);
  }
  .filters :is(select, input) {
    min-height: 32px;
    padding: 0 var(--mb-space-2);
    border: 1px solid var(--mb-line);
    border-radius: var(--mb-radius);
    background: var(--mb-raised);
    color: var(--mb-text);
    color-scheme: inherit;
    font: inherit;
  }
  .found {
    margin: 0 0 var(--mb-space-6);
  }
  .kept {
    margin-bottom: var(--mb-space-6);
  }
  .attention > mb-icon {
    color: var(--mb-accent-text);
  }
  .attention div {
    flex: 1 1 240px;
  }
  .attention span {
    display: block;
    color: var(--mb-quiet);
  }
  h2.first {
    margin-top: 0;
  }
  .over {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: var(--mb-space-2);
    margin: 0 0 var(--mb-space-1);
    font-size: var(--mb-text-s);
  }
  .over h2 {
    margin: 0;
  }
  .over h2 span {
    font-size: var(--mb-text-s);
    font-weight: 400;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--mb-space-2);
  }
  .rows > li {
    padding: 0;
  }
  .found .rows > li,
  .kept > li {
    padding: var(--mb-space-2) 0;
  }
  .choice {
    display: flex;
    align-items: center;
    gap: var(--mb-space-3);
    width: 100%;
    min-height: 44px;
  }
  .choice input {
    width: 16px;
    height: 16px;
    margin: 0;
    accent-color: var(--mb-text);
  }
  .choice span:last-child {
    margin-inline-start: auto;
    color: var(--mb-quiet);
    text-align: end;
  }
  details {
    margin-top: var(--mb-space-3);
    color: var(--mb-quiet);
    font-size: var(--mb-text-s);
  }
  summary {
    min-height: 24px;
    cursor: pointer;
  }
  details p {
    margin: var(--mb-space-2) 0 0;
  }
  @media (max-width: 820px) {
    .whole {
      grid-template-columns: minmax(0, 1fr);
    }
    .left {
      order: 2;
    }
    .left .cover {
      max-width: 220px;
    }
    .stages {
      grid-template-columns: repeat(2, minmax(0, 1fr));
      row-gap: var(--mb-space-3);
    }
  }
`;
