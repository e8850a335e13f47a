/**
 * Windows over evidence. They go by the time that samples stand for, not by their number, and only
 * samples that say something move them on: a gap, a slow poll or a restart leaves them as they were.
 */

const BUCKETS = 10;
/** From which share of its window on something is so, and below which it is no longer. */
const ENTER = 0.9;
const LEAVE = 0.5;
/** A window counts as full when this much of it is covered: buckets are emptied whole. */
const FULL = 0.9;

/** The share of the last `spanMs` of samples that speak for something, in ten buckets. */
export class Share {
  readonly #spanMs: number;
  readonly #totals = new Float64Array(BUCKETS);
  readonly #fors = new Float64Array(BUCKETS);
  #at = 0;
  #totalMs = 0;
  #forMs = 0;

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** Takes a sample that says something, and stands for `passedMs`. */
  add(passedMs: number, isFor: boolean): void {
    if (this.#now(this.#totals) >= this.#spanMs / BUCKETS) this.#turn();
    this.#totals[this.#at] = this.#now(this.#totals) + passedMs;
    this.#totalMs += passedMs;
    if (!isFor) return;
    this.#fors[this.#at] = this.#now(this.#fors) + passedMs;
    this.#forMs += passedMs;
  }

  /** Time of the samples in the window, ms. */
  get coveredMs(): number {
    return this.#totalMs;
  }

  /** 0..1; 0 where nothing is covered. */
  get share(): number {
    return this.#totalMs === 0 ? 0 : this.#forMs / this.#totalMs;
  }

  get percent(): number {
    return Math.round(100 * this.share);
  }

  get isFull(): boolean {
    return this.#totalMs >= FULL * this.#spanMs;
  }

  /** A full window of which nearly all speaks for it. */
  get holds(): boolean {
    return this.isFull && this.#forMs >= ENTER * this.#totalMs;
  }

  /** Less than half of what is covered speaks for it. */
  get fails(): boolean {
    return this.#forMs < LEAVE * this.#totalMs;
  }

  /** A full window of which next to nothing speaks for it. */
  get denies(): boolean {
    return this.isFull && this.#forMs <= (1 - ENTER) * this.#totalMs;
  }

  clear(): void {
    this.#totals.fill(0);
    this.#fors.fill(0);
    this.#totalMs = 0;
    this.#forMs = 0;
  }

  /** Covered and speaking ms of each bucket, oldest first. */
  save(): number[] {
    const order = Array.from({ length: BUCKETS }, (_, step) => (this.#at + 1 + step) % BUCKETS);
    return [this.#totals, this.#fors].flatMap((list) =>
      order.map((index) => Math.round(list[index] ?? 0)),
    );
  }

  restore(saved: unknown): void {
    if (!isNumbers(saved) || saved.length !== 2 * BUCKETS) return;
    this.clear();
    this.#at = BUCKETS - 1;
    for (let index = 0; index < BUCKETS; index++) {
      const total = Math.max(0, saved[index] ?? 0);
      const speaking = Math.min(total, Math.max(0, saved[BUCKETS + index] ?? 0));
      this.#totals[index] = total;
      this.#fors[index] = speaking;
      this.#totalMs += total;
      this.#forMs += speaking;
    }
  }

  #now(list: Float64Array): number {
    return list[this.#at] ?? 0;
  }

  #turn(): void {
    this.#at = (this.#at + 1) % BUCKETS;
    this.#totalMs -= this.#now(this.#totals);
    this.#forMs -= this.#now(this.#fors);
    this.#totals[this.#at] = 0;
    this.#fors[this.#at] = 0;
  }
}

/** How long something has been so without a break, ms. A sample that says nothing is no break. */
export class Stretch {
  ms = 0;

  add(passedMs: number, isSo: boolean): void {
    this.ms = isSo ? this.ms + passedMs : 0;
  }

  save(): number {
    return Math.round(this.ms);
  }

  restore(saved: unknown): void {
    if (typeof saved === 'number' && saved >= 0) this.ms = saved;
  }
}

export interface Step {
  powerW: number;
  amps: number;
}

const STEP_EVERY_MS = 5_000;
const STEP_POINTS = 5;

/**
 * Steps of a load: from one level to another that lasts, by the means of five seconds each. Each step
 * is told once, when the new level has settled.
 */
export class Steps {
  readonly #leastW: number;
  readonly #points: Step[] = [];
  #powerMs = 0;
  #ampMs = 0;
  #ms = 0;

  /** @param leastW  from which size on a change is a step, W */
  constructor(leastW: number) {
    this.#leastW = leastW;
  }

  /** Takes a sample of power (W) and current (A). @returns the step that has just ended, or null */
  add(passedMs: number, powerW: number, amps: number): Step | null {
    this.#ms += passedMs;
    this.#powerMs += passedMs * powerW;
    this.#ampMs += passedMs * amps;
    if (this.#ms < STEP_EVERY_MS) return null;
    this.#points.push({ powerW: this.#powerMs / this.#ms, amps: this.#ampMs / this.#ms });
    this.#begin();
    if (this.#points.length < STEP_POINTS) return null;
    const step = this.#judge();
    // What has been told is not told again: only the newest level stays.
    this.#points.splice(0, step === null ? 1 : STEP_POINTS - 1);
    return step;
  }

  /** What comes next does not go on from what was. */
  clear(): void {
    this.#points.length = 0;
    this.#begin();
  }

  #begin(): void {
    this.#ms = 0;
    this.#powerMs = 0;
    this.#ampMs = 0;
  }

  /** Two points level, one on the way, and two level again. */
  #judge(): Step | null {
    const [first, before, , after, last] = this.#points;
    if (!first || !before || !after || !last) return null;
    const powerW = last.powerW - first.powerW;
    const sizeW = Math.abs(powerW);
    if (sizeW < this.#leastW) return null;
    const looseW = Math.max(0.15 * sizeW, this.#leastW / 4);
    const isLevel =
      Math.abs(before.powerW - first.powerW) <= looseW &&
      Math.abs(last.powerW - after.powerW) <= looseW;
    return isLevel ? { powerW, amps: last.amps - first.amps } : null;
  }
}

export function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => Number.isFinite(each));
}
