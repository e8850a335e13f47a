/**
 * The look all elements share: colours by meaning for light and dark, and the shape of a card.
 * A page may set any `--solthrive-*` to its own; the values here stand on their own.
 */
import { css } from 'lit';

export const theme = css`
  :host {
    --page: var(--solthrive-page, #f4f5f7);
    --card: var(--solthrive-card, #ffffff);
    --line: var(--solthrive-line, #e3e6eb);
    --track: var(--solthrive-track, #e9ecf1);
    --axis: var(--solthrive-axis, #a9b1be);
    --ink: var(--solthrive-ink, #14181f);
    --soft: var(--solthrive-soft, #5a6372);
    --solar: var(--solthrive-solar, #f0a202);
    --solar-line: var(--solthrive-solar-line, #cc8100);
    --solar-ink: var(--solthrive-solar-ink, #8f5600);
    --home: var(--solthrive-home, #2f6bde);
    --home-ink: var(--solthrive-home-ink, #2459bf);
    --import: var(--solthrive-import, #b5368a);
    --import-ink: var(--solthrive-import-ink, #9c2a75);
    --export: var(--solthrive-export, #0f9d80);
    --export-ink: var(--solthrive-export-ink, #0a7560);
    --battery: var(--solthrive-battery, #5f9e1f);
    --battery-ink: var(--solthrive-battery-ink, #467810);
    --ev: var(--solthrive-ev, #7a57d1);
    --ev-ink: var(--solthrive-ev-ink, #6743bd);
    --good: var(--solthrive-good, #0a7451);
    --warn: var(--solthrive-warn, #855000);
    --bad: var(--solthrive-bad, #c0271d);
    --shadow: 0 1px 2px rgb(16 24 40 / 5%), 0 6px 20px -8px rgb(16 24 40 / 10%);
    color-scheme: light;
    display: block;
    color: var(--ink);
    font:
      400 1rem/1.45 system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Helvetica Neue',
      'Noto Sans',
      sans-serif;
    -webkit-font-smoothing: antialiased;
    text-align: start;
    letter-spacing: normal;
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --page: var(--solthrive-page, #0d1015);
      --card: var(--solthrive-card, #161a21);
      --line: var(--solthrive-line, #262c36);
      --track: var(--solthrive-track, #272d38);
      --axis: var(--solthrive-axis, #596373);
      --ink: var(--solthrive-ink, #f1f4f8);
      --soft: var(--solthrive-soft, #a0a9b8);
      --solar: var(--solthrive-solar, #ffb92e);
      --solar-line: var(--solthrive-solar-line, #ffb92e);
      --solar-ink: var(--solthrive-solar-ink, #ffc65c);
      --home: var(--solthrive-home, #6ba1ff);
      --home-ink: var(--solthrive-home-ink, #8fb8ff);
      --import: var(--solthrive-import, #e26cb8);
      --import-ink: var(--solthrive-import-ink, #f08fcb);
      --export: var(--solthrive-export, #2fcfa8);
      --export-ink: var(--solthrive-export-ink, #56dcbb);
      --battery: var(--solthrive-battery, #95d04a);
      --battery-ink: var(--solthrive-battery-ink, #a9dc69);
      --ev: var(--solthrive-ev, #ab8dff);
      --ev-ink: var(--solthrive-ev-ink, #bfa8ff);
      --good: var(--solthrive-good, #4fd6a4);
      --warn: var(--solthrive-warn, #ffc65c);
      --bad: var(--solthrive-bad, #ff8b80);
      --shadow: none;
      color-scheme: dark;
    }
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
  }
  h2,
  h3,
  p,
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  h2 {
    font-size: 1.0625rem;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .card {
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 20px;
    box-shadow: var(--shadow);
  }
  .icon {
    width: 1.25em;
    height: 1.25em;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .tone-solar {
    --tone: var(--solar);
    --tone-ink: var(--solar-ink);
  }
  .tone-home {
    --tone: var(--home);
    --tone-ink: var(--home-ink);
  }
  .tone-import {
    --tone: var(--import);
    --tone-ink: var(--import-ink);
  }
  .tone-export {
    --tone: var(--export);
    --tone-ink: var(--export-ink);
  }
  .tone-battery {
    --tone: var(--battery);
    --tone-ink: var(--battery-ink);
  }
  .tone-ev {
    --tone: var(--ev);
    --tone-ink: var(--ev-ink);
  }
  .tone-quiet {
    --tone: var(--soft);
    --tone-ink: var(--soft);
  }
  :focus-visible {
    outline: 3px solid var(--home);
    outline-offset: 2px;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition: none !important;
      animation: none !important;
    }
  }
`;
