/**
 * Decides whether a meter's replies are lost too often: more than 1 % of its requests in five
 * minutes. It sees only counters that go up.
 */
import type { FaultBook } from '../faults.ts';
import type { RequestErrors } from '../report.ts';

const WINDOW_MS = 300_000;
const SAMPLE_MS = 10_000;
const RAISE_PERCENT = 1;
const CLEAR_PERCENT = 0.5;
const FEWEST_REQUESTS = 100;
/** One disturbance is not a bad line. */
const FEWEST_FAILURES = 4;

/** What a request can fail of, by the code of its error. */
const KINDS = {
  crc: 'bus_crc',
  timeouts: 'bus_timeout',
  /** Of another unit, another function, another length. */
  bad_replies: 'bus_bad_reply',
  exceptions: 'bus_exception',
  /** Behind a gateway that answers. */
  silent: 'bus_target_silent',
  unreachable: 'bus_unreachable',
  closed: 'bus_closed',
} as const;
export type ErrorKind = keyof typeof KINDS;

/** Counters since the line was opened. */
export interface RequestCounters {
  requests: number;
  /** Failures by kind. */
  errors: Readonly<Record<string, number>>;
}

interface Sample extends RequestCounters {
  atMs: number;
}

type Losses = Omit<RequestErrors, 'bus'>;

export class BusWatch {
  readonly #source: string;
  #samples: Sample[] = [];
  /** Counted when the counters move: they are judged by far more often. */
  #losses: Losses = lossesBetween(undefined, undefined);

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
    this.#losses = lossesBetween(this.#samples[0], this.#samples.at(-1));
  }

  /**
   * A meter that does not answer at all is another fault: its failures do not count as losses, nor do
   * those that the next counters bring of that time.
   */
  forget(book: FaultBook): void {
    this.#samples = [];
    this.#losses = lossesBetween(undefined, undefined);
    book.clear('bus_errors', this.#source);
  }

  judge(book: FaultBook): void {
    const { requests, failures, percent, kinds } = this.#losses;
    if (percent === null || requests < FEWEST_REQUESTS) return;
    if (percent > RAISE_PERCENT && failures >= FEWEST_FAILURES) {
      const evidence = { percent: Math.round(percent * 10) / 10, requests, failures, ...kinds };
      book.raise({ id: 'bus_errors', source: this.#source, evidence });
    } else if (percent < CLEAR_PERCENT) {
      book.clear('bus_errors', this.#source);
    }
  }

  /** Of the last five minutes. */
  errors(): Losses {
    return this.#losses;
  }
}

function lossesBetween(first: Sample | undefined, last: Sample | undefined): Losses {
  const requests = (last?.requests ?? 0) - (first?.requests ?? 0);
  const since = (code: string) => (last?.errors[code] ?? 0) - (first?.errors[code] ?? 0);
  const counted = Object.entries(KINDS).map(([kind, code]) => [kind, since(code)]);
  const failures = total(last?.errors ?? {}) - total(first?.errors ?? {});
  return {
    requests,
    failures,
    percent: requests === 0 ? null : (100 * failures) / requests,
    kinds: Object.fromEntries(counted) as Record<ErrorKind, number>,
  };
}

function total(errors: Readonly<Record<string, number>>): number {
  return Object.values(errors).reduce((sum, count) => sum + count, 0);
}
