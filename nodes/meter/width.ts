/**
 * Decides whether a power of 16 bits is the low half of a larger number: more flows than 16 bits can
 * tell. The registers beside it are the proof, which a closer look fetches.
 */
import { Lasting, type PhaseShown } from './plausible.ts';
import type { ProfileValue } from './profile.ts';

/** What flows must be more than the largest number by so much to be sure of it. */
const SURE = 1.03;
/** So near to its largest number one that is known to be half a number is not believed. */
const NEAR = 0.97;
/** A power that wraps jumps by all its numbers; a real one hardly ever does by so much of them. */
const JUMP_SHARE = 0.75;
const JUMP_TOLD_MS = 90_000;

export class Narrow {
  readonly value: ProfileValue;
  /** Whether the registers have shown it. */
  isProven = false;
  /** Whether a closer look is called for. */
  wantsLook = false;
  readonly #mostW: number;
  readonly #jumpW: number;
  readonly #lasting = new Lasting();
  #lastW: number | null = null;
  #jumpedMs = Number.NEGATIVE_INFINITY;

  constructor(value: ProfileValue) {
    const scale = Math.abs(value.scale);
    this.value = value;
    this.#mostW = (value.type === 'int16' ? 0x7fff : 0xffff) * scale;
    this.#jumpW = JUMP_SHARE * 0x1_0000 * scale;
  }

  /** Whether it has just jumped as a number does that wraps. */
  hasJumped(monoMs: number): boolean {
    return monoMs - this.#jumpedMs < JUMP_TOLD_MS;
  }

  /** Whether more flows than it can tell, by volts, amperes and power factor, for some time. */
  isExceeded({ voltageV, currentA, powerW, powerFactor }: PhaseShown, monoMs: number): boolean {
    this.wantsLook = false;
    if (voltageV === null || currentA === null || powerW === null) return false;
    if (this.#lastW !== null && Math.abs(powerW - this.#lastW) >= this.#jumpW) {
      this.#jumpedMs = monoMs;
    }
    this.#lastW = powerW;
    const apparentVa = Math.abs(voltageV * currentA);
    const flowsW = apparentVa * Math.min(1, Math.abs(powerFactor ?? 1));
    if (this.isProven) return flowsW > NEAR * this.#mostW;
    const tooMuch = flowsW > SURE * this.#mostW;
    this.wantsLook = tooMuch || this.hasJumped(monoMs);
    // Without a power factor it may be that much less flows than volts times amperes.
    return this.#lasting.goesOn(tooMuch && powerFactor !== null, monoMs);
  }
}
