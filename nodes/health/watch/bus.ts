/**
 * Decides whether a meter's replies are lost too often: more than 1 % of its requests in five
 * minutes. It sees only counters that go up.
 */
import type { FaultBook } from '../faults.ts';

const WINDOW_MS = 300_000;
const SAMPLE_MS = 10_000;
const RAISE_PERCENT = 1;
const CLEAR_PERCENT = 0.5;
const FEWEST_REQUESTS = 100;
/** One disturbance is not a bad line. */
const FEWEST_FAILURES = 4;

/** Counters since the line was opened. */
export interface RequestCounters {
  requests: number;
  /** Failures by kind. */
  errors: Readonly<Record<string, number>>;
}

interface Sample extends RequestCounters {
  atMs: number;
}

export class BusWatch {
  readonly #source: string;
  #samples: Sample[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  /** @param nowMs monotonic */
  note({ requests, errors }: RequestCounters, nowMs: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && requests < last.requests) this.#samples = [];
    const beforeLast = this.#samples.at(-2);
    if (beforeLast !== undefined && nowMs - beforeLast.atMs < SAMPLE_MS) this.#samples.pop();
    this.#samples.push({ atMs: nowMs, requests, errors: { ...errors } });
    while ((this.#samples[1]?.atMs ?? nowMs) <= nowMs - WINDOW_MS) this.#samples.shift();
  }

  /** A meter that does not answer at all is another fault: its failures do not count as losses. */
  forget(): void {
    this.#samples = this.#samples.slice(-1);
  }

  judge(book: FaultBook): void {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined) return;
    const requests = last.requests - first.requests;
    if (requests < FEWEST_REQUESTS) return;
    const failures = total(last.errors) - total(first.errors);
    const percent = (100 * failures) / requests;
    if (percent > RAISE_PERCENT && failures >= FEWEST_FAILURES) {
      const since = (kind: string) => (last.errors[kind] ?? 0) - (first.errors[kind] ?? 0);
      book.raise({
        id: 'bus_errors',
        source: this.#source,
        evidence: {
          percent: Math.round(percent * 10) / 10,
          requests,
          failures,
          crc: since('bus_crc'),
          timeouts: since('bus_timeout'),
        },
      });
    } else if (percent < CLEAR_PERCENT) {
      book.clear('bus_errors', this.#source);
    }
  }
}

function total(errors: Readonly<Record<string, number>>): number {
  return Object.values(errors).reduce((sum, count) => sum + count, 0);
}
