/** Instants in order, each with an amount: to be searched, and added up between two of them. */
export class Times {
  /** ms */
  readonly all: readonly number[];
  /** What the amounts of all those before come to. */
  readonly #before: number[] = [0];

  /** @param amounts  by instant, ms; in any order */
  constructor(amounts: ReadonlyMap<number, number>) {
    this.all = [...amounts.keys()].sort((a, b) => a - b);
    let sum = 0;
    for (const ms of this.all) {
      sum += amounts.get(ms) ?? 0;
      this.#before.push(sum);
    }
  }

  /** Whether one lies in a half-open stretch. */
  has(fromMs: number, toMs: number): boolean {
    return this.count(fromMs, toMs) > 0;
  }

  /** How many lie in a half-open stretch. */
  count(fromMs: number, toMs: number): number {
    return this.#index(toMs) - this.#index(fromMs);
  }

  /** What the amounts in a half-open stretch come to. */
  sum(fromMs: number, toMs: number): number {
    return (this.#before[this.#index(toMs)] ?? 0) - (this.#before[this.#index(fromMs)] ?? 0);
  }

  /** The first at an instant or after it. */
  next(ms: number): number | undefined {
    return this.all[this.#index(ms)];
  }

  /** The last before an instant or at it. */
  last(ms: number): number | undefined {
    return this.all[this.#index(ms + 1) - 1];
  }

  /** How many lie before. */
  #index(ms: number): number {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.all[middle] ?? 0) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
