/** What the seconds by mark say: how much of a time is known, and how well. */
import type { Seconds } from '../records.ts';
import type { Mark } from './summary.ts';

const MARKS = ['held_s', 'estimated_s', 'recovered_s'] as const;
/** A mark counts from more than this share of the time. */
const WORTH_TELLING = 0.01;

/** Seconds by mark being added; each must come once. */
export class SecondsSum {
  #sums = { covered_s: 0, held_s: 0, estimated_s: 0, recovered_s: 0 };

  add({ covered_s, held_s = 0, estimated_s = 0, recovered_s = 0 }: Seconds): void {
    this.#sums.covered_s += Math.round(covered_s);
    this.#sums.held_s += Math.round(held_s);
    this.#sums.estimated_s += Math.round(estimated_s);
    this.#sums.recovered_s += Math.round(recovered_s);
  }

  /** Whole seconds. */
  seconds(): Seconds {
    return shortSeconds(this.#sums);
  }
}

export function sumSeconds(list: Iterable<Seconds>): Seconds {
  const sum = new SecondsSum();
  for (const seconds of list) sum.add(seconds);
  return sum.seconds();
}

/** Without the marks that are 0. */
export function shortSeconds(seconds: Required<Seconds>): Seconds {
  const short: Seconds = { covered_s: seconds.covered_s };
  for (const mark of MARKS) if (seconds[mark] > 0) short[mark] = seconds[mark];
  return short;
}

/** Seconds of which something is known. */
export function knownSeconds(seconds: Seconds): number {
  return MARKS.reduce((sum, mark) => sum + (seconds[mark] ?? 0), seconds.covered_s);
}

/** Share of a time that is known, 0 to 1 with 4 decimals; of no time at all nothing is missing. */
export function coverageOf(seconds: Seconds, lengthS: number): number {
  if (lengthS <= 0) return 1;
  return Math.min(1, Math.round((knownSeconds(seconds) / lengthS) * 1e4) / 1e4);
}

/** The worst mark above 1 % of a time. */
export function markOf(seconds: Seconds, lengthS: number): Mark {
  const worth = (s: number | undefined) => (s ?? 0) > lengthS * WORTH_TELLING;
  if (worth(lengthS - knownSeconds(seconds))) return 'missing';
  if (worth(seconds.recovered_s)) return 'recovered';
  if (worth(seconds.estimated_s)) return 'estimated';
  return worth(seconds.held_s) ? 'held' : 'good';
}

const BEST_FIRST: readonly Mark[] = ['good', 'held', 'estimated', 'recovered', 'missing'];

export function worseOf(a: Mark, b: Mark): Mark {
  return BEST_FIRST.indexOf(a) > BEST_FIRST.indexOf(b) ? a : b;
}
