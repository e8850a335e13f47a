/** What a drawing with a legend, a read-out and a cursor looks like: the day graph and the bars. */
import { css } from 'lit';

export const chartStyle = css`
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 6px 16px;
    margin-bottom: 8px;
  }
  h3 {
    font-size: 1rem;
    font-weight: 600;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 2px;
    margin-inline: -8px;
  }
  button {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 40px;
    padding: 4px 10px;
    border: 0;
    border-radius: 10px;
    background: none;
    color: var(--ink);
    font: inherit;
    font-size: 0.9375rem;
    cursor: pointer;
  }
  button:hover {
    background: var(--track);
  }
  button[aria-pressed='false'] {
    color: var(--soft);
    text-decoration: line-through;
  }
  .swatch {
    display: inline-block;
    width: 14px;
    height: 10px;
    flex: none;
    border-radius: 3px;
    border-top: 3px solid var(--tone);
    background: color-mix(in srgb, var(--tone) 45%, transparent);
  }
  .swatch.export {
    border-top: 0;
    border-bottom: 3px solid var(--tone);
  }
  .swatch.home {
    height: 3px;
    border: 0;
    background: var(--tone);
  }
  .swatch.block {
    width: 12px;
    height: 12px;
    border: 0;
    background: var(--tone);
  }
  button[aria-pressed='false'] .swatch {
    opacity: 0.35;
  }
  .tip {
    position: absolute;
    top: 10px;
    z-index: 2;
    width: max-content;
    max-width: 100%;
    padding: 10px 14px;
    border: 1px solid var(--line);
    border-radius: 14px;
    background: color-mix(in srgb, var(--card) 94%, transparent);
    box-shadow: 0 8px 24px -8px rgb(0 0 0 / 35%);
    font-size: 0.9375rem;
    pointer-events: none;
    font-variant-numeric: tabular-nums;
  }
  .tip p {
    color: var(--soft);
  }
  .legend[hidden],
  .stage[hidden] {
    display: none;
  }
  .tip dl {
    display: grid;
    gap: 3px;
    margin-top: 4px;
  }
  .tip dl div {
    display: flex;
    justify-content: space-between;
    gap: 16px;
  }
  .tip dt {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    color: var(--soft);
    white-space: nowrap;
  }
  .tip dd {
    font-weight: 600;
    white-space: nowrap;
  }
  .empty {
    display: grid;
    place-items: center;
    flex: 1;
    min-height: 230px;
    text-wrap: balance;
    color: var(--soft);
    text-align: center;
  }
  .stage {
    position: relative;
    flex: 1;
    min-height: clamp(230px, 40cqi, 360px);
    margin-inline-start: -6px;
  }
  @container solthrive (max-width: 520px) {
    .tip {
      inset: auto auto 100%;
      padding: 8px 12px;
      background: var(--card);
      font-size: 0.8125rem;
      line-height: 1.35;
    }
    .tip dl {
      gap: 1px;
      margin-top: 1px;
    }
    .legend {
      display: grid;
      grid-template-columns: 1fr 1fr;
      width: calc(100% + 16px);
    }
    button {
      padding-inline: 8px;
      font-size: 0.875rem;
    }
  }
`;
