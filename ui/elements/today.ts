/** `<solthrive-today>`: the day so far in energy and money, how much of it was measured, and the bill. */
import { css, html, nothing } from 'lit';
import type { DaySummary, MonthSummary } from '../../nodes/rollup/sums/summary.ts';
import { LivenessController, SolthriveElement } from './element.ts';
import type { Reader } from './format.ts';
import { theme } from './theme.ts';
import { badge, bill, tiles, tilesStyle } from './tiles.ts';
import { viewToday } from './today-view.ts';

export class SolthriveToday extends SolthriveElement {
  static override properties = { day: { attribute: false }, month: { attribute: false } };
  /** Both as far as they have come. */
  declare day: DaySummary | null | undefined;
  declare month: MonthSummary | null | undefined;
  readonly #liveness = new LivenessController(this);

  override render() {
    const { say } = this.reader;
    const lost = this.#liveness.current.state === 'lost';
    return html`<section
      lang=${this.language}
      class="card ${lost ? 'old' : ''}"
      aria-label=${say('today.label')}
    >
      ${
        this.day
          ? this.#told(this.day, lost)
          : html`<h2>${say('today.label')}</h2>
            <p class="soft">${say('today.waiting')}</p>`
      }
    </section>`;
  }

  /** The summary knows the home's zone, also where no site does. */
  override get reader(): Reader {
    return this.readerIn(this.day?.timezone ?? this.site?.timezone);
  }

  #told(day: DaySummary, lost: boolean) {
    const { reader } = this;
    const { say } = reader;
    const view = viewToday(day, this.month, reader);
    return html`<div class="head">
        <div>
          <h2>${say('today.label')}</h2>
          <p class="soft">${view.date}</p>
          ${lost ? html`<p class="soft">${say('today.old')}</p>` : nothing}
        </div>
        ${badge(view.quality)}
      </div>
      ${tiles(view.tiles, say('totals.label'))}
      ${view.bill ? bill(view.bill) : nothing}
      ${view.hint ? html`<p class="hint">${view.hint}</p>` : nothing}`;
  }

  static override styles = [
    theme,
    tilesStyle,
    css`
      :host {
        container: solthrive / inline-size;
      }
      section {
        display: grid;
        gap: 16px;
        padding: 18px;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: start;
        justify-content: space-between;
        gap: 8px 16px;
      }
      .soft,
      .hint {
        color: var(--soft);
        font-size: 0.9375rem;
      }
      .hint {
        padding-top: 14px;
        border-top: 1px solid var(--line);
      }
      .old .tiles,
      .old .bill {
        filter: grayscale(1);
      }
      @container solthrive (max-width: 520px) {
        section {
          padding: 14px 14px 16px;
        }
      }
    `,
  ];
}
