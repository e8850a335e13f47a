/** `<solthrive-gauges>`: what the home's power does right now; one sentence, then one gauge each. */
import { html, nothing, type PropertyValues, svg } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { LivenessController, SolthriveElement } from './element.ts';
import { sinceText } from './format.ts';
import { gaugesStyle } from './gauges-style.ts';
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
      class=${lost ? 'old' : state}
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
        ? html`<div class="shares" aria-hidden="true"><div class="bar none"></div><ul><li>&nbsp;</li></ul></div>`
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

  static override styles = [theme, gaugesStyle];
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
      <p class="words" aria-hidden="true">${direction(view)} ${view.words}</p>
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
