/** `<solthrive-connection>`: the head of the page; whose it is, whether it is live, and whether it is real. */
import { css, html, nothing } from 'lit';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { LivenessController, SolthriveElement } from './element.ts';
import { sinceText } from './format.ts';
import { icon, mark } from './icons.ts';
import { theme } from './theme.ts';

export class SolthriveConnection extends SolthriveElement {
  static override properties = { snapshot: { attribute: false } };
  declare snapshot: Snapshot | null | undefined;
  readonly #liveness = new LivenessController(this);

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('snapshot') && this.snapshot) this.#liveness.arrived(this.snapshot);
  }

  override render() {
    const { reader } = this;
    const { say } = reader;
    const { state, sinceMs } = this.#liveness.current;
    const partial = state === 'live' && this.snapshot?.quality === 'partial';
    const detail = say(`connection.${partial ? 'partial' : state}_detail`);
    return html`<header lang=${this.language}>
      <div class="brand">
        ${mark}
        <div>
          <h1>SolThrive</h1>
          <p class="tagline">${say('connection.tagline')}</p>
        </div>
      </div>
      <div class="states">
        ${
          this.snapshot?.simulated
            ? html`<p class="pill simulated" title=${say('connection.simulated_detail')}>
              ${icon('simulated')}<span>${say('connection.simulated')}</span>
            </p>`
            : nothing
        }
        <p class="pill state ${partial ? 'partial' : state}" role="status" title=${detail}>
          <span class="dot"></span>
          <span class="words"
            ><span class="unseen">${say('connection.label')}: </span><b>${say(`connection.${state}`)}</b>
            ${
              sinceMs === null
                ? nothing
                : html`<span class="since"
                    >${say('connection.since', { time: sinceText(sinceMs, Date.now(), reader) })}</span
                  >`
            }</span
          >
        </p>
      </div>
      ${
        state === 'stale' || state === 'lost' || partial
          ? html`<p class="detail ${partial ? 'partial' : state}">${icon('warning')}${detail}</p>`
          : nothing
      }
    </header>`;
  }

  static override styles = [
    theme,
    css`
      :host {
        container: solthrive / inline-size;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 12px 20px;
        padding: 4px 2px;
      }
      .brand {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      .mark {
        width: 44px;
        height: 44px;
        display: block;
      }
      h1 {
        margin: 0;
        font-size: 1.375rem;
        line-height: 1.2;
        font-weight: 700;
        letter-spacing: -0.02em;
      }
      .tagline {
        color: var(--soft);
        font-size: 0.875rem;
      }
      .states {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .pill {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        min-height: 36px;
        padding: 4px 14px 4px 12px;
        border: 1px solid var(--line);
        border-radius: 999px;
        background: var(--card);
        font-size: 0.9375rem;
        line-height: 1.3;
      }
      .pill b {
        font-weight: 650;
      }
      .since {
        color: var(--soft);
        font-variant-numeric: tabular-nums;
      }
      .simulated {
        color: var(--ev-ink);
        border-color: color-mix(in srgb, var(--ev) 45%, transparent);
        background: color-mix(in srgb, var(--ev) 10%, var(--card));
        font-weight: 600;
      }
      .state {
        --tone: var(--soft);
      }
      .live {
        --tone: var(--good);
      }
      .stale,
      .partial {
        --tone: var(--warn);
      }
      .lost {
        --tone: var(--bad);
      }
      .state b {
        color: var(--tone);
      }
      .state.stale,
      .state.lost {
        border-color: color-mix(in srgb, var(--tone) 50%, transparent);
      }
      .dot {
        position: relative;
        width: 10px;
        height: 10px;
        border-radius: 50%;
        background: var(--tone);
      }
      .live .dot::after {
        content: '';
        position: absolute;
        inset: 0;
        border-radius: 50%;
        background: var(--tone);
        animation: breathe 2s ease-out infinite;
      }
      .lost .dot,
      .waiting .dot {
        background: none;
        border: 2.5px solid var(--tone);
      }
      .detail {
        flex-basis: 100%;
        display: flex;
        align-items: center;
        gap: 10px;
        padding: 12px 16px;
        border-radius: 14px;
        color: var(--tone);
        background: color-mix(in srgb, var(--tone) 10%, var(--card));
        font-weight: 550;
      }
      @keyframes breathe {
        from {
          opacity: 0.55;
          transform: scale(1);
        }
        70%,
        to {
          opacity: 0;
          transform: scale(2.4);
        }
      }
      @container solthrive (max-width: 520px) {
        .mark {
          width: 34px;
          height: 34px;
        }
        .tagline {
          display: none;
        }
        header {
          gap: 10px;
        }
        .states {
          display: contents;
        }
        h1 {
          font-size: 1.125rem;
        }
        .brand {
          gap: 8px;
        }
        .pill {
          gap: 7px;
          padding-inline: 10px 11px;
          font-size: 0.8125rem;
        }
        .simulated {
          order: 1;
          flex-basis: 100%;
          justify-content: center;
        }
        .detail {
          order: 2;
        }
      }
    `,
  ];
}
