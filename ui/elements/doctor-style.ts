/** The look of `<solthrive-doctor>`, on a screen and on paper. */
import { css } from 'lit';

export const doctorStyle = css`
  .card {
    display: grid;
    align-content: start;
    gap: 18px;
    padding: 20px;
    overflow-wrap: anywhere;
  }
  .back {
    font-size: 0.9375rem;
  }
  .back a {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-height: 24px;
    color: var(--soft);
  }
  .back a:hover {
    color: var(--ink);
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
  .channel {
    display: grid;
    gap: 10px;
    padding-top: 16px;
    border-top: 1px solid var(--line);
  }
  h3 {
    display: flex;
    align-items: center;
    gap: 8px;
    color: var(--soft);
    font-size: 0.9375rem;
    font-weight: 600;
    break-after: avoid;
  }
  ul {
    display: grid;
    gap: 10px;
  }
  li {
    --tone: var(--soft);
    display: grid;
    gap: 6px;
    padding: 14px 16px;
    break-inside: avoid;
    border-radius: 14px;
    border-inline-start: 4px solid var(--tone);
    background: color-mix(in srgb, var(--tone) 7%, var(--card));
  }
  .confirmed {
    --tone: var(--bad);
  }
  .suspected {
    --tone: var(--warn);
    border-inline-start-color: transparent;
    background:
      repeating-linear-gradient(var(--tone) 0 7px, transparent 7px 12px) border-box 0 0 / 4px 100%
        no-repeat,
      color-mix(in srgb, var(--tone) 7%, var(--card));
  }
  .quiet {
    --tone: var(--line);
    padding-block: 10px;
    background: none;
  }
  .standing {
    display: flex;
    align-items: center;
    gap: 6px;
    color: var(--tone);
    font-size: 0.875rem;
    font-weight: 650;
  }
  .standing span {
    display: block;
  }
  .standing span::first-letter {
    text-transform: uppercase;
  }
  .quiet .standing {
    display: none;
  }
  h4 {
    margin: 0;
    font-size: 1rem;
    font-weight: 600;
    line-height: 1.35;
  }
  .quiet h4 {
    font-weight: 400;
  }
  .inputs {
    color: var(--soft);
    font-weight: 400;
  }
  dl {
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }
  dt {
    color: var(--soft);
    font-size: 0.875rem;
  }
  dd {
    position: relative;
    padding-inline-start: 1.25em;
  }
  dd::before {
    position: absolute;
    inset-inline-start: 0;
    color: var(--soft);
    font-weight: 650;
  }
  .for dd::before {
    content: '+' / '';
  }
  .against dd::before {
    content: '\\2212' / '';
  }
  .note {
    color: var(--soft);
    font-size: 0.875rem;
  }
  summary {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 32px;
    border-radius: 6px;
    color: var(--soft);
    font-size: 0.9375rem;
    cursor: pointer;
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary .icon:first-child {
    color: var(--good);
  }
  summary .icon:last-child {
    transition: rotate 0.15s;
  }
  details[open] summary .icon:last-child {
    rotate: 90deg;
  }
  details ul {
    margin-top: 8px;
  }
  @media print {
    .card {
      padding: 0;
      border: 0;
      box-shadow: none;
    }
    li {
      border: 1px solid var(--line);
    }
    .back,
    summary .icon:last-child {
      display: none;
    }
    details::details-content {
      display: block;
      content-visibility: visible;
    }
  }
`;
