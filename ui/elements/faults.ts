/** `<solthrive-faults>`: what is wrong with wiring, meters or scaling, and what to do about it. */
import { html, nothing, type PropertyValues } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Fault } from '../../nodes/health/faults.ts';
import { LivenessController, SolthriveElement } from './element.ts';
import { faultsStyle } from './faults-style.ts';
import {
  type Ended,
  endedSince,
  type FaultsView,
  type FaultView,
  viewFaults,
} from './faults-view.ts';
import { type IconName, icon } from './icons.ts';
import { theme } from './theme.ts';

const STATE_ICON: Record<FaultsView['state'], IconName> = {
  waiting: 'waiting',
  well: 'check',
  attention: 'warning',
};

export class SolthriveFaults extends SolthriveElement {
  static override properties = { faults: { attribute: false }, more: { attribute: false } };
  /** The active faults, all of them; undefined until a report came. */
  declare faults: Fault[] | null | undefined;
  /** Address of a page that says more; left out where there is none. */
  declare more: string | null | undefined;
  #over: Ended[] = [];
  readonly #liveness = new LivenessController(this);

  /** Brings the list into view and reads its headline out. */
  reveal(): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('faults');
    const { faults: now } = this;
    if (!before || !now) return;
    this.#over = endedSince(this.#over, { before, now, nowMs: Date.now() });
  }

  override render() {
    const { say } = this.reader;
    const lost = this.#liveness.current.state === 'lost';
    const report = { faults: this.faults, over: this.#over, lost, nowMs: Date.now() };
    const view = viewFaults(report, this.reader);
    // the page's own sheet gives a long list the whole width
    this.toggleAttribute('long', view.long);
    return html`<section lang=${this.language} class="card ${view.state}" aria-label=${say('faults.label')}>
      <div class="head" role="status">
        <span class="badge">${icon(STATE_ICON[view.state])}</span>
        <div>
          <h2 tabindex="-1">${view.headline}</h2>
          ${view.detail ? html`<p>${view.detail}</p>` : nothing}
        </div>
      </div>
      ${
        view.groups.length > 0
          ? html`<div class="groups">${view.groups.map((group) => this.#group(group))}</div>`
          : nothing
      }
      ${
        view.checked.length > 0
          ? html`<ul class="checked">
            ${view.checked.map(({ id, title }) => html`<li>${icon(id)}${title}${icon('check')}</li>`)}
          </ul>`
          : nothing
      }
      ${view.over.length > 0 ? this.#ended(view.over) : nothing}
      ${
        this.more
          ? html`<p class="more"><a href=${this.more}>${say('faults.more')}${icon('on')}</a></p>`
          : nothing
      }
    </section>`;
  }

  #ended(over: FaultsView['over']) {
    return html`<ul class="over">
      ${over.map(
        ({ time, message }) => html`<li>${icon('check')}<p><b>${time}</b> ${message}</p></li>`,
      )}
    </ul>`;
  }

  #group({ id, title, faults }: FaultsView['groups'][number]) {
    return html`<div class="group">
      <h3>${icon(id)}${title}</h3>
      <ul>
        ${repeat(
          faults,
          ({ key }) => key,
          (fault) => this.#fault(fault),
        )}
      </ul>
    </div>`;
  }

  #fault({ severity, isSuspected, isSeen, severityText, message, advice, facts }: FaultView) {
    const classes = classMap({ [severity]: true, suspected: isSuspected, seen: isSeen });
    return html`<li class=${classes}>
      <p class="severity">${icon(severity)}${severityText}</p>
      <p class="message">${message}</p>
      <p class="advice"><b>${this.reader.say('faults.advice')}:</b>
        ${advice.map(({ text, code }) => (code ? html`<code>${text}</code>` : text))}</p>
      <p class="facts">${facts.join(' · ')}</p>
    </li>`;
  }

  static override styles = [theme, faultsStyle];
}
