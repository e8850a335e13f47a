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

  /** Median, 99th percentile (nearest rank) and maximum, to 0.1; null before the first. */
  spread(): Spread | null {
    const sorted = this.#values.toSorted((a, b) => a - b);
    const at = (fraction: number) => sorted[Math.ceil(fraction * sorted.length) - 1] ?? 0;
    if (sorted.length === 0) return null;
    return { p50: tenth(at(0.5)), p99: tenth(at(0.99)), max: tenth(at(1)) };
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
