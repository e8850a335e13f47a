/** Numbers beside each other, the badge that says how they were measured, and what they cost: for the cards that show a stretch of time. */
import { css, html, nothing } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import { icon } from './icons.ts';
import type { BillView, QualityView, Tile } from './totals-view.ts';

/** More than this and they stand in two rows of one length: else one would be left alone. */
const ONE_ROW = 7;

export function tiles(list: Tile[], label: string) {
  const columns = list.length > ONE_ROW ? `by-${Math.ceil(list.length / 2)}` : '';
  return html`<dl class="tiles ${columns}" aria-label=${label}>${list.map(tile)}</dl>`;
}

function tile({ tone, label, value, unit, note, share }: Tile) {
  return html`<div class="tile tone-${tone}">
    <dt>${label}</dt>
    <dd>
      <span class="amount">${value}${unit ? html`<small>&nbsp;${unit}</small>` : nothing}</span>
      ${
        share === null
          ? nothing
          : html`<span class="share"><span style=${styleMap({ width: `${share * 100}%` })}></span></span>`
      }
      ${note === null ? nothing : html`<span class="note">${note}</span>`}
    </dd>
  </div>`;
}

/** Opens to say what it means. */
export function badge(quality: QualityView | null) {
  if (!quality) return nothing;
  return html`<details class="quality">
    <summary>${icon('info')}${quality.label}</summary>
    ${quality.details.map((detail) => html`<p>${detail}</p>`)}
  </details>`;
}

export function bill({ label, amount, rows, notes }: BillView) {
  return html`<dl class="bill">
    <div class="sum">
      <dt>${label}</dt>
      <dd><b>${amount}</b>${notes.length > 0 ? html`<span class="note">${notes.join(' · ')}</span>` : nothing}</dd>
    </div>
    ${rows.map(
      (row) => html`<div>
        <dt>${row.label}</dt>
        <dd><b>${row.value}</b></dd>
      </div>`,
    )}
  </dl>`;
}

export const tilesStyle = css`
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(136px, 1fr));
    align-items: start;
    gap: 18px 16px;
  }
  .tile {
    min-width: 0;
    padding-inline-start: 12px;
    border-inline-start: 4px solid var(--tone);
    border-radius: 2px;
  }
  dt {
    color: var(--soft);
    font-size: 0.9375rem;
    line-height: 1.3;
  }
  .tile dd {
    display: grid;
    gap: 5px;
  }
  .amount {
    font-size: 1.5rem;
    line-height: 1.25;
    font-weight: 660;
    letter-spacing: -0.02em;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .amount small {
    color: var(--soft);
    font-size: 0.9375rem;
    font-weight: 550;
    letter-spacing: 0;
  }
  .share {
    display: block;
    max-width: 150px;
    height: 6px;
    border-radius: 99px;
    background: var(--track);
    overflow: hidden;
  }
  .share span {
    display: block;
    height: 100%;
    border-radius: 99px;
    background: var(--tone);
  }
  .note {
    color: var(--soft);
    font-size: 0.8125rem;
    line-height: 1.35;
    text-wrap: balance;
  }
  .quality {
    max-width: 46ch;
    color: var(--warn);
    font-size: 0.875rem;
    line-height: 1.4;
  }
  .quality summary {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 36px;
    padding: 4px 14px 4px 10px;
    border-radius: 18px;
    background: color-mix(in srgb, var(--warn) 10%, var(--card));
    font-weight: 600;
    line-height: 1.25;
    cursor: pointer;
    list-style: none;
  }
  .quality summary::-webkit-details-marker {
    display: none;
  }
  .quality p {
    padding: 6px 4px 0;
    color: var(--ink);
  }
  .bill {
    display: flex;
    flex-wrap: wrap;
    gap: 12px 40px;
    padding-top: 16px;
    border-top: 1px solid var(--line);
  }
  .bill dd {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 10px;
  }
  .bill b {
    font-size: 1.125rem;
    font-weight: 650;
    font-variant-numeric: tabular-nums;
  }
  @container solthrive (min-width: 800px) {
    .by-4 {
      grid-template-columns: repeat(4, minmax(0, 1fr));
    }
    .by-5 {
      grid-template-columns: repeat(5, minmax(0, 1fr));
    }
  }
  @container solthrive (max-width: 520px) {
    .tiles {
      grid-template-columns: 1fr 1fr;
      gap: 16px 12px;
    }
    .tile {
      padding-inline-start: 10px;
      border-inline-start-width: 3px;
    }
    .amount {
      font-size: 1.375rem;
    }
    .tile:last-child:nth-child(odd) {
      grid-column: 1 / -1;
    }
    .bill {
      display: grid;
      grid-template-columns: 1fr 1fr;
      gap: 10px 12px;
    }
    .bill .sum {
      grid-column: 1 / -1;
    }
  }
`;
