/** `<solthrive-history>`: a day, week, month or year of the past, asked for and shown. */
import { html, nothing, type PropertyValues } from 'lit';
import {
  type HistoryView,
  SPANS,
  type Span,
  type ViewFailure,
  type ViewQuery,
} from '../../nodes/history/view.ts';
import { isAnswerTo, isFailure, isLive, withSpan } from './asking.ts';
import { SolthriveElement } from './element.ts';
import { foreignZone, type Reader } from './format.ts';
import { historyStyle } from './history-style.ts';
import { type PastView, viewPast } from './history-view.ts';
import { icon } from './icons.ts';
import { theme } from './theme.ts';
import { badge, bill, tiles, tilesStyle } from './tiles.ts';

/** What is still going on is asked for again this often. */
const REFRESH_MS = 60_000;
const PATIENCE_MS = 15_000;

/**
 * Of the page: the host replaces the element at will, and whoever looks at June goes on looking at
 * June. Today stands above already, so it begins with the week.
 */
let asked: ViewQuery = { span: 'week' };

export class SolthriveHistory extends SolthriveElement {
  static override properties = {
    answer: { attribute: false },
    _view: { state: true },
    _trouble: { state: true },
    _waiting: { state: true },
  };
  /** What came last, whoever asked for it. */
  declare answer: HistoryView | ViewFailure | null | undefined;
  declare _view: HistoryView | null;
  declare _trouble: { message: string; hint: string } | null;
  declare _waiting: boolean;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #refresh: ReturnType<typeof setInterval> | undefined;
  readonly #looked = () => this.#renew();

  constructor() {
    super();
    this._view = null;
    this._trouble = null;
    this._waiting = true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#refresh = setInterval(this.#looked, REFRESH_MS);
    document.addEventListener('visibilitychange', this.#looked);
    // the host listens only once it has put all of the page together
    this.updateComplete.then(() => this.#ask(asked)).catch(() => {});
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#refresh);
    clearTimeout(this.#patience);
    document.removeEventListener('visibilitychange', this.#looked);
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('answer') || !this.answer) return;
    if (isFailure(this.answer)) {
      if (this._waiting) this.#settle(this._view, this.answer.error);
    } else if (isAnswerTo(asked, this.answer)) {
      this.#settle(this.answer, null);
    }
  }

  override render() {
    const { reader } = this;
    const { say } = reader;
    const view = this._view;
    const past = view && viewPast(view, Date.now(), reader);
    return html`<section
      class="card"
      lang=${this.language}
      aria-label=${say('history.label')}
      aria-busy=${this._waiting ? 'true' : 'false'}
    >
      <div class="head">
        <h2>${say('history.label')}</h2>
        ${view?.simulated ? html`<p class="simulated">${icon('simulated')}${say('connection.simulated')}</p>` : nothing}
        <div class="spans" role="group" aria-label=${say('history.spans')}>
          ${SPANS.map((span) => this.#span(span))}
        </div>
      </div>
      ${this.#way(view, past)}
      <div class="status" role="status">${this.#state(past)}</div>
      ${view && past ? this.#past(view, past) : nothing}
    </section>`;
  }

  /** The answer knows the home's zone, also where no site does. */
  override get reader(): Reader {
    return this.readerIn(this._view?.timezone ?? this.site?.timezone);
  }

  #span(span: Span) {
    return html`<button
      type="button"
      aria-pressed=${asked.span === span ? 'true' : 'false'}
      @click=${() => this.#ask(withSpan(span, this._view, asked))}
    >
      ${this.reader.say(`history.${span}`)}
    </button>`;
  }

  #way(view: HistoryView | null, past: PastView | null) {
    const { reader } = this;
    const { say } = reader;
    const zone = view ? foreignZone(Date.now(), reader) : null;
    const shown = asked.date ?? (view && isAnswerTo(asked, view) ? view.from : '');
    return html`<div class="way">
      ${this.#step('previous', view?.previous ?? null)}
      <div class="title">
        <h3 aria-live="polite">${past?.title ?? ''}</h3>
        ${zone ? html`<p>${say('graph.zone', { zone })}</p>` : nothing}
      </div>
      ${this.#step('next', view?.next ?? null)}
      <div class="jump">
        <input type="date" aria-label=${say('history.date')} .value=${shown} @change=${this.#jump} />
        ${
          isLive(view)
            ? nothing
            : html`<button type="button" @click=${() => this.#ask({ span: asked.span })}>
              ${say('history.today')}
            </button>`
        }
      </div>
    </div>`;
  }

  /** Without a place to go to it stays where it is, and keeps the focus. */
  #step(way: 'previous' | 'next', date: string | null) {
    const label = this.reader.say(`history.${way}`);
    return html`<button
      type="button"
      class="step"
      aria-label=${label}
      title=${label}
      aria-disabled=${date === null ? 'true' : 'false'}
      @click=${() => date !== null && this.#ask({ span: asked.span, date })}
    >
      ${icon(way === 'previous' ? 'back' : 'on')}
    </button>`;
  }

  #state(past: PastView | null) {
    const { say } = this.reader;
    if (this._trouble) {
      return html`<div class="trouble">
        ${icon('warning')}
        <p><b>${this._trouble.message}</b> ${this._trouble.hint}</p>
        <button type="button" @click=${() => this.#ask(asked)}>${say('history.again')}</button>
      </div>`;
    }
    if (!past) return html`<p class="empty">${say('history.loading')}</p>`;
    if (past.empty) return html`<p class="empty">${say('history.empty')}</p>`;
    return this._waiting ? html`<p class="unseen">${say('history.loading')}</p>` : nothing;
  }

  #past(view: HistoryView, past: PastView) {
    if (past.empty) return nothing;
    const { say } = this.reader;
    return html`<div class="past ${isAnswerTo(asked, view) ? '' : 'old'}">
      ${badge(past.quality)}
      <div class="charts ${past.curve ? 'two' : ''}">
        <solthrive-bars .view=${view} .site=${this.site} .lang=${this.lang}></solthrive-bars>
        ${
          past.curve
            ? html`<solthrive-day-graph inner .history=${past.curve} .site=${this.site} .lang=${this.lang}></solthrive-day-graph>`
            : nothing
        }
      </div>
      ${tiles(past.tiles, say('totals.label'))}
      ${past.bill ? bill(past.bill) : nothing}
    </div>`;
  }

  #jump(event: Event): void {
    const { value } = event.target as HTMLInputElement;
    // a year being typed passes through the first centuries
    if (value >= '2000') this.#ask({ span: asked.span, date: value });
  }

  #renew(): void {
    if (document.visibilityState === 'visible' && isLive(this._view)) this.#ask(asked);
  }

  #ask(question: ViewQuery): void {
    asked = question;
    this._waiting = true;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      const { say } = this.reader;
      this.#settle(this._view, {
        message: say('history.no_answer'),
        hint: say('history.no_answer_hint'),
      });
    }, PATIENCE_MS);
    const detail = { payload: question };
    this.dispatchEvent(
      new CustomEvent('solthrive-action', { bubbles: true, composed: true, detail }),
    );
  }

  #settle(view: HistoryView | null, trouble: { message: string; hint: string } | null): void {
    clearTimeout(this.#patience);
    // numbers of another time would seem to be the answer
    this._view = view && isAnswerTo(asked, view) ? view : null;
    this._trouble = trouble;
    this._waiting = false;
  }

  static override styles = [theme, tilesStyle, historyStyle];
}
