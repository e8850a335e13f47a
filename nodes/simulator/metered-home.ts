/**
 * A home with a meter on it: what the meter measures now, and counters that are the integral of what
 * it measured. Time moves only when it is told to, and only forward.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Counters, count } from './counters.ts';
import type { Home, HomeState } from './home.ts';
import { type Measurement, measure, SOUND, type WiringFaults } from './measuring.ts';
import type { Wiring } from './wiring.ts';

/** From one instant that is counted to the next, ms. */
export const LIVE_STEP_MS = 1_000;
/** Two clocks that differ by less have only been read one after the other. */
const JUMP_MS = 500;

/** How time passes up to an instant. */
export interface Passage {
  /** How long it takes by a clock that never jumps, ms: a corrected wall clock is no energy. */
  elapsedMs?: number;
  stepMs?: number;
}

export interface Beginning extends Standing {
  home: Home;
  wiring: Wiring;
}

/** What has to be remembered to go on as if nothing had happened. */
export interface Standing {
  /** When the counters stood so, ms since the epoch. */
  ms: number;
  counters: Counters;
  /** What is wrong with the wires since then: it decides which counters grow. */
  faults?: WiringFaults;
}

export class MeteredHome {
  readonly #home: Home;
  readonly #wiring: Wiring;
  #faults: WiringFaults;
  #counters: Counters;
  /** Where the counters stand. */
  #counted: Measurement;
  #now: Measurement;
  #state: HomeState;

  constructor({ home, wiring, ms, counters, faults = SOUND }: Beginning) {
    this.#home = home;
    this.#state = home.at(ms);
    this.#wiring = wiring;
    this.#faults = faults;
    this.#counters = counters;
    this.#now = this.#measure(ms);
    this.#counted = this.#now;
  }

  get now(): Measurement {
    return this.#now;
  }

  /** What is true in the home now, whatever the meter measures. */
  get state(): HomeState {
    return this.#state;
  }

  get counters(): Counters {
    return this.#counters;
  }

  /** Where the counters stand: less than a step before `now`. */
  get standing(): Required<Standing> {
    return { ms: this.#counted.ms, counters: this.#counters, faults: this.#faults };
  }

  /**
   * Lives on to `ms`. The counters grow from step to step, wherever `ms` lies between two: who
   * begins anew where they stood counts the same, to the last digit. Time that goes back counts
   * nothing.
   */
  advance(ms: number, passage: Passage = {}): Measurement {
    const sinceMs = ms - this.#now.ms;
    const { elapsedMs = sinceMs, stepMs = LIVE_STEP_MS } = passage;
    const jumpedMs = sinceMs - elapsedMs;
    if (Math.abs(jumpedMs) > JUMP_MS) {
      this.#counted = { ...this.#counted, ms: this.#counted.ms + jumpedMs };
    }
    for (let next = this.#counted.ms + stepMs; next <= ms; next += stepMs) {
      this.#count(this.#measure(next));
    }
    this.#now = this.#counted.ms === ms ? this.#counted : this.#measure(ms);
    return this.#now;
  }

  /** Somebody changes the wires now: up to here it was counted as they were. */
  rewire(faults: WiringFaults): void {
    if (isDeepStrictEqual(faults, this.#faults)) return;
    this.#count(this.#now);
    this.#faults = faults;
    this.#now = this.#measure(this.#now.ms);
    this.#counted = this.#now;
  }

  /** The counters somebody set: to zero by a reset, or to what a file remembers. */
  setCounters(counters: Counters): void {
    this.#counters = counters;
  }

  #count(to: Measurement): void {
    const from = this.#counted;
    this.#counters = count(this.#counters, { from, to, elapsedMs: to.ms - from.ms });
    this.#counted = to;
  }

  #measure(ms: number): Measurement {
    if (this.#state.ms !== ms) this.#state = this.#home.at(ms);
    return measure(this.#state, this.#wiring, this.#faults);
  }
}
