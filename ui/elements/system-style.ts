/** The look of `<solthrive-system>`. */
import { css } from 'lit';

export const systemStyle = css`
  :host {
    height: 100%;
  }
  .card {
    display: grid;
    align-content: start;
    gap: 10px;
    padding: 20px;
    overflow-wrap: anywhere;
  }
  h2 {
    display: flex;
    align-items: center;
    gap: 10px;
  }
  h2 .icon,
  .waiting {
    color: var(--soft);
  }
  dl > div {
    display: grid;
    grid-template-columns: minmax(0, 2fr) minmax(0, 3fr);
    gap: 12px;
    padding: 10px 0;
    break-inside: avoid;
    border-top: 1px solid var(--line);
    font-size: 0.9375rem;
  }
  dt {
    color: var(--soft);
    hyphens: auto;
  }
  dd {
    font-variant-numeric: tabular-nums;
  }
  .look dd {
    color: var(--warn);
    font-weight: 600;
  }
  .look .icon {
    margin-inline-end: 6px;
    vertical-align: -0.25em;
  }
  small {
    display: block;
    color: var(--soft);
    font-size: 0.875rem;
    font-weight: 400;
  }
  @media print {
    .card {
      padding: 0;
      border: 0;
      box-shadow: none;
    }
  }
`;
