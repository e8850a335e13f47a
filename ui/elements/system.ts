/** `<solthrive-system>`: how the appliance itself is, as far as it knows. */
import { html, nothing } from 'lit';
import type { SystemReport } from '../../nodes/health/report.ts';
import { SolthriveElement } from './element.ts';
import { icon } from './icons.ts';
import { systemStyle } from './system-style.ts';
import { type Row, viewSystem } from './system-view.ts';
import { theme } from './theme.ts';

export class SolthriveSystem extends SolthriveElement {
  static override properties = { system: { attribute: false } };
  /** Undefined until a report came. */
  declare system: SystemReport | null | undefined;

  override render() {
    const { say } = this.reader;
    const rows = viewSystem(this.system, Date.now(), this.reader);
    return html`<section lang=${this.language} class="card" aria-labelledby="title">
      <h2 id="title">${icon('other')}${say('system.label')}</h2>
      ${
        rows === null
          ? html`<p class="waiting">${say('system.waiting')}</p>`
          : html`<dl>${rows.map(rowOf)}</dl>`
      }
    </section>`;
  }

  static override styles = [theme, systemStyle];
}

function rowOf({ label, value, note, needsLook }: Row) {
  return html`<div class=${needsLook ? 'look' : ''}>
    <dt>${label}</dt>
    <dd>
      ${needsLook ? icon('warning') : nothing}<span>${value}</span>
      ${note ? html`<small>${note}</small>` : nothing}
    </dd>
  </div>`;
}
