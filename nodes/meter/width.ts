/**
 * Decides whether a power is but the low 16 bits of a larger number: more flows than it tells, and by
 * just as much as 16 bits are short of. Volts, amperes and power factor tell what flows; where there
 * is no power factor the registers beside it have to, which a closer look fetches.
 */
import { Lasting, type PhaseShown } from './plausible.ts';
import type { ProfileValue } from './profile.ts';

/** Instruments agree better than this on what flows. */
const OFF_SHARE = 0.02;
const OFF_W = 20;
/** The number that is meant is nearer to what flows than the one that is shown by so much. */
const NEARER = 4;
/** A number may have wrapped once or twice. */
const TIMES = [1, -1, 2, -2] as const;
/** Units of meters whose numbers a gateway has turned into floats, W. */
const FLOAT_UNITS_W = [1, 0.1];
const NUMBERS = 0x1_0000;
/** Volts times amperes are more than the largest number by so much: a load factor of 1 is not told. */
const SURE = 1.03;

export class Half {
  readonly value: ProfileValue;
  /** Whether it takes a closer look: without a power factor only the registers beside it can tell. */
  wantsLook = false;
  /** Whether a closer look has shown it. */
  isProven = false;
  readonly #lasting = new Lasting();
  /** By how much it is short where it has wrapped, W. */
  readonly #wrapsW: readonly number[];
  readonly #mostW: number;

  constructor(value: ProfileValue) {
    const { type, scale } = value;
    const isFloat = type === 'float32' || type === 'float64';
    this.value = value;
    this.#wrapsW = (isFloat ? FLOAT_UNITS_W : [Math.abs(scale)]).map((unitW) => NUMBERS * unitW);
    this.#mostW = Math.abs(scale) * (type === 'int16' ? 0x7fff : 0xffff);
  }

  /** Whether it has only 16 bits as the profile has it: the others may stand in a register beside it. */
  get isNarrow(): boolean {
    return this.value.type === 'int16' || this.value.type === 'uint16';
  }

  /** Whether it goes on being half of what flows. */
  isHalf({ voltageV, currentA, powerW, powerFactor }: PhaseShown, monoMs: number): boolean {
    this.wantsLook = false;
    if (voltageV === null || currentA === null || powerW === null) return false;
    const apparentVa = Math.abs(voltageV * currentA);
    if (powerFactor === null) {
      this.wantsLook = this.isNarrow && apparentVa > SURE * this.#mostW;
      return this.wantsLook && this.isProven;
    }
    const isSo = this.wholeW(powerW, apparentVa * Math.abs(powerFactor)) !== null;
    return this.#lasting.goesOn(isSo, monoMs) || (isSo && this.isProven);
  }

  /**
   * What is meant by a power that does not agree with what flows; null where it agrees, or where 16
   * bits do not explain the difference.
   * @param flowsW  without its sign: meters disagree on what a negative power factor means
   */
  wholeW(powerW: number, flowsW: number): number | null {
    const offW = Math.abs(Math.abs(powerW) - flowsW);
    if (offW <= OFF_SHARE * flowsW + OFF_W) return null;
    for (const wrapW of this.#wrapsW) {
      for (const times of TIMES) {
        const wholeW = powerW + times * wrapW;
        if (NEARER * Math.abs(Math.abs(wholeW) - flowsW) < offW) return wholeW;
      }
    }
    return null;
  }
}
