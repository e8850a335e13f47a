/** The look of `<solthrive-connection>`. */
import { css } from 'lit';

export const connectionStyle = css`
  :host {
    scroll-margin-top: 24px;
    container: solthrive / inline-size;
  }
  header {
    display: grid;
    gap: 12px;
    padding: 4px 2px;
  }
  .row {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 10px 20px;
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 12px;
    min-width: 0;
    max-width: 100%;
  }
  .mark {
    width: 44px;
    height: 44px;
    flex: none;
    display: block;
  }
  h1 {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    overflow-wrap: anywhere;
    margin: 0;
    font-size: 1.375rem;
    line-height: 1.2;
    font-weight: 700;
    letter-spacing: -0.02em;
  }
  .tagline {
    color: var(--soft);
    font-size: 0.875rem;
    line-height: 1.3;
  }
  .states {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 8px;
    max-width: 100%;
  }
  .pill {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 36px;
    padding: 4px 14px 4px 12px;
    border: 1px solid var(--line);
    border-radius: 999px;
    background: var(--card);
    font-size: 0.9375rem;
    line-height: 1.3;
  }
  .pill b {
    font-weight: 650;
  }
  .since {
    color: var(--soft);
    font-variant-numeric: tabular-nums;
  }
  .simulated {
    color: var(--ev-ink);
    border-color: color-mix(in srgb, var(--ev) 45%, transparent);
    background: color-mix(in srgb, var(--ev) 10%, var(--card));
    font-weight: 600;
  }
  .state {
    --tone: var(--soft);
  }
  .live {
    --tone: var(--good);
  }
  .stale,
  .partial,
  .attention {
    --tone: var(--warn);
  }
  .lost {
    --tone: var(--bad);
  }
  .state b {
    color: var(--tone);
  }
  .state.stale,
  .state.lost {
    border-color: color-mix(in srgb, var(--tone) 50%, transparent);
  }
  .dot {
    position: relative;
    width: 10px;
    height: 10px;
    flex: none;
    border-radius: 50%;
    background: var(--tone);
  }
  .live .dot::after {
    content: '';
    position: absolute;
    inset: 0;
    border-radius: 50%;
    background: var(--tone);
    animation: breathe 2s ease-out infinite;
  }
  .lost .dot,
  .waiting .dot {
    background: none;
    border: 2.5px solid var(--tone);
  }
  .notice {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 6px 8px 6px 16px;
    min-height: 48px;
    border-radius: 14px;
    color: var(--tone);
    background: color-mix(in srgb, var(--tone) 10%, var(--card));
    font-weight: 550;
  }
  .notice p {
    flex: 1;
    line-height: 1.35;
    padding-block: 4px;
  }
  .notice button {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    flex: none;
    min-height: 40px;
    padding: 4px 14px;
    border: 0;
    border-radius: 10px;
    background: var(--card);
    color: inherit;
    font: inherit;
    font-size: 0.9375rem;
    font-weight: 650;
    cursor: pointer;
  }
  .notice button:hover {
    background: color-mix(in srgb, var(--tone) 6%, var(--card));
  }
  @keyframes breathe {
    from {
      opacity: 0.55;
      transform: scale(1);
    }
    70%,
    to {
      opacity: 0;
      transform: scale(2.4);
    }
  }
  @container solthrive (max-width: 640px) {
    .row {
      flex-wrap: wrap;
    }
    .states {
      flex: 0 1 auto;
    }
  }
  @container solthrive (max-width: 520px) {
    header,
    .brand {
      gap: 10px;
    }
    .mark {
      width: 38px;
      height: 38px;
    }
    .what {
      display: none;
    }
    .tagline {
      font-size: 0.8125rem;
    }
    h1 {
      font-size: 1.125rem;
    }
    .pill {
      gap: 7px;
      padding-inline: 10px 11px;
      font-size: 0.8125rem;
    }
    .simulated .icon {
      display: none;
    }
    .notice {
      flex-wrap: wrap;
      padding: 8px 8px 8px 12px;
      font-size: 0.9375rem;
    }
    .notice button {
      flex: 1 1 100%;
      justify-content: center;
      margin-inline-start: -4px;
    }
  }
`;
