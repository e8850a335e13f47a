import type { Clock } from '../../nodes/site/clock.ts';
import type { ClockFacts, TimeMachine } from '../../nodes/site/clock-trust.ts';

const DESK: ClockFacts = { keeper: false, synchronised: false, rtcMs: null, confirmed: false };

/** A machine that knows about its clock what a test tells it: at first, as much as a desk does. */
export class FakeMachine implements TimeMachine {
  bootId = 'boot-1';
  builtMs = Date.parse('2026-01-02T00:00:00Z');
  known: ClockFacts = DESK;
  readonly #clock: Clock;
  readonly #upMs: number;

  /** @param upMs  how long the machine has been up when `clock` begins */
  constructor(clock: Clock, upMs = 0) {
    this.#clock = clock;
    this.#upMs = upMs;
  }

  async facts(): Promise<ClockFacts> {
    return this.known;
  }

  bootMs(): number {
    return this.#clock.mono() + this.#upMs;
  }
}
