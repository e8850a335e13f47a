/** The last few measurements of one thing, and how they are spread. */
import type { Spread } from './report.ts';

export class Recent {
  readonly #values: number[] = [];
  readonly #keep: number;
  #next = 0;

  /** @param keep how many measurements count */
  constructor(keep: number) {
    this.#keep = keep;
  }

  add(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#keep;
  }

  /** How many there are. */
  get size(): number {
    return this.#values.length;
  }

  /** A percentile; 0 before the first. */
  at(fraction: number): number {
    return nearestRank(this.#sorted(), fraction);
  }

  /** Median, 99th percentile and maximum, to 0.1; null before the first. */
  spread(): Spread | null {
    const sorted = this.#sorted();
    if (sorted.length === 0) return null;
    const at = (fraction: number) => tenth(nearestRank(sorted, fraction));
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  }

  #sorted(): number[] {
    return this.#values.toSorted((a, b) => a - b);
  }
}

/** The percentile by nearest rank; 0 of none. */
export function nearestRank(sorted: readonly number[], fraction: number): number {
  return sorted[Math.ceil(fraction * sorted.length) - 1] ?? 0;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
