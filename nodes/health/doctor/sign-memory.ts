/** The sign of one input's power, and when and how it changed. */
import { fieldsOf, numberOf } from './cases.ts';

/** A sign counts when it has stood for as long. */
const SETTLED_MS = 10_000;
/** A change of sign between two samples this close, with the same current, is a change of wires. */
const AT_ONCE_MS = 10_000;
const SAME_CURRENT = 0.2;

export type Sign = -1 | 0 | 1;

export interface Flip {
  /** When the first sample of the new sign came, monotonic ms. */
  monoMs: number;
  from: Sign;
  /** It changed while nobody looked. */
  away: boolean;
  /** It changed from one sample to the next. */
  atOnce: boolean;
  /** It kept the current it had: nothing was switched meanwhile. */
  sameCurrent: boolean;
  /** By how much the power changed, W. */
  jumpW: number;
}

export class SignMemory {
  readonly phase: string;
  /** The sign that has settled; 0 while none has since nobody looked. */
  sign: Sign = 0;
  flip: Flip | null = null;
  /** When it last carried anything, monotonic ms. */
  seenMs = Number.NEGATIVE_INFINITY;
  /** What it was before nobody looked. */
  #before: Sign = 0;
  #candidate: Sign = 0;
  #candidateMs = 0;
  #candidateSinceMs = 0;
  #how = { atOnce: false, sameCurrent: false, jumpW: 0 };
  #last = { watts: 0, amps: 0 };

  constructor(phase: string) {
    this.phase = phase;
  }

  /** Takes a sample that carries enough to have a sign. */
  take(passedMs: number, now: { monoMs: number; watts: number; amps: number }): void {
    const sign = now.watts < 0 ? -1 : 1;
    if (sign !== this.#candidate) this.#begin(sign, now);
    else this.#candidateMs += passedMs;
    this.seenMs = now.monoMs;
    this.#last.watts = now.watts;
    this.#last.amps = now.amps;
    if (this.#candidateMs >= SETTLED_MS && sign !== this.sign) this.#settle(sign);
  }

  /** Nobody has looked for a while: what comes is compared with what was. */
  lookAway(): void {
    if (this.sign !== 0) this.#before = this.sign;
    this.sign = 0;
    this.flip = null;
    this.#candidate = 0;
    this.#candidateMs = 0;
  }

  save(): unknown {
    return { sign: this.sign === 0 ? this.#before : this.sign };
  }

  restore(saved: unknown): void {
    const sign = numberOf(fieldsOf(saved).sign);
    this.#before = sign === 1 || sign === -1 ? sign : 0;
  }

  #begin(sign: Sign, now: { monoMs: number; watts: number; amps: number }): void {
    const { watts, amps } = this.#last;
    this.#how = {
      atOnce: now.monoMs - this.seenMs <= AT_ONCE_MS,
      sameCurrent: Math.abs(now.amps - amps) <= SAME_CURRENT * amps,
      jumpW: Math.abs(now.watts - watts),
    };
    this.#candidate = sign;
    this.#candidateMs = 0;
    this.#candidateSinceMs = now.monoMs;
  }

  #settle(sign: Sign): void {
    const from = this.sign === 0 ? this.#before : this.sign;
    const isFlip = from !== 0 && from !== sign;
    const how = { away: this.sign === 0, ...this.#how };
    this.flip = isFlip ? { monoMs: this.#candidateSinceMs, from, ...how } : null;
    this.sign = sign;
  }
}
