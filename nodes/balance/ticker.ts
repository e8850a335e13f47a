/** Once a second, on the second of the wall clock, without drift and whatever happens to the clock. */
import type { Clock, Timer } from '../site/clock.ts';
import type { Instant } from './ledger.ts';

const SECOND_MS = 1000;
/** A timer may fire this much before its time: then the second is not there yet. */
const EARLY_MS = 5;

/**
 * Calls back on every whole second. Each wait is measured anew against the wall clock and waited on
 * the monotonic one, so lateness never adds up and a clock that was set is followed at once.
 */
export class Ticker {
  #clock: Clock;
  #onSecond: (second: Instant) => void;
  #timer: Timer | null = null;
  #lastMs = Number.NaN;

  /** @param onSecond  gets the whole second as `wallMs` and the true instant as `monoMs` */
  constructor(clock: Clock, onSecond: (second: Instant) => void) {
    this.#clock = clock;
    this.#onSecond = onSecond;
  }

  start(): void {
    const untilNext = SECOND_MS - (this.#clock.now() % SECOND_MS);
    this.#timer = this.#clock.after(untilNext, () => this.#fire());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #fire(): void {
    const nowMs = this.#clock.now();
    const sinceMs = nowMs % SECOND_MS;
    const second = nowMs - sinceMs;
    const early = sinceMs > SECOND_MS - EARLY_MS;
    this.start();
    if (early || second === this.#lastMs) return;
    this.#lastMs = second;
    this.#onSecond({ wallMs: second, monoMs: this.#clock.mono() });
  }
}
