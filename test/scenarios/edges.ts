/**
 * Cloud edges as they truly are: the inverter's power changed by 300 W or more within ten seconds and
 * has settled since. An unforgiving count of its own, so that a table can say "after 10 edges".
 */
const STEP_W = 300;
const WITHIN_S = 10;
/** What still counts as settled, W within a second. */
const SETTLED_W = 30;

export class Edges {
  /** When each had passed, ms since the start. */
  readonly passed: number[] = [];
  readonly #recent: number[] = [];
  #isMoving = false;

  /** The power of one more second. */
  take(ms: number, solarW: number): void {
    const before = this.#recent.at(-1) ?? solarW;
    this.#recent.push(solarW);
    if (this.#recent.length > WITHIN_S + 1) this.#recent.shift();
    const oldest = this.#recent[0] ?? solarW;
    if (Math.abs(solarW - oldest) >= STEP_W) this.#isMoving = true;
    else if (this.#isMoving && Math.abs(solarW - before) <= SETTLED_W) {
      this.#isMoving = false;
      this.passed.push(ms);
    }
  }
}
