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

/** The different levels at which a load has stood for a while; a few are all that is asked for. */
export class Levels {
  readonly #kept: number[] = [];
  readonly #run = new Spread();
  readonly #block = new Spread();
  #blockMs = 0;
  /** How much the reading of a steady load varies, as a share of it. */
  #flicker = 0;

  /** Takes how much flows, in W or VA. */
  add(passedMs: number, size: number): void {
    this.#block.add(size);
    this.#blockMs += passedMs;
    if (this.#blockMs < LEVEL_BLOCK_MS || this.#block.count < LEVEL_SAMPLES) return;
    this.#takeBlock();
    this.#block.clear();
    this.#blockMs = 0;
  }

  get count(): number {
    return this.#kept.length;
  }

  clear(): void {
    this.#kept.length = 0;
    this.#run.clear();
    this.#block.clear();
    this.#blockMs = 0;
  }

  save(): number[] {
    return this.#kept.map(Math.round);
  }

  restore(saved: unknown): void {
    if (isNumbers(saved)) this.#kept.splice(0, MOST_LEVELS, ...saved.slice(0, MOST_LEVELS));
  }

  /** A level is what two blocks or more have in common; one within which a load switched is none. */
  #takeBlock(): void {
    const block = this.#block;
    const run = this.#run;
    const flicker = block.deviation / Math.max(1, Math.abs(block.mean));
    if (flicker > UNSTEADY) {
      run.clear();
      return;
    }
    this.#flicker += (flicker - this.#flicker) * (flicker > this.#flicker ? 0.5 : 0.05);
    const errorOf = ({ mean, count }: Spread) => (this.#flicker * mean) / Math.sqrt(count);
    const alike = ALIKE_SIGMAS * Math.hypot(errorOf(block), run.count > 0 ? errorOf(run) : 0);
    const goesOn = run.count > 0 && isNear(block.mean, run.mean, alike);
    if (!goesOn) run.clear();
    run.addAll(block);
    if (!goesOn || this.#kept.length >= MOST_LEVELS) return;
    const { mean } = run;
    const sure = DIFFERENT_SIGMAS * errorOf(run);
    if (!this.#kept.some((level) => isNear(mean, level, sure))) this.#kept.push(mean);
  }
}

/** Short enough that a kettle stands for two of them, long enough to quieten a gain that flickers. */
const LEVEL_BLOCK_MS = 5_000;
const LEVEL_SAMPLES = 5;
/** A block that varies by more than a flickering gain, as a share of its mean, holds a step. */
const UNSTEADY = 0.06;
/** Blocks this near to what their own noise explains are of one level; levels are further apart. */
const ALIKE_SIGMAS = 2.5;
const DIFFERENT_SIGMAS = 6;
const MOST_LEVELS = 6;

/** Mean and deviation of some values. */
class Spread {
  count = 0;
  #sum = 0;
  #squares = 0;

  add(value: number): void {
    this.count += 1;
    this.#sum += value;
    this.#squares += value * value;
  }

  addAll(other: Spread): void {
    this.count += other.count;
    this.#sum += other.#sum;
    this.#squares += other.#squares;
  }

  clear(): void {
    this.count = this.#sum = this.#squares = 0;
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.#sum / this.count;
  }

  get deviation(): number {
    if (this.count < 2) return 0;
    const variance = (this.#squares - this.count * this.mean ** 2) / (this.count - 1);
    return Math.sqrt(Math.max(0, variance));
  }
}

function isNear(a: number, b: number, noise: number): boolean {
  return Math.abs(a - b) < Math.max(40, 0.03 * Math.max(a, b), noise);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => Number.isFinite(each));
}
