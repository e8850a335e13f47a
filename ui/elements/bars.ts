/** `<solthrive-bars>`: the energy of a span, a pair of bars for each part of it, to point at and listen to. */
import { html, nothing, type PropertyValues, svg } from 'lit';
import type { HistoryView } from '../../nodes/history/view.ts';
import { type BarsLayout, layOut, type PlacedSlot, slotAt } from './bars-layout.ts';
import { barsStyle } from './bars-style.ts';
import { isEmpty, PART, readoutOf, type Slot, STRIDES, slotsOf, startSlot } from './bars-view.ts';
import { chartStyle } from './chart-style.ts';
import { SolthriveElement } from './element.ts';
import { SERIES, type SeriesId, tipLeftPx } from './graph-view.ts';
import { theme } from './theme.ts';

export class SolthriveBars extends SolthriveElement {
  static override properties = {
    view: { attribute: false },
    _at: { state: true },
    _room: { state: true },
    _hidden: { state: true },
  };
  declare view: HistoryView | null | undefined;
  /** The slot that is pointed at. */
  declare _at: number | null;
  declare _room: { widthPx: number; heightPx: number };
  declare _hidden: ReadonlySet<SeriesId>;
  #slots: Slot[] = [];
  readonly #resized = new ResizeObserver(() => this.#measure());

  constructor() {
    super();
    this._at = null;
    this._room = { widthPx: 0, heightPx: 0 };
    this._hidden = new Set();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('view')) return;
    this.#slots = this.view ? slotsOf(this.view, Date.now(), this.reader) : [];
    const before = changed.get('view');
    // whoever is reading a bar goes on reading it when only its numbers have changed
    if (before?.span !== this.view?.span || before?.from !== this.view?.from) this._at = null;
  }

  override updated(): void {
    this.#measure();
    this.#placeTip();
  }

  override render() {
    const { view, reader } = this;
    const { say } = reader;
    if (!view) return nothing;
    if (isEmpty(this.#slots)) return html`<p class="empty">${say('history.empty')}</p>`;
    const label = say('bars.label', {
      part: say(`bars.${PART[view.span]}`),
      unit: say('unit.kwh'),
    });
    const at = this._at ?? startSlot(this.#slots);
    const slot = this.#slots[at];
    return html`<div lang=${this.language}>
      <div class="head">
        <h3>${label}</h3>
        <div class="legend" role="group" aria-label=${say('bars.series')}>
          ${SERIES.map((id) => this.#toggle(id))}
        </div>
      </div>
      <div class="stage">
        <div
          class="plot"
          role="slider"
          tabindex="0"
          aria-label=${label}
          aria-valuemin="0"
          aria-valuemax=${this.#slots.length - 1}
          aria-valuenow=${at}
          aria-valuetext=${slot ? readoutOf(slot, reader).text : say('none')}
          aria-describedby="hint"
          @keydown=${this.#key}
          @pointermove=${this.#point}
          @pointerdown=${this.#point}
          @pointerleave=${this.#leave}
          @blur=${() => this.#pointAt(null)}
        >
          ${this.#drawing()}
        </div>
        ${this._at !== null && slot ? this.#tip(slot) : nothing}
      </div>
      <p class="sides">${say('bars.sides')}</p>
      ${this.#legend()}
      <p class="unseen" id="hint">${say('bars.hint')}</p>
    </div>`;
  }

  #drawing() {
    const { widthPx, heightPx } = this._room;
    if (widthPx === 0) return nothing;
    const layout = layOut(this.#slots, this._room, {
      reader: this.reader,
      hidden: this._hidden,
      strides: STRIDES[this.view?.span ?? 'day'],
    });
    return html`<svg aria-hidden="true" width=${widthPx} height=${heightPx} viewBox="0 0 ${widthPx} ${heightPx}">
      <defs>${SERIES.map(hatching)}</defs>
      ${layout.slots.map((placed, at) => this.#ground(placed, at, layout))}
      ${layout.lines.map(({ y, text }) => line(y, text, layout))}
      ${layout.slots.map((placed, at) => this.#bars(placed, at, layout))}
      <line class="zero" x1=${layout.leftX} x2=${layout.rightX} y1=${layout.zeroY} y2=${layout.zeroY} />
    </svg>`;
  }

  /** What lies below a pair of bars: that it is pointed at, or that it is a gap. */
  #ground({ x, width }: PlacedSlot, at: number, { bottomY }: BarsLayout) {
    const state = this.#slots[at]?.state;
    if (at !== this._at && state !== 'gap') return nothing;
    const kind = at === this._at ? 'pointed' : 'gap';
    return svg`<rect class=${kind} x=${x} y="4" width=${width} height=${bottomY - 4} />`;
  }

  #bars({ x, width, bars, tick }: PlacedSlot, at: number, { bottomY }: BarsLayout) {
    const slot = this.#slots[at];
    const middle = x + width / 2;
    return svg`${bars.map(
      (bar) => svg`<rect
        class="bar tone-${bar.id} ${slot?.state === 'running' ? 'running' : ''}"
        fill=${slot?.hatched ? `url(#hatch-${bar.id})` : 'var(--tone)'}
        x=${bar.x} y=${bar.y} width=${bar.width} height=${bar.height} rx=${Math.min(2.5, bar.width / 4)}
      />`,
    )}
    ${slot?.marked ? svg`<path class="mark" d="M${middle} 4l3.5 4-3.5 4-3.5-4z" />` : nothing}
    ${tick === null ? nothing : svg`<text x=${middle} y=${bottomY + 20} text-anchor="middle">${tick}</text>`}`;
  }

  #toggle(id: SeriesId) {
    return html`<button
      type="button"
      class="tone-${id}"
      aria-pressed=${this._hidden.has(id) ? 'false' : 'true'}
      @click=${() => this.#flip(id)}
    >
      <span class="swatch block"></span>${this.reader.say(`totals.${id}`)}
    </button>`;
  }

  #tip(slot: Slot) {
    const { name, note, rows } = readoutOf(slot, this.reader);
    return html`<div class="tip" aria-hidden="true">
      <b>${name}</b>
      ${note ? html`<p>${note}</p>` : nothing}
      ${
        rows.length === 0
          ? nothing
          : html`<dl>
            ${rows.map(
              ({ id, label, value }) => html`<div class="tone-${id}">
                <dt><span class="swatch block"></span>${label}</dt>
                <dd>${value}</dd>
              </div>`,
            )}
          </dl>`
      }
    </div>`;
  }

  /** What the marks mean, where there are some. */
  #legend() {
    const { say } = this.reader;
    const marked = this.#slots.some((slot) => slot.marked);
    const hatched = this.#slots.some((slot) => slot.hatched);
    const gap = this.#slots.some(({ state }) => state === 'gap');
    if (!marked && !hatched && !gap) return nothing;
    return html`<ul class="key">
      ${gap ? html`<li><span class="gap"></span>${say('bars.gap')}</li>` : nothing}
      ${marked ? html`<li><span class="mark"></span>${say('bars.legend_mark')}</li>` : nothing}
      ${hatched ? html`<li><span class="hatch"></span>${say('bars.legend_hatch')}</li>` : nothing}
    </ul>`;
  }

  #flip(id: SeriesId): void {
    const hidden = new Set(this._hidden);
    if (!hidden.delete(id)) hidden.add(id);
    this._hidden = hidden;
  }

  #key(event: KeyboardEvent): void {
    const last = this.#slots.length - 1;
    const at = this._at ?? startSlot(this.#slots);
    const goal = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - 7,
      PageUp: at + 7,
      Home: 0,
      End: last,
    }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    this.#pointAt(Math.min(last, Math.max(0, goal)));
  }

  #point(event: PointerEvent): void {
    const { left } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    this.#pointAt(slotAt(event.clientX - left, this._room.widthPx, this.#slots.length));
  }

  /** A finger that lets go has read nothing yet. */
  #leave(event: PointerEvent): void {
    if (event.pointerType === 'mouse') this.#pointAt(null);
  }

  #pointAt(at: number | null): void {
    this._at = at;
  }

  #measure(): void {
    const plot = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (!plot) return;
    const { clientWidth: widthPx, clientHeight: heightPx } = plot;
    if (widthPx !== this._room.widthPx || heightPx !== this._room.heightPx) {
      this._room = { widthPx, heightPx };
    }
  }

  /** Only once it is laid out is it known how wide its words are. */
  #placeTip(): void {
    const tip = this.renderRoot.querySelector<HTMLElement>('.tip');
    const pointed = this.renderRoot.querySelector<SVGRectElement>('.pointed');
    const stage = tip?.offsetParent;
    if (!tip || !stage || !pointed) return;
    const middle = pointed.x.baseVal.value + pointed.width.baseVal.value / 2;
    const room = { tipPx: tip.offsetWidth, stagePx: stage.clientWidth };
    tip.style.left = `${tipLeftPx(middle, room)}px`;
  }

  static override styles = [theme, chartStyle, barsStyle];
}

/** For amounts without a shape, in the colour of their series. */
function hatching(id: SeriesId) {
  return svg`<pattern id="hatch-${id}" class="tone-${id}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
    <rect width="5" height="5" fill="color-mix(in srgb, var(--tone) 22%, var(--card))" />
    <rect width="2" height="5" fill="var(--tone)" />
  </pattern>`;
}

function line(y: number, text: string, { leftX, rightX }: BarsLayout) {
  return svg`<line class="grid" x1=${leftX} x2=${rightX} y1=${y} y2=${y} />
    <text x=${leftX - 8} y=${y + 4} text-anchor="end">${text}</text>`;
}
