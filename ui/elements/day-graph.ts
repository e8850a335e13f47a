/** `<solthrive-day-graph>`: the last 24 hours of sun, home and grid, to look at, point at and listen to. */
import { html, nothing, type PropertyValues } from 'lit';
import type uPlot from 'uplot';
import { chartStyle } from './chart-style.ts';
import { dayGraphStyle } from './day-graph-style.ts';
import { SolthriveElement } from './element.ts';
import { foreignZone, type Reader } from './format.ts';
import {
  columnsOf,
  type DayColumns,
  type DayHistory,
  lastKnown,
  type Readout,
  readoutOf,
  SERIES,
  type SeriesId,
  summaryOf,
  tipLeftPx,
} from './graph-view.ts';
import { plotDay, plotStyles, pointAt, showSeries, sizeOf } from './plot.ts';
import { theme } from './theme.ts';

const QUARTER_S = 900;

export class SolthriveDayGraph extends SolthriveElement {
  static override properties = {
    history: { attribute: false },
    inner: { type: Boolean, reflect: true },
    _cursor: { state: true },
    _hidden: { state: true },
  };
  declare history: DayHistory | null | undefined;
  /** A part of another card, and of a day of its choice rather than the last 24 hours. */
  declare inner: boolean;
  declare _cursor: { step: number; leftPx: number } | null;
  declare _hidden: ReadonlySet<SeriesId>;
  #columns: DayColumns | null = null;
  #plot: uPlot | null = null;
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  readonly #resized = new ResizeObserver(() => this.#fit());
  readonly #recolor = () => this.#plot?.redraw(false);

  constructor() {
    super();
    this.inner = false;
    this._cursor = null;
    this._hidden = new Set();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#dark.addEventListener('change', this.#recolor);
    this.#resized.observe(this);
    this.requestUpdate('history');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#dark.removeEventListener('change', this.#recolor);
    this.#resized.disconnect();
    this.#drop();
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('history')) return;
    this.#columns = this.history ? columnsOf(this.history) : null;
  }

  override updated(changed: PropertyValues): void {
    this.#placeTip();
    if (changed.has('history')) this.#draw();
    else if (changed.has('_hidden')) {
      for (const id of SERIES) if (this.#plot) showSeries(this.#plot, id, !this._hidden.has(id));
    }
  }

  override render() {
    const { reader } = this;
    const { say } = reader;
    const columns = this.#columns;
    const zone = columns ? foreignZone(Date.now(), reader) : null;
    const empty = !columns || lastKnown(columns) < 0;
    const label = say(this.inner ? 'graph.day' : 'graph.label');
    const nothingYet = say(this.inner ? 'graph.day_empty' : 'graph.empty');
    return html`<section class="card" lang=${this.language} aria-label=${label}>
      <div class="head">
        <div>
          ${this.inner ? html`<h3>${label}</h3>` : html`<h2>${label}</h2>`}
          ${zone && !this.inner ? html`<p class="zone">${say('graph.zone', { zone })}</p>` : nothing}
        </div>
        <div class="legend" role="group" aria-label=${say('graph.series')} ?hidden=${empty}>
          ${SERIES.map((id) => this.#toggle(id))}
        </div>
      </div>
      <div class="stage" ?hidden=${empty}>
        <div
          class="plot"
          role="slider"
          tabindex="0"
          aria-label=${say(this.inner ? 'graph.day_cursor' : 'graph.cursor')}
          aria-valuemin="0"
          aria-valuemax=${(columns?.times.length ?? 1) - 1}
          aria-valuenow=${this.#step}
          aria-valuetext=${columns && !empty ? this.#readout(columns, this.#step).text : say('none')}
          aria-describedby="summary"
          @keydown=${this.#key}
          @blur=${() => this.#plot?.setCursor({ left: -10, top: -10 })}
        ></div>
        ${columns && this._cursor ? this.#tip(columns, this._cursor) : nothing}
      </div>
      ${
        empty
          ? html`<p class="empty">${columns ? nothingYet : say('graph.waiting')}</p>`
          : html`<p class="unseen" id="summary">
            ${summaryOf(columns, reader)} ${say('graph.hint')}
          </p>`
      }
    </section>`;
  }

  /** The history knows the home's zone, also where no site does. */
  override get reader(): Reader {
    return this.readerIn(this.history?.timezone ?? this.site?.timezone);
  }

  get #step(): number {
    return this._cursor?.step ?? (this.#columns ? Math.max(0, lastKnown(this.#columns)) : 0);
  }

  #readout(columns: DayColumns, step: number) {
    return readoutOf(columns, step, this.reader);
  }

  #toggle(id: SeriesId) {
    const { say } = this.reader;
    return html`<button
      type="button"
      class="tone-${id}"
      aria-pressed=${this._hidden.has(id) ? 'false' : 'true'}
      @click=${() => this.#flip(id)}
    >
      <span class="swatch ${id}"></span>${say(`graph.${id}`)}
    </button>`;
  }

  #tip(columns: DayColumns, { step }: { step: number }) {
    const { time, rows, missing } = this.#readout(columns, step);
    return html`<div class="tip" aria-hidden="true">
      <b>${time}</b>
      ${missing === null ? html`<dl>${rows.map(tipRow)}</dl>` : html`<p>${missing}</p>`}
    </div>`;
  }

  #flip(id: SeriesId): void {
    const hidden = new Set(this._hidden);
    if (!hidden.delete(id)) hidden.add(id);
    this._hidden = hidden;
  }

  #key(event: KeyboardEvent): void {
    const columns = this.#columns;
    if (!columns || !this.#plot) return;
    const last = columns.times.length - 1;
    const stride = Math.max(1, Math.round(QUARTER_S / (this.history?.step_s ?? 60)));
    const goal = {
      ArrowLeft: this.#step - stride,
      ArrowDown: this.#step - stride,
      ArrowRight: this.#step + stride,
      ArrowUp: this.#step + stride,
      PageDown: this.#step - 4 * stride,
      PageUp: this.#step + 4 * stride,
      Home: 0,
      End: last,
    }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    pointAt(this.#plot, columns, Math.min(last, Math.max(0, goal)));
  }

  /** Only once it is laid out is it known how wide its words are. */
  #placeTip(): void {
    const tip = this.renderRoot.querySelector<HTMLElement>('.tip');
    const stage = tip?.offsetParent;
    if (!tip || !stage || !this._cursor) return;
    const room = { tipPx: tip.offsetWidth, stagePx: stage.clientWidth };
    tip.style.left = `${tipLeftPx(this._cursor.leftPx, room)}px`;
  }

  /** A whole new plot a minute costs some ms; whoever is reading a moment goes on reading it. */
  #draw(): void {
    const readingS =
      this._cursor && this.#plot ? this.#plot.data[0]?.[this._cursor.step] : undefined;
    this.#drop();
    const place = this.renderRoot.querySelector<HTMLElement>('.plot');
    const columns = this.#columns;
    if (!place || !columns || lastKnown(columns) < 0 || !this.isConnected) return;
    const style = getComputedStyle(this);
    this.#plot = plotDay(place, columns, {
      reader: this.reader,
      color: (name) => style.getPropertyValue(name).trim(),
      hidden: this._hidden,
      startAt: readingS === undefined ? -1 : columns.times.indexOf(readingS),
      onCursor: (at) => {
        this._cursor = at;
      },
    });
  }

  #drop(): void {
    this.#plot?.destroy();
    this.#plot = null;
    this._cursor = null;
  }

  #fit(): void {
    const place = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (!place || !this.#plot) return;
    const size = sizeOf(place);
    if (size.width !== this.#plot.width || size.height !== this.#plot.height) {
      this.#plot.setSize(size);
    }
  }

  static override styles = [theme, plotStyles, chartStyle, dayGraphStyle];
}

function tipRow({ id, label, value }: Readout['rows'][number]) {
  return html`<div class="tone-${id}">
    <dt><span class="swatch ${id}"></span>${label}</dt>
    <dd>${value}</dd>
  </div>`;
}
