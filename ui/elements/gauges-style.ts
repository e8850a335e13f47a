/** The look of `<solthrive-gauges>`. */
import { css } from 'lit';

export const gaugesStyle = css`
  :host {
    container: solthrive / inline-size;
  }
  section {
    display: grid;
    gap: 16px;
  }
  .old .gauge > *,
  .old .shares {
    filter: grayscale(1);
  }
  .old .dial svg,
  .old .bar {
    opacity: 0.5;
  }
  .old h2,
  .old .value,
  .old .words {
    color: var(--soft);
  }
  .story {
    display: grid;
    gap: 14px;
    padding: 4px 2px;
  }
  .story h2 {
    font-size: clamp(1.25rem, 0.9rem + 2cqi, 1.75rem);
    line-height: 1.25;
    font-weight: 650;
    letter-spacing: -0.02em;
    text-wrap: balance;
    font-variant-numeric: tabular-nums;
  }
  .as-of {
    display: flex;
    align-items: center;
    gap: 8px;
    color: var(--soft);
  }
  .shares {
    display: grid;
    gap: 8px;
  }
  .bar {
    display: flex;
    gap: 3px;
    height: 10px;
  }
  .bar span {
    flex: 0 1 0;
    min-width: 6px;
    border-radius: 3px;
    background: var(--tone);
    transition: flex-grow 0.6s ease;
  }
  .bar span:first-child {
    border-start-start-radius: 99px;
    border-end-start-radius: 99px;
  }
  .bar span:last-child {
    border-start-end-radius: 99px;
    border-end-end-radius: 99px;
  }
  .bar.none {
    border-radius: 99px;
    background: var(--track);
  }
  .share-sun {
    --tone: var(--solar);
  }
  .share-battery {
    --tone: var(--battery);
  }
  .share-grid {
    --tone: var(--import);
  }
  .shares ul {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 18px;
    color: var(--soft);
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }
  .shares li {
    display: flex;
    align-items: center;
    gap: 7px;
  }
  .none + ul li::before {
    display: none;
  }
  .shares li::before {
    content: '';
    width: 9px;
    height: 9px;
    border-radius: 3px;
    background: var(--tone);
  }
  .gauges {
    display: flex;
    flex-wrap: wrap;
    gap: 16px;
  }
  .gauge {
    flex: 1 1 190px;
    min-width: 0;
    container-type: inline-size;
    padding: 16px 18px 18px;
  }
  .gauge h3 {
    display: flex;
    align-items: center;
    gap: 8px;
    font-size: 1rem;
    font-weight: 600;
  }
  .gauge h3 .icon {
    color: var(--tone-ink);
    width: 1.4em;
    height: 1.4em;
  }
  .dial {
    position: relative;
    max-width: 228px;
    margin: 6px auto 0;
  }
  .dial svg {
    display: block;
    width: 100%;
    overflow: visible;
  }
  .dial path {
    fill: none;
    stroke-width: 13;
    stroke-linecap: round;
  }
  .track {
    stroke: var(--track);
  }
  .fill {
    stroke: var(--tone);
    transition:
      stroke-dasharray 0.7s cubic-bezier(0.3, 0.7, 0.3, 1),
      stroke 0.3s;
  }
  .reading {
    position: absolute;
    inset: 37% 14% auto;
    text-align: center;
    line-height: 1;
  }
  .value {
    display: block;
    font-size: clamp(1.75rem, 19cqi, 2.75rem);
    font-weight: 680;
    letter-spacing: -0.035em;
    font-variant-numeric: tabular-nums;
  }
  .unit {
    display: block;
    min-height: 1.2em;
    margin-top: 0.3em;
    color: var(--soft);
    font-size: clamp(0.9375rem, 7cqi, 1.125rem);
    font-weight: 550;
  }
  .scale {
    display: flex;
    justify-content: space-between;
    max-width: 228px;
    margin: -2px auto 0;
    padding-inline: 2%;
    color: var(--soft);
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }
  .words {
    margin-top: 8px;
    text-align: center;
    text-wrap: balance;
    color: var(--tone-ink);
    font-weight: 600;
    line-height: 1.3;
  }
  .words .icon {
    vertical-align: -0.25em;
  }
  .charge {
    margin-top: 10px;
    display: grid;
    gap: 6px;
    text-align: center;
    color: var(--soft);
    font-size: 0.875rem;
  }
  .cell {
    height: 8px;
    border-radius: 99px;
    background: var(--track);
    overflow: hidden;
  }
  .cell span {
    display: block;
    height: 100%;
    border-radius: 99px;
    background: var(--battery);
  }
  @container solthrive (max-width: 520px) {
    .gauges {
      gap: 12px;
    }
    .gauge {
      flex-basis: 140px;
      padding: 14px 12px 16px;
    }
    .dial,
    .scale {
      max-width: 190px;
    }
    .value {
      font-size: clamp(1.75rem, 20cqi, 2.5rem);
    }
    .gauge:last-child:nth-child(odd) :is(.dial, .scale) {
      max-width: 150px;
    }
    .gauge:last-child:nth-child(odd) .value {
      font-size: 2rem;
    }
    .words {
      font-size: 0.9375rem;
    }
  }
`;
