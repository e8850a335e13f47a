/**
 * How one input's current stands to its voltage: the rotation by a third of a turn that would make
 * sense of it, if there is exactly one.
 */
import { fieldsOf, numberOf } from './cases.ts';
import { Levels } from './levels.ts';
import { Share } from './windows.ts';

/**
 * What a sample tells: `right` as it is, `ahead` and `behind` where the current is that of another
 * phase (its angle 120 degrees off, this way or that), `half` where only the power factor is known
 * and is about -0.5, and nothing for everything that a motor or an inverter may do.
 */
export type Turn = 'right' | 'ahead' | 'behind' | 'half' | 'unclear';

const SUSPECTED_MS = 10 * 60_000;
const CONFIRMED_MS = 30 * 60_000;
/** Cosine and sine of a third of a turn. */
const COS = -0.5;
const SIN = Math.sqrt(3) / 2;
/** A rotation makes sense from this power factor on. */
const SENSE = 0.8;
/** Power factors that a resistive load shows on a wrong phase, where no reactive power is told. */
const HALF_FROM = -0.65;
const HALF_TO = -0.35;

export interface Angle {
  watts: number;
  /** Null where the meter does not tell it. */
  vars: number | null;
  /** V times A. */
  apparentVa: number;
  /** Power may flow both ways, so that half a turn is no news. */
  bothWays: boolean;
}

export function turnOf({ watts, vars, apparentVa, bothWays }: Angle): Turn {
  if (vars === null) {
    const factor = watts / apparentVa;
    if (factor >= HALF_FROM && factor <= HALF_TO) return 'half';
    return Math.abs(factor) >= SENSE ? 'right' : 'unclear';
  }
  const size = Math.sqrt(watts * watts + vars * vars);
  const fits = (power: number) => (bothWays ? Math.abs(power) : power) >= SENSE * size;
  const right = fits(watts);
  const ahead = fits(watts * COS - vars * SIN);
  const behind = fits(watts * COS + vars * SIN);
  const reversed = !bothWays && fits(-watts);
  if (Number(right) + Number(ahead) + Number(behind) + Number(reversed) !== 1) return 'unclear';
  if (right) return 'right';
  if (ahead) return 'ahead';
  return behind ? 'behind' : 'unclear';
}

export class PhaseInput {
  readonly phase: string;
  readonly levels = new Levels();
  readonly #short: Record<Exclude<Turn, 'unclear'>, Share>;
  readonly #long: Record<'right' | 'ahead' | 'behind', Share>;
  factor = 0;

  constructor(phase: string) {
    this.phase = phase;
    const short = () => new Share(SUSPECTED_MS);
    const long = () => new Share(CONFIRMED_MS);
    this.#short = { right: short(), ahead: short(), behind: short(), half: short() };
    this.#long = { right: long(), ahead: long(), behind: long() };
  }

  take(passedMs: number, angle: Angle): void {
    const turn = turnOf(angle);
    this.factor = angle.watts / angle.apparentVa;
    this.#short.right.add(passedMs, turn === 'right');
    this.#short.ahead.add(passedMs, turn === 'ahead');
    this.#short.behind.add(passedMs, turn === 'behind');
    this.#short.half.add(passedMs, turn === 'half');
    this.#long.right.add(passedMs, turn === 'right');
    this.#long.ahead.add(passedMs, turn === 'ahead');
    this.#long.behind.add(passedMs, turn === 'behind');
    this.levels.add(passedMs, angle.apparentVa);
  }

  /** The turn that nearly all samples of ten minutes tell. */
  get told(): Turn {
    if (this.#short.ahead.holds) return 'ahead';
    if (this.#short.behind.holds) return 'behind';
    if (this.#short.half.holds) return 'half';
    return this.#short.right.holds ? 'right' : 'unclear';
  }

  percentOf(turn: Turn): number {
    return turn === 'unclear' ? 0 : this.#short[turn].percent;
  }

  /** Less than half of the samples tell that turn still. */
  hasLeft(turn: Turn): boolean {
    return turn !== 'unclear' && this.#short[turn].fails;
  }

  holdsLong(turn: Turn): boolean {
    return (turn === 'ahead' || turn === 'behind' || turn === 'right') && this.#long[turn].holds;
  }

  get coveredMs(): number {
    return this.#short.right.coveredMs;
  }

  clear(): void {
    for (const share of [...Object.values(this.#short), ...Object.values(this.#long)])
      share.clear();
    this.levels.clear();
  }

  save(): unknown {
    const kept = (shares: Record<string, Share>) =>
      Object.fromEntries(Object.entries(shares).map(([turn, share]) => [turn, share.save()]));
    return {
      short: kept(this.#short),
      long: kept(this.#long),
      levels: this.levels.save(),
      factor: this.factor,
    };
  }

  restore(saved: unknown): void {
    const { short, long, levels, factor } = fieldsOf(saved);
    for (const [turn, share] of Object.entries(this.#short)) share.restore(fieldsOf(short)[turn]);
    for (const [turn, share] of Object.entries(this.#long)) share.restore(fieldsOf(long)[turn]);
    this.levels.restore(levels);
    this.factor = numberOf(factor);
  }
}
