/** Decides whether the program has broken down of late: within a day, by the log of its runs. */
import type { Clock } from '../../site/clock.ts';
import type { FaultBook } from '../faults.ts';
import { DAY_MS, type RunHistory } from '../runs/history.ts';

export class CrashWatch {
  readonly #runs: RunHistory;
  readonly #clock: Clock;
  readonly #startedMs: number;

  constructor(runs: RunHistory, clock: Clock) {
    this.#runs = runs;
    this.#clock = clock;
    this.#startedMs = clock.mono();
  }

  judge(book: FaultBook): void {
    const { crashes_24h, crashes_7d } = this.#runs.report(this.#clock.now());
    const last = this.#runs.crashes(this.#clock.now(), DAY_MS).at(-1);
    // A day by the monotonic clock counts too: the other one may be set back.
    if (last === undefined || this.#clock.mono() - this.#startedMs >= DAY_MS) {
      book.clear('service_crash', 'site');
      return;
    }
    const evidence = { crashes_24h, crashes_7d };
    book.raise({ id: 'service_crash', source: 'site', cause: last.cause, evidence });
  }
}
