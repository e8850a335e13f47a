/**
 * A home with a meter on it: what the meter measures now, and counters that are the integral of what
 * it measured. Time moves only when it is told to, and only forward.
 */
import { type Counters, count } from './counters.ts';
import type { Home } from './home.ts';
import { type Measurement, measure, SOUND, type Wiring, type WiringFaults } from './wiring.ts';

/** From one instant that is counted to the next, ms. */
export const LIVE_STEP_MS = 1_000;
/** Two clocks that differ by less have only been read one after the other. */
const JUMP_MS = 500;

/** How time passes up to an instant. */
export interface Passage {
  /** What is wrong with the wires meanwhile. */
  faults?: WiringFaults;
  /** How long it takes by a clock that never jumps, ms: a corrected wall clock is no energy. */
  elapsedMs?: number;
  stepMs?: number;
}

export class MeteredHome {
  readonly #home: Home;
  readonly #wiring: Wiring;
  #counters: Counters;
  /** Where the counters stand. */
  #counted: Measurement;
  #now: Measurement;

  /** Begins at `ms` with counters that stand at `counters`. */
  constructor(begin: { home: Home; wiring: Wiring; counters: Counters; ms: number }) {
    this.#home = begin.home;
    this.#wiring = begin.wiring;
    this.#counters = begin.counters;
    this.#now = this.#measure(begin.ms, SOUND);
    this.#counted = this.#now;
  }

  get now(): Measurement {
    return this.#now;
  }

  get counters(): Counters {
    return this.#counters;
  }

  /** The instant the counters stand at, ms: less than a step before `now`. */
  get countedMs(): number {
    return this.#counted.ms;
  }

  /**
   * Lives on to `ms`. The counters grow from step to step, wherever `ms` lies between two: who
   * begins anew where they stood counts the same, to the last digit. Time that goes back counts
   * nothing.
   */
  advance(ms: number, passage: Passage = {}): Measurement {
    const sinceMs = ms - this.#now.ms;
    const { faults = SOUND, elapsedMs = sinceMs, stepMs = LIVE_STEP_MS } = passage;
    const jumpedMs = sinceMs - elapsedMs;
    if (Math.abs(jumpedMs) > JUMP_MS) {
      this.#counted = { ...this.#counted, ms: this.#counted.ms + jumpedMs };
    }
    for (let next = this.#counted.ms + stepMs; next <= ms; next += stepMs) {
      const to = this.#measure(next, faults);
      this.#counters = count(this.#counters, { from: this.#counted, to, elapsedMs: stepMs });
      this.#counted = to;
    }
    this.#now = this.#measure(ms, faults);
    return this.#now;
  }

  /** The counters somebody set: to zero by a reset, or to what a file remembers. */
  setCounters(counters: Counters): void {
    this.#counters = counters;
  }

  #measure(ms: number, faults: WiringFaults): Measurement {
    return measure(this.#home.at(ms), this.#wiring, faults);
  }
}
