/** The look of `<solthrive-bars>`. */
import { css } from 'lit';

export const barsStyle = css`
  :host {
    container: solthrive / inline-size;
  }
  .head {
    display: grid;
  }
  .stage {
    min-height: clamp(240px, 30cqi, 340px);
  }
  .plot {
    position: absolute;
    inset: 0;
    border-radius: 10px;
    touch-action: pan-y;
    cursor: crosshair;
  }
  svg {
    display: block;
    overflow: visible;
  }
  text {
    fill: var(--soft);
    font-size: 13px;
    font-variant-numeric: tabular-nums;
  }
  .tip {
    background: var(--card);
  }
  .grid {
    stroke: var(--line);
  }
  .zero {
    stroke: var(--axis);
    stroke-width: 2;
  }
  .pointed {
    fill: var(--track);
  }
  rect.gap {
    fill: color-mix(in srgb, var(--track) 55%, transparent);
  }
  .running {
    opacity: 0.8;
  }
  path.mark {
    fill: var(--warn);
  }
  .sides,
  .key {
    margin-top: 6px;
    color: var(--soft);
    font-size: 0.875rem;
  }
  .key {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 18px;
  }
  .key li {
    display: inline-flex;
    align-items: center;
    gap: 8px;
  }
  .key span {
    width: 12px;
    height: 12px;
    flex: none;
    border-radius: 3px;
  }
  .key .gap {
    border: 1px solid var(--axis);
    background: var(--track);
  }
  .key .mark {
    width: 8px;
    height: 8px;
    border-radius: 1px;
    background: var(--warn);
    transform: rotate(45deg);
  }
  .key .hatch {
    background: repeating-linear-gradient(
      -45deg,
      var(--soft) 0 2px,
      color-mix(in srgb, var(--soft) 22%, var(--card)) 2px 5px
    );
  }
`;
