/** `<solthrive-doctor>`: what the CT doctor thinks of each channel, with the numbers for and against it. */
import { html, nothing, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { DoctorReport } from '../../nodes/health/doctor/doctor.ts';
import { doctorStyle } from './doctor-style.ts';
import {
  type ChannelView,
  type DoctorView,
  type HypothesisView,
  type Tone,
  viewDoctor,
} from './doctor-view.ts';
import { LivenessController, SolthriveElement } from './element.ts';
import { type IconName, icon } from './icons.ts';
import { theme } from './theme.ts';

const STATE_ICON: Record<DoctorView['state'], IconName> = {
  waiting: 'waiting',
  well: 'check',
  attention: 'warning',
};
const TONE_ICON: Record<Tone, IconName> = {
  confirmed: 'fault',
  suspected: 'warning',
  held: 'waiting',
  open: 'waiting',
  quiet: 'check',
};

export class SolthriveDoctor extends SolthriveElement {
  static override properties = { report: { attribute: false }, back: { attribute: false } };
  /** Undefined until one came. */
  declare report: DoctorReport | null | undefined;
  /** Address of the page it was reached from; left out where there is none. */
  declare back: string | null | undefined;
  readonly #liveness = new LivenessController(this);

  /** Who comes from another page begins at the top of this one, whatever they had scrolled to. */
  override updated(changed: PropertyValues<this>): void {
    if (!this.back || changed.get('back') || !changed.has('back')) return;
    (document.querySelector('solthrive-connection') ?? this).scrollIntoView();
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
  }

  override render() {
    const { say } = this.reader;
    const lost = this.#liveness.current.state === 'lost';
    const view = viewDoctor({ report: this.report, lost, nowMs: Date.now() }, this.reader);
    return html`<section lang=${this.language} class="card ${view.state}" aria-label=${say('doctor.label')}>
      ${
        this.back
          ? html`<p class="back"><a href=${this.back}>${icon('back')}${say('doctor.back')}</a></p>`
          : nothing
      }
      <div class="head" role="status">
        <span class="badge">${icon(STATE_ICON[view.state])}</span>
        <div>
          <h2 tabindex="-1">${view.headline}</h2>
          ${view.details.length > 0 ? html`<p>${view.details.join(' ')}</p>` : nothing}
        </div>
      </div>
      ${repeat(
        view.channels,
        ({ source }) => source,
        (channel) => this.#channel(channel),
      )}
    </section>`;
  }

  #channel({ title, loud, quiet, quietTitle }: ChannelView) {
    return html`<div class="channel">
      <h3>${icon('wiring')}${title}</h3>
      ${loud.length > 0 ? this.#list(loud) : nothing}
      ${
        quiet.length > 0
          ? html`<details>
            <summary>${icon('check')}<span>${quietTitle}</span>${icon('on')}</summary>
            ${this.#list(quiet)}
          </details>`
          : nothing
      }
    </div>`;
  }

  #list(hypotheses: HypothesisView[]) {
    return html`<ul>
      ${repeat(
        hypotheses,
        ({ key }) => key,
        (each) => this.#hypothesis(each),
      )}
    </ul>`;
  }

  #hypothesis({ tone, title, standing, inputs, heldBack, ...reasons }: HypothesisView) {
    const { say } = this.reader;
    const isBlank = reasons.for.length + reasons.against.length === 0;
    return html`<li class=${tone}>
      <p class="standing">${icon(TONE_ICON[tone])}<span>${standing}</span></p>
      <h4>${title}${inputs ? html` <span class="inputs">${inputs}</span>` : nothing}</h4>
      ${this.#reasons(say('doctor.for'), 'for', reasons.for)}
      ${this.#reasons(say('doctor.against'), 'against', reasons.against)}
      ${isBlank ? html`<p class="note">${say('doctor.nothing_yet')}</p>` : nothing}
      ${heldBack ? html`<p class="note">${heldBack}</p>` : nothing}
    </li>`;
  }

  #reasons(title: string, side: string, sentences: string[]) {
    if (sentences.length === 0) return nothing;
    return html`<dl class=${side}>
      <dt>${title}</dt>
      ${sentences.map((sentence) => html`<dd>${sentence}</dd>`)}
    </dl>`;
  }

  static override styles = [theme, doctorStyle];
}
