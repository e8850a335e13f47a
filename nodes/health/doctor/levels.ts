/**
 * The levels at which a load has stood: how many different ones its wiring was seen under. Refuses to
 * take the flicker of a reading, or the moment in which a load is switched, for a level.
 */
import { isNumbers } from './windows.ts';

/** A few different ones are all that is asked for. */
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
