/** `<solthrive-day-graph>`: the last 24 hours of sun, home and grid, to look at, point at and listen to. */
import { css, html, nothing, type PropertyValues } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import type uPlot from 'uplot';
import { SolthriveElement } from './element.ts';
import {
  columnsOf,
  type DayColumns,
  type DayHistory,
  lastKnown,
  readoutOf,
  SERIES,
  type SeriesId,
  summaryOf,
} from './graph-view.ts';
import { plotDay, plotStyles, pointAt, showSeries, sizeOf } from './plot.ts';
import { theme } from './theme.ts';

const QUARTER_S = 900;

export class SolthriveDayGraph extends SolthriveElement {
  static override properties = {
    history: { attribute: false },
    _cursor: { state: true },
    _hidden: { state: true },
  };
  declare history: DayHistory | null | undefined;
  declare _cursor: { step: number; leftPx: number } | null;
  declare _hidden: ReadonlySet<SeriesId>;
  #columns: DayColumns | null = null;
  #plot: uPlot | null = null;
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  readonly #resized = new ResizeObserver(() => this.#fit());
  readonly #recolor = () => this.#plot?.redraw(false);

  constructor() {
    super();
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
    if (changed.has('history')) this.#draw();
    else if (changed.has('_hidden')) {
      for (const id of SERIES) if (this.#plot) showSeries(this.#plot, id, !this._hidden.has(id));
    }
  }

  override render() {
    const { say } = this.reader;
    const columns = this.#columns;
    const empty = !columns || lastKnown(columns) < 0;
    return html`<section class="card" lang=${this.language} aria-label=${say('graph.label')}>
      <div class="head">
        <h2>${say('graph.label')}</h2>
        <div class="legend">${SERIES.map((id) => this.#toggle(id))}</div>
      </div>
      <div class="stage" ?hidden=${empty}>
        <div
          class="plot"
          role="slider"
          tabindex="0"
          aria-label=${say('graph.cursor')}
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
          ? html`<p class="empty">${say(columns ? 'graph.empty' : 'graph.waiting')}</p>`
          : html`<p class="unseen" id="summary">
            ${summaryOf(columns, this.reader, this.#zone)} ${say('graph.hint')}
          </p>`
      }
    </section>`;
  }

  get #zone(): string {
    return this.history?.timezone ?? 'UTC';
  }

  get #step(): number {
    return this._cursor?.step ?? (this.#columns ? Math.max(0, lastKnown(this.#columns)) : 0);
  }

  #readout(columns: DayColumns, step: number) {
    return readoutOf(columns, step, this.reader, this.#zone);
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

  #tip(columns: DayColumns, { step, leftPx }: { step: number; leftPx: number }) {
    const { time, rows } = this.#readout(columns, step);
    const leftHalf = leftPx < this.clientWidth / 2;
    const place = leftHalf
      ? { left: `${leftPx + 14}px` }
      : { right: `calc(100% - ${leftPx - 14}px)` };
    return html`<div class="tip" style=${styleMap(place)} aria-hidden="true">
      <b>${time}</b>
      <dl>
        ${rows.map(
          ({ id, label, value }) => html`<div class="tone-${id}">
            <dt><span class="swatch ${id}"></span>${label}</dt>
            <dd>${value}</dd>
          </div>`,
        )}
      </dl>
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

  /** A whole new plot a minute costs some ms and leaves no state behind to go wrong. */
  #draw(): void {
    this.#drop();
    const place = this.renderRoot.querySelector<HTMLElement>('.plot');
    const columns = this.#columns;
    if (!place || !columns || lastKnown(columns) < 0 || !this.isConnected) return;
    const style = getComputedStyle(this);
    this.#plot = plotDay(place, columns, {
      reader: this.reader,
      timeZone: this.#zone,
      color: (name) => style.getPropertyValue(name).trim(),
      hidden: this._hidden,
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
    if (size.width !== this.#plot.width) this.#plot.setSize(size);
  }

  static override styles = [
    theme,
    plotStyles,
    css`
      :host {
        container: solthrive / inline-size;
      }
      .card {
        padding: 18px 18px 12px;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 6px 16px;
        margin-bottom: 8px;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 2px;
        margin-inline: -8px;
      }
      button {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        min-height: 40px;
        padding: 4px 10px;
        border: 0;
        border-radius: 10px;
        background: none;
        color: var(--ink);
        font: inherit;
        font-size: 0.9375rem;
        cursor: pointer;
      }
      button:hover {
        background: var(--track);
      }
      button[aria-pressed='false'] {
        color: var(--soft);
        text-decoration: line-through;
      }
      .swatch {
        display: inline-block;
        width: 14px;
        height: 10px;
        flex: none;
        border-radius: 3px;
        border-top: 3px solid var(--tone);
        background: color-mix(in srgb, var(--tone) 45%, transparent);
      }
      .swatch.export {
        border-top: 0;
        border-bottom: 3px solid var(--tone);
      }
      .swatch.home {
        height: 3px;
        border: 0;
        background: var(--tone);
      }
      button[aria-pressed='false'] .swatch {
        opacity: 0.35;
      }
      .stage {
        position: relative;
        margin-inline-start: -6px;
      }
      .plot {
        border-radius: 10px;
        min-height: 230px;
      }
      .tip {
        position: absolute;
        top: 10px;
        z-index: 2;
        min-width: 172px;
        padding: 10px 14px;
        border: 1px solid var(--line);
        border-radius: 14px;
        background: color-mix(in srgb, var(--card) 94%, transparent);
        box-shadow: 0 8px 24px -8px rgb(0 0 0 / 35%);
        font-size: 0.9375rem;
        pointer-events: none;
        font-variant-numeric: tabular-nums;
      }
      .tip dl {
        display: grid;
        gap: 3px;
        margin-top: 4px;
      }
      .tip dl div {
        display: flex;
        justify-content: space-between;
        gap: 16px;
      }
      .tip dt {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        color: var(--soft);
        white-space: nowrap;
      }
      .tip dd {
        font-weight: 600;
        white-space: nowrap;
      }
      .empty {
        display: grid;
        place-items: center;
        min-height: 230px;
        color: var(--soft);
        text-align: center;
      }
      @container solthrive (max-width: 520px) {
        .card {
          padding: 14px 12px 8px;
        }
        .legend {
          display: grid;
          grid-template-columns: 1fr 1fr;
          width: calc(100% + 16px);
        }
        button {
          padding-inline: 8px;
          font-size: 0.875rem;
        }
      }
    `,
  ];
}
