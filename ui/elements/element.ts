/** What every element of ours is: a Lit element that knows its reader and the shared look. */
import { LitElement, type PropertyDeclarations, type ReactiveController } from 'lit';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { nearestTongue, speak, type Tongue } from '../strings/strings.ts';
import { knownZone, type Reader } from './format.ts';
import { beat, type Liveness, LOST_AFTER_MS, livenessOf, type Pulse } from './liveness-view.ts';
import type { PageSite } from './site.ts';

export abstract class SolthriveElement extends LitElement {
  static override properties: PropertyDeclarations = { site: { attribute: false } };
  declare site: PageSite | null | undefined;

  /** The shipped language of the words. */
  get language(): string {
    return this.#tongue.language;
  }

  get reader(): Reader {
    return this.readerIn(this.site?.timezone);
  }

  protected readerIn(zone: string | undefined): Reader {
    const timeZone = knownZone(zone);
    const { language, locale } = this.#tongue;
    const reader: Reader = {
      locale,
      say: speak(language),
      sayFault: speak(language, 'faults'),
      sayDoctor: speak(language, 'doctor'),
    };
    return timeZone === undefined ? reader : { ...reader, timeZone };
  }

  /** The element's `lang`, else the browser's wish, else the site's. */
  get #tongue(): Tongue {
    const wanted = [this.lang, ...navigator.languages, this.site?.language ?? ''];
    return nearestTongue(wanted.filter((tag) => tag !== ''));
  }
}

/**
 * Follows the snapshots an element is given, and wakes it when they stop coming. All elements of a page
 * share one pulse: there is one line to the appliance, and a replaced element keeps its "since".
 */
export class LivenessController implements ReactiveController {
  readonly #host: SolthriveElement;

  constructor(host: SolthriveElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    hosts.add(this.#host);
  }

  hostDisconnected(): void {
    hosts.delete(this.#host);
  }

  arrived(snapshot: Snapshot): void {
    const before = this.current.state;
    pulse = beat(pulse, snapshot, moment());
    clearTimeout(timer);
    timer = setTimeout(wakeAll, LOST_AFTER_MS + 20);
    if (this.current.state !== before) wakeAll();
  }

  get current(): Liveness {
    return livenessOf(pulse, moment());
  }
}

const hosts = new Set<SolthriveElement>();
let pulse: Pulse | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

function wakeAll(): void {
  for (const host of hosts) host.requestUpdate();
}

function moment() {
  return { mono: performance.now(), wall: Date.now() };
}

document.addEventListener('visibilitychange', wakeAll);
