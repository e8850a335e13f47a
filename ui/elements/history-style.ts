/** The look of `<solthrive-history>`. */
import { css } from 'lit';

export const historyStyle = css`
  :host {
    container: solthrive / inline-size;
  }
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 14px;
    padding: 18px;
  }
  .head,
  .way {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 14px;
  }
  .spans {
    display: flex;
    margin-inline-start: auto;
    padding: 3px;
    border-radius: 14px;
    background: var(--track);
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    min-height: 40px;
    padding: 4px 14px;
    border: 0;
    border-radius: 11px;
    background: var(--track);
    color: var(--ink);
    font: inherit;
    font-size: 0.9375rem;
    font-weight: 600;
    cursor: pointer;
  }
  .spans button {
    font-weight: 550;
  }
  .spans button[aria-pressed='true'] {
    background: var(--card);
    box-shadow: 0 1px 3px rgb(0 0 0 / 18%);
    font-weight: 650;
  }
  .step {
    width: 44px;
    min-height: 44px;
    padding: 0;
    flex: none;
    border-radius: 50%;
  }
  .step[aria-disabled='true'] {
    background: none;
    color: var(--axis);
    cursor: default;
  }
  .title {
    min-width: 0;
  }
  .title h3 {
    font-size: 1.125rem;
    font-weight: 650;
    line-height: 1.25;
    text-wrap: balance;
  }
  .title p {
    color: var(--soft);
    font-size: 0.875rem;
  }
  .jump {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-inline-start: auto;
  }
  input {
    min-height: 42px;
    padding: 4px 10px;
    border: 1px solid var(--line);
    border-radius: 11px;
    background: var(--card);
    color: var(--ink);
    font: inherit;
    font-size: 0.9375rem;
  }
  .simulated {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 3px 12px 3px 9px;
    border: 1px solid color-mix(in srgb, var(--ev) 45%, transparent);
    border-radius: 99px;
    color: var(--ev-ink);
    background: color-mix(in srgb, var(--ev) 10%, var(--card));
    font-size: 0.875rem;
    font-weight: 600;
  }
  .trouble {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 10px;
    padding: 8px 8px 8px 16px;
    border-radius: 14px;
    color: var(--warn);
    background: color-mix(in srgb, var(--warn) 10%, var(--card));
  }
  .trouble p {
    flex: 1 1 240px;
    color: var(--ink);
    line-height: 1.35;
  }
  .trouble button {
    background: var(--card);
  }
  .status:empty {
    position: absolute;
  }
  .empty {
    display: grid;
    place-items: center;
    min-height: 160px;
    color: var(--soft);
    text-align: center;
    text-wrap: balance;
  }
  .past {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 18px;
    transition: opacity 0.15s;
  }
  .past.old {
    opacity: 0.5;
  }
  .charts {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 22px 28px;
  }
  @container solthrive (min-width: 960px) {
    .charts.two {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
  }
  @container solthrive (max-width: 620px) {
    section {
      padding: 14px 14px 16px;
    }
    .spans {
      flex: 1 1 100%;
    }
    .spans button {
      flex: 1;
      padding-inline: 6px;
    }
    .way {
      justify-content: space-between;
    }
    .title {
      flex: 1;
      text-align: center;
    }
    .jump {
      flex: 1 1 100%;
      justify-content: center;
      margin: 0;
    }
    .jump input {
      flex: 1;
    }
  }
`;
