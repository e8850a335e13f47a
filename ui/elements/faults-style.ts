/** The look of `<solthrive-faults>`. */
import { css } from 'lit';

export const faultsStyle = css`
  :host {
    height: 100%;
  }
  .card {
    display: grid;
    align-content: start;
    gap: 18px;
    min-height: 100%;
    padding: 20px;
    overflow-wrap: anywhere;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 14px;
    --tone: var(--soft);
  }
  .well .head {
    --tone: var(--good);
  }
  .attention .head {
    --tone: var(--warn);
  }
  .badge {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    flex: none;
    border-radius: 14px;
    color: var(--tone);
    background: color-mix(in srgb, var(--tone) 13%, transparent);
    font-size: 1.125rem;
  }
  h2:focus-visible {
    outline-offset: 6px;
    border-radius: 4px;
  }
  .head p {
    color: var(--soft);
    font-size: 0.9375rem;
  }
  .waiting {
    place-content: center;
  }
  .checked li {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 12px 2px;
    border-top: 1px solid var(--line);
    font-size: 0.9375rem;
  }
  .checked .icon:first-child {
    color: var(--soft);
  }
  .checked .icon:last-child {
    margin-inline-start: auto;
    color: var(--good);
    stroke-width: 2.5;
  }
  .groups {
    columns: 21rem;
    column-gap: 24px;
  }
  .group + .group h3 {
    padding-top: 8px;
  }
  h3 {
    display: flex;
    align-items: center;
    gap: 8px;
    color: var(--soft);
    font-size: 0.875rem;
    font-weight: 600;
    margin-bottom: 10px;
    break-after: avoid;
  }
  .groups li {
    --tone: var(--home-ink);
    display: grid;
    gap: 6px;
    margin-bottom: 10px;
    padding: 14px 16px;
    break-inside: avoid;
    border-radius: 14px;
    border-inline-start: 4px solid var(--tone);
    background: color-mix(in srgb, var(--tone) 7%, var(--card));
  }
  .group:last-child li:last-child {
    margin-bottom: 0;
  }
  .groups .fault {
    --tone: var(--bad);
  }
  .groups .warning {
    --tone: var(--warn);
  }
  .groups .suspected {
    border-inline-start-color: transparent;
    background:
      repeating-linear-gradient(var(--tone) 0 7px, transparent 7px 12px) border-box 0 0 / 4px 100%
        no-repeat,
      color-mix(in srgb, var(--tone) 7%, var(--card));
  }
  .groups .seen {
    border-color: var(--line);
    background: none;
  }
  .seen .message {
    font-weight: 400;
  }
  .over li {
    display: flex;
    gap: 10px;
    padding: 10px 2px;
    border-top: 1px solid var(--line);
    color: var(--soft);
    font-size: 0.9375rem;
  }
  .over .icon {
    margin-top: 1px;
    color: var(--good);
  }
  .over b {
    font-weight: 600;
  }
  .more {
    font-size: 0.9375rem;
  }
  .more a {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-height: 24px;
    color: var(--soft);
  }
  .more a:hover {
    color: var(--ink);
  }
  .severity {
    display: flex;
    align-items: center;
    gap: 6px;
    color: var(--tone);
    font-size: 0.875rem;
    font-weight: 650;
  }
  .message {
    font-weight: 600;
    line-height: 1.35;
  }
  .advice {
    font-size: 0.9375rem;
  }
  .advice b {
    font-weight: 600;
  }
  code {
    padding: 1px 5px;
    border-radius: 6px;
    background: color-mix(in srgb, var(--ink) 8%, transparent);
    font-size: 0.9em;
  }
  .facts {
    color: var(--soft);
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
`;
