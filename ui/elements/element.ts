/** What every element of ours is: a Lit element that knows its reader and the shared look. */
import { LitElement, type ReactiveController } from 'lit';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { nearestLanguage, speak } from '../strings/strings.ts';
import type { Reader } from './format.ts';
import { beat, type Liveness, LOST_AFTER_MS, livenessOf, type Pulse } from './liveness-view.ts';

export abstract class SolthriveElement extends LitElement {
  /** The shipped language of the words: the element's `lang`, else the browser's wish. */
  get language(): string {
    return nearestLanguage([...(this.lang ? [this.lang] : []), ...navigator.languages]);
  }

  get reader(): Reader {
    return { locale: navigator.language || 'en', say: speak(this.language) };
  }
}

/** Follows the snapshots an element is given, and wakes it when they stop coming. */
export class LivenessController implements ReactiveController {
  readonly #host: SolthriveElement;
  #pulse: Pulse | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: SolthriveElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#look);
    this.#arm();
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#look);
    clearTimeout(this.#timer);
  }

  arrived(snapshot: Snapshot): void {
    this.#pulse = beat(this.#pulse, snapshot, moment());
    this.#arm();
  }

  get current(): Liveness {
    return livenessOf(this.#pulse, moment());
  }

  #look = (): void => this.#host.requestUpdate();

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#pulse) return;
    const left = this.#pulse.lastMono + LOST_AFTER_MS - performance.now();
    if (left >= 0) this.#timer = setTimeout(this.#look, left + 20);
  }
}

function moment() {
  return { mono: performance.now(), wall: Date.now() };
}
