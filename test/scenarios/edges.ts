/**
 * Cloud edges as they truly are: the inverter's means over five seconds before and five seconds after
 * differ by 300 W or more, ten seconds or less lie between them, and in neither does it stray far. A
 * count of its own, made from the true power, so that a table can say "after 10 edges".
 */
const STEP_W = 300;
const WITHIN_S = 10;
/** It is settled where it stays this close to its mean, W or a share of the change, for so long, s. */
const SETTLED_W = 30;
const SETTLED_SHARE = 0.25;
const SETTLED_S = 5;
/** The longest that is looked at: settled, the change itself, settled again. */
const LONGEST_S = 2 * SETTLED_S + WITHIN_S;

export class Edges {
  /** When each had passed and settled, ms since the start. */
  readonly passed: number[] = [];
  readonly #recent: number[] = [];

  /** The power of one more second. */
  take(ms: number, solarW: number): void {
    this.#recent.push(solarW);
    if (this.#recent.length > LONGEST_S) this.#recent.shift();
    if (!this.#isEdge()) return;
    this.passed.push(ms);
    // What was settled after this one is settled before the next.
    this.#recent.splice(0, this.#recent.length - SETTLED_S);
  }

  /** Whether a change of at most so long lies between two settled stretches, the second just ended. */
  #isEdge(): boolean {
    const after = this.#recent.slice(-SETTLED_S);
    for (let from = this.#recent.length - 2 * SETTLED_S; from >= 0; from--) {
      const before = this.#recent.slice(from, from + SETTLED_S);
      const stepW = Math.abs(meanOf(after) - meanOf(before));
      if (stepW < STEP_W) continue;
      const nearW = Math.max(SETTLED_W, SETTLED_SHARE * stepW);
      if (isSettled(before, nearW) && isSettled(after, nearW)) return true;
    }
    return false;
  }
}

function isSettled(watts: readonly number[], nearW: number): boolean {
  const mean = meanOf(watts);
  return watts.every((value) => Math.abs(value - mean) <= nearW);
}

function meanOf(watts: readonly number[]): number {
  return watts.reduce((sum, value) => sum + value, 0) / watts.length;
}
