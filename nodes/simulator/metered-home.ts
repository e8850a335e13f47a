/**
 * A home with a meter on it: what the meter measures now, and counters that are the integral of what
 * it measured. Time moves only when it is told to, and only forward.
 */
import { type Counters, count } from './counters.ts';
import type { Home } from './home.ts';
import { type Measurement, measure, SOUND, type Wiring, type WiringFaults } from './wiring.ts';

/** A kettle is not missed, and a straight line between is near enough. */
const LONGEST_STEP_MS = 60_000;

export class MeteredHome {
  readonly #home: Home;
  readonly #wiring: Wiring;
  #counters: Counters;
  #now: Measurement;

  /** Begins at `ms` with counters that stand at `counters`. */
  constructor(begin: { home: Home; wiring: Wiring; counters: Counters; ms: number }) {
    this.#home = begin.home;
    this.#wiring = begin.wiring;
    this.#counters = begin.counters;
    this.#now = measure(begin.home.at(begin.ms), begin.wiring, SOUND);
  }

  get now(): Measurement {
    return this.#now;
  }

  get counters(): Counters {
    return this.#counters;
  }

  /**
   * Lives on to `ms`. `elapsedMs` is how long that took by a clock that never jumps: a corrected wall
   * clock must not count as energy. Time that goes back counts nothing.
   */
  advance(ms: number, faults: WiringFaults = SOUND, elapsedMs = ms - this.#now.ms): Measurement {
    const steps = Math.max(1, Math.ceil(elapsedMs / LONGEST_STEP_MS));
    const stepMs = elapsedMs / steps;
    for (let left = steps - 1; left >= 0; left--) {
      const next = measure(this.#home.at(ms - left * stepMs), this.#wiring, faults);
      this.#counters = count(this.#counters, { from: this.#now, to: next, elapsedMs: stepMs });
      this.#now = next;
    }
    return this.#now;
  }

  /** The counters somebody set: to zero by a reset, or to what a file remembers. */
  setCounters(counters: Counters): void {
    this.#counters = counters;
  }
}
