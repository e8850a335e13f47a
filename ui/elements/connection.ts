/** `<solthrive-connection>`: the head of the page; whose it is, whether it is live, and whether it is real. */
import { html, nothing, type PropertyValues } from 'lit';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { connectionStyle } from './connection-style.ts';
import { LivenessController, SolthriveElement } from './element.ts';
import type { SolthriveFaults } from './faults.ts';
import { sinceText } from './format.ts';
import { icon, mark } from './icons.ts';
import type { LivenessState } from './liveness-view.ts';
import { dressPage, PRODUCT } from './page.ts';
import { theme } from './theme.ts';

/** `partial` is live with some values missing. */
type Tone = LivenessState | 'partial';

export class SolthriveConnection extends SolthriveElement {
  static override properties = { snapshot: { attribute: false } };
  declare snapshot: Snapshot | null | undefined;
  readonly #liveness = new LivenessController(this);

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('snapshot') && this.snapshot) this.#liveness.arrived(this.snapshot);
  }

  override updated(): void {
    dressPage({
      name: this.site?.name,
      language: this.language,
      color: getComputedStyle(this).getPropertyValue('--page').trim(),
    });
  }

  override render() {
    const { say } = this.reader;
    const { state } = this.#liveness.current;
    const partial = state === 'live' && this.snapshot?.quality === 'partial';
    const tone = partial ? 'partial' : state;
    return html`<header lang=${this.language}>
      <div class="row">
        ${this.#brand()}
        <div class="states">
          ${
            this.snapshot?.simulated
              ? html`<p class="pill simulated" title=${say('connection.simulated_detail')}>
                ${icon('simulated')}<span>${say('connection.simulated')}</span>
              </p>`
              : nothing
          }
          ${this.#state(tone)}
        </div>
      </div>
      ${this.#notice(tone)}
    </header>`;
  }

  #brand() {
    const { say } = this.reader;
    const name = this.site?.name;
    const tagline = say('connection.tagline');
    return html`<div class="brand">
      ${mark}
      <div>
        <h1 title=${name ?? nothing}>${name ?? PRODUCT}</h1>
        <p class="tagline">
          ${name ? html`${PRODUCT}<span class="what"> · ${tagline}</span>` : tagline}
        </p>
      </div>
    </div>`;
  }

  #state(tone: Tone) {
    const { reader } = this;
    const { say } = reader;
    const { state, sinceMs } = this.#liveness.current;
    return html`<p class="pill state ${tone}" role="status" title=${say(`connection.${tone}_detail`)}>
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
    </p>`;
  }

  /** What is wrong, and the way to the advice where the page has it further down. */
  #notice(tone: Tone) {
    const { say } = this.reader;
    const faulty = (this.snapshot?.errors.length ?? 0) > 0;
    const well = tone === 'live' || tone === 'waiting';
    if (well && !faulty) return nothing;
    const advice = faulty ? document.querySelector<SolthriveFaults>('solthrive-faults') : null;
    return html`<div class="notice ${well ? 'attention' : tone}">
      ${icon('warning')}
      <p>${say(well ? 'connection.attention' : `connection.${tone}_detail`)}</p>
      ${
        advice
          ? html`<button type="button" @click=${() => advice.reveal()}>
              ${say('connection.advice')}${icon('down')}
            </button>`
          : nothing
      }
    </div>`;
  }

  static override styles = [theme, connectionStyle];
}
