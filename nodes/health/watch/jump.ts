/**
 * Decides whether the wall clock has been moved while the program ran, by holding it against the
 * monotonic one. The first word of the network is no such move.
 */
import type { Clock } from '../../site/clock.ts';

/** A clock is set right by less than this all the time. */
const JUMP_MS = 5_000;
/** Then the new time is the time. */
const USUAL_AFTER_MS = 3_600_000;

/** Whether the network has told the machine the time since it started. */
export type AskNetworkTime = () => Promise<boolean>;

export class JumpWatch {
  readonly #clock: Clock;
  readonly #ask: AskNetworkTime;
  /** Wall minus monotonic time, as it has been. */
  #usualMs: number;
  #jump: { byMs: number; atMs: number } | null = null;
  #wasTold = false;

  constructor(clock: Clock, ask: AskNetworkTime) {
    this.#clock = clock;
    this.#ask = ask;
    this.#usualMs = clock.now() - clock.mono();
    void ask().then((isTold) => {
      this.#wasTold = isTold;
    });
  }

  /** By how much the clock is off from where it was, s; null where it has not been moved. */
  get jumpedS(): number | null {
    return this.#jump && Math.round(this.#jump.byMs / 1_000);
  }

  /** Each second. @param isTrusted  whether the time is believed to begin with */
  tick(isTrusted: boolean): void {
    const nowMs = this.#clock.mono();
    const offsetMs = this.#clock.now() - nowMs;
    const byMs = offsetMs - this.#usualMs;
    const isOld = this.#jump !== null && nowMs - this.#jump.atMs >= USUAL_AFTER_MS;
    if (Math.abs(byMs) < JUMP_MS || !isTrusted || isOld) {
      this.#take(offsetMs);
    } else if (this.#jump === null || Math.abs(byMs - this.#jump.byMs) >= JUMP_MS) {
      this.#jump = { byMs, atMs: nowMs };
      void this.#ask().then((isTold) => {
        if (isTold && !this.#wasTold) this.#take(offsetMs);
        this.#wasTold = isTold;
      });
    }
  }

  #take(offsetMs: number): void {
    this.#usualMs = offsetMs;
    this.#jump = null;
  }
}
