/** `<solthrive-faults>`: what is wrong with wiring, meters or scaling, and what to do about it. */
import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Fault } from '../../nodes/health/faults.ts';
import { LivenessController, SolthriveElement } from './element.ts';
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

  override render() {
    const { say } = this.reader;
    const lost = this.#liveness.current.state === 'lost';
    const view = viewFaults({ faults: this.faults, lost, nowMs: Date.now() }, this.reader);
    return html`<section lang=${this.language} class="card ${view.state}" aria-label=${say('faults.label')}>
      <div class="head" role="status">
        <span class="badge">${icon(STATE_ICON[view.state])}</span>
        <div>
          <h2>${view.headline}</h2>
          ${view.detail ? html`<p>${view.detail}</p>` : nothing}
        </div>
      </div>
      ${view.groups.map(
        ({ id, title, faults }) => html`<div class="group">
          <h3>${icon(id)}${title}</h3>
          <ul>
            ${repeat(
              faults,
              ({ key }) => key,
              (fault) => this.#fault(fault),
            )}
          </ul>
        </div>`,
      )}
      ${
        view.checked.length > 0
          ? html`<ul class="checked">
            ${view.checked.map(({ id, title }) => html`<li>${icon(id)}${title}${icon('check')}</li>`)}
          </ul>`
          : nothing
      }
    </section>`;
  }

  #fault({ severity, severityText, message, advice, facts }: FaultView) {
    return html`<li class=${severity}>
      <p class="severity">${icon(severity)}${severityText}</p>
      <p class="message">${message}</p>
      <p class="advice"><b>${this.reader.say('faults.advice')}:</b> ${advice}</p>
      <p class="facts">${facts.join(' · ')}</p>
    </li>`;
  }

  static override styles = [
    theme,
    css`
      :host {
        height: 100%;
      }
      .card {
        display: grid;
        align-content: start;
        gap: 18px;
        min-height: 100%;
        padding: 20px;
        overflow-wrap: anywhere;
      }
      .head {
        display: flex;
        align-items: center;
        gap: 14px;
        --tone: var(--soft);
      }
      .well .head {
        --tone: var(--good);
      }
      .attention .head {
        --tone: var(--warn);
      }
      .badge {
        display: grid;
        place-items: center;
        width: 44px;
        height: 44px;
        flex: none;
        border-radius: 14px;
        color: var(--tone);
        background: color-mix(in srgb, var(--tone) 13%, transparent);
        font-size: 1.125rem;
      }
      .head p {
        color: var(--soft);
        font-size: 0.9375rem;
      }
      .waiting {
        place-content: center;
      }
      .checked {
        gap: 0;
      }
      .checked li {
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 12px 2px;
        border: 0;
        border-radius: 0;
        border-top: 1px solid var(--line);
        background: none;
        color: var(--ink);
        font-size: 0.9375rem;
      }
      .checked .icon:first-child {
        color: var(--soft);
      }
      .checked .icon:last-child {
        margin-inline-start: auto;
        color: var(--good);
        stroke-width: 2.5;
      }
      .group {
        display: grid;
        gap: 10px;
      }
      h3 {
        display: flex;
        align-items: center;
        gap: 8px;
        color: var(--soft);
        font-size: 0.875rem;
        font-weight: 600;
      }
      ul {
        display: grid;
        gap: 10px;
      }
      li {
        --tone: var(--home-ink);
        display: grid;
        gap: 6px;
        padding: 14px 16px;
        border-radius: 14px;
        border-inline-start: 4px solid var(--tone);
        background: color-mix(in srgb, var(--tone) 7%, var(--card));
      }
      li.fault {
        --tone: var(--bad);
      }
      li.warning {
        --tone: var(--warn);
      }
      .severity {
        display: flex;
        align-items: center;
        gap: 6px;
        color: var(--tone);
        font-size: 0.875rem;
        font-weight: 650;
      }
      .message {
        font-weight: 600;
        line-height: 1.35;
      }
      .advice {
        font-size: 0.9375rem;
      }
      .advice b {
        font-weight: 600;
      }
      .facts {
        color: var(--soft);
        font-size: 0.875rem;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];
}
