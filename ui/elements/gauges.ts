/** `<solthrive-gauges>`: what the home's power does right now; one sentence, then one gauge each. */
import { css, html, nothing, type PropertyValues, svg } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { LivenessController, SolthriveElement } from './element.ts';
import { sinceText } from './format.ts';
import { type GaugeView, growScales, type Scales, viewGauges } from './gauges-view.ts';
import { icon } from './icons.ts';
import { type StoryView, viewStory } from './story-view.ts';
import { theme } from './theme.ts';

/** 240 degrees round (100, 100) with radius 84, clockwise from the lower left; and its halves from the top, parted at zero. */
const ARC = 'M27.3 142 A84 84 0 1 1 172.7 142';
const RIGHT = 'M108.9 16.5 A84 84 0 0 1 172.7 142';
const LEFT = 'M91.1 16.5 A84 84 0 0 0 27.3 142';

export class SolthriveGauges extends SolthriveElement {
  static override properties = { snapshot: { attribute: false } };
  declare snapshot: Snapshot | null | undefined;
  readonly #liveness = new LivenessController(this);
  #scales: Scales = {};

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('snapshot') || !this.snapshot) return;
    this.#liveness.arrived(this.snapshot);
    this.#scales = growScales(this.#scales, this.snapshot);
  }

  override render() {
    const { reader } = this;
    const { state, sinceMs } = this.#liveness.current;
    const snapshot = this.snapshot ?? null;
    const lost = state === 'lost';
    return html`<section
      lang=${this.language}
      class=${lost || state === 'stale' ? 'old' : state}
      aria-label=${reader.say('gauges.label')}
    >
      ${this.#story(viewStory(snapshot, reader), lost ? sinceMs : null)}
      <div class="gauges">${viewGauges(snapshot, this.#scales, reader).map(gauge)}</div>
    </section>`;
  }

  #story({ sentence, shares }: StoryView, lostSinceMs: number | null) {
    const { reader } = this;
    const asOf =
      lostSinceMs === null
        ? nothing
        : html`<p class="as-of">
          ${icon('waiting')}${reader.say('gauges.as_of', { time: sinceText(lostSinceMs, Date.now(), reader) })}
        </p>`;
    const bar =
      shares.length === 0
        ? nothing
        : html`<div class="shares" role="img" aria-label="${reader.say('story.label')}: ${shares.map(({ text }) => text).join(', ')}">
          <div class="bar">
            ${shares.map(({ id, fraction }) => html`<span class=${`share-${id}`} style=${styleMap({ flexGrow: String(fraction) })}></span>`)}
          </div>
          <ul>
            ${shares.map(({ id, text }) => html`<li class=${`share-${id}`}>${text}</li>`)}
          </ul>
        </div>`;
    return html`<div class="story"><h2>${sentence}</h2>${asOf}${bar}</div>`;
  }

  static override styles = [
    theme,
    css`
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
        inset: 31% 14% auto;
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
        display: flex;
        align-items: center;
        justify-content: center;
        gap: 6px;
        margin-top: 8px;
        text-align: center;
        color: var(--tone-ink);
        font-weight: 600;
        line-height: 1.3;
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
        .words {
          font-size: 0.9375rem;
        }
      }
    `,
  ];
}

function gauge(view: GaugeView) {
  const known = view.fraction !== null;
  return html`<article class="gauge card tone-${view.tone}">
    <h3>${icon(view.id)}${view.label}</h3>
    <div role="img" aria-label=${view.accessibleName}>
      <div class="dial" aria-hidden="true">
        ${dial(view)}
        <div class="reading">
          <span class="value">${view.value}</span><span class="unit">${view.unit}</span>
        </div>
      </div>
      <div class="scale" aria-hidden="true">
        <span>${view.centred ? view.scale : '0'}</span><span>${view.scale}</span>
      </div>
      <p class="words" aria-hidden="true">${direction(view)}${view.words}</p>
    </div>
    ${view.charge && known ? charge(view.charge) : nothing}
  </article>`;
}

/** The arrow points to the side of the dial the arc has gone to. */
function direction({ centred, fraction, tone }: GaugeView) {
  if (!centred || !fraction || tone === 'quiet') return nothing;
  return icon(fraction < 0 ? 'left' : 'right');
}

function dial({ fraction, centred }: GaugeView) {
  const length = Math.abs(fraction ?? 0) * 100;
  const path = centred ? ((fraction ?? 0) < 0 ? LEFT : RIGHT) : ARC;
  return html`<svg viewBox="0 0 200 152">
    ${(centred ? [LEFT, RIGHT] : [ARC]).map((d) => svg`<path class="track" d=${d} />`)}
    ${
      length < 0.3
        ? nothing
        : svg`<path class="fill" d=${path} pathLength="100" stroke-dasharray="${length} 300" />`
    }
  </svg>`;
}

function charge({ fraction, text }: NonNullable<GaugeView['charge']>) {
  const width = `${(fraction ?? 0) * 100}%`;
  return html`<div class="charge">
    <div class="cell"><span style=${styleMap({ width })}></span></div>
    ${text}
  </div>`;
}
