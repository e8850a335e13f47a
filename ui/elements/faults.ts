/** `<solthrive-faults>`: what is wrong with wiring, meters or scaling, and what to do about it. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Fault } from '../../nodes/health/faults.ts';
import { LivenessController, SolthriveElement } from './element.ts';
import { faultsStyle } from './faults-style.ts';
import { type FaultsView, type FaultView, viewFaults } from './faults-view.ts';
import { type IconName, icon } from './icons.ts';
import { theme } from './theme.ts';

const STATE_ICON: Record<FaultsView['state'], IconName> = {
  waiting: 'waiting',
  well: 'check',
  attention: 'warning',
};

export class SolthriveFaults extends SolthriveElement {
  static override properties = { faults: { attribute: false } };
  /** The active faults, all of them; undefined until a report came. */
  declare faults: Fault[] | null | undefined;
  readonly #liveness = new LivenessController(this);

  /** Brings the list into view and reads its headline out. */
  reveal(): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
  }

  override render() {
    const { say } = this.reader;
    const lost = this.#liveness.current.state === 'lost';
    const view = viewFaults({ faults: this.faults, lost, nowMs: Date.now() }, this.reader);
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
    </section>`;
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

  #fault({ severity, severityText, message, advice, facts }: FaultView) {
    return html`<li class=${severity}>
      <p class="severity">${icon(severity)}${severityText}</p>
      <p class="message">${message}</p>
      <p class="advice"><b>${this.reader.say('faults.advice')}:</b>
        ${advice.map(({ text, code }) => (code ? html`<code>${text}</code>` : text))}</p>
      <p class="facts">${facts.join(' · ')}</p>
    </li>`;
  }

  static override styles = [theme, faultsStyle];
}
