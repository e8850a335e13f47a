/**
 * Decides whether a source's numbers make no sense (ct-doctor rules, section 4, row 2). What cannot
 * be is found where readings are made; here it is only counted, in reads and in time.
 */
import type { SourceState } from '../../balance/snapshot.ts';
import type { Signature } from '../../meter/meter-status.ts';
import type { Doubt } from '../../meter/reading.ts';
import type { FaultBook, Finding } from '../faults.ts';

const READS_TO_SUSPECT = 3;
const CONFIRMED_AFTER_MS = 30_000;
const READS_TO_CLEAR = 30;
/** Of reads that lie further apart, no more than this is known to have been wrong. */
const LONGEST_GAP_MS = 10_000;
/** The age of the same values is told a little differently each second, ms. */
const APART_MS = 100;

/** Where a closer look has named no cause, these doubts name their own. */
const OWN_CAUSES: Partial<Record<Doubt['kind'], string>> = { sentinel: 'sentinel', width: 'width' };

export class ScalingWatch {
  readonly #source: string;
  readonly #isOwn: boolean;
  #verdict: 'sound' | 'suspected' | 'confirmed' = 'sound';
  #doubtfulReads = 0;
  #soundReads = 0;
  /** For how long reads have been doubtful since the last time they were sound for long, ms. */
  #doubtfulMs = 0;
  #readMs: number | null = null;
  /** Of a source of somebody's own: when the newest values were measured. */
  #measuredMs: number | null = null;
  #doubt: Doubt | null = null;
  #reads = 0;
  readonly #kinds = new Set<Doubt['kind']>();
  /** Kept for as long as the fault: a closer look is withdrawn once reads are sound. */
  #signature: Signature | null = null;

  /** @param isOwn  a source of somebody's own, which has no registers that could be read wrongly */
  constructor(source: string, isOwn: boolean) {
    this.#source = source;
    this.#isOwn = isOwn;
  }

  /**
   * Takes note of a read.
   * @param doubts  what could not be of it
   * @param nowMs  monotonic
   */
  note(doubts: readonly Doubt[] = [], nowMs: number): void {
    const gapMs = Math.min(nowMs - (this.#readMs ?? nowMs), LONGEST_GAP_MS);
    this.#readMs = nowMs;
    const doubt = worst(doubts);
    if (doubt === null) {
      this.#doubtfulReads = 0;
      if (++this.#soundReads >= READS_TO_CLEAR) this.forget();
      return;
    }
    if (this.#doubtfulReads > 0) this.#doubtfulMs += gapMs;
    if (doubt.kind !== 'sentinel' || (this.#doubt?.kind ?? 'sentinel') === 'sentinel')
      this.#doubt = doubt;
    this.#soundReads = 0;
    this.#doubtfulReads++;
    this.#reads++;
    this.#kinds.add(doubt.kind);
    const isSuspect = this.#doubtfulReads >= READS_TO_SUSPECT || doubt.kind === 'sentinel';
    if (isSuspect && this.#verdict === 'sound') this.#verdict = 'suspected';
    if (this.#doubtfulMs >= CONFIRMED_AFTER_MS) this.#verdict = 'confirmed';
  }

  /** Takes note of a source of somebody's own, as the newest snapshot has it. */
  noteSource({ ok, age_ms: ageMs, doubts }: SourceState, nowMs: number): void {
    if (!ok || ageMs === null) return;
    const measuredMs = nowMs - ageMs;
    if (measuredMs - (this.#measuredMs ?? Number.NEGATIVE_INFINITY) < APART_MS) return;
    this.#measuredMs = measuredMs;
    this.note(doubts, nowMs);
  }

  /** What a closer look has told, if any was needed. */
  noteSignature(signature: Signature | null): void {
    if (signature !== null || this.#verdict === 'sound') this.#signature = signature;
  }

  /** Nothing of it counts any more: it is read soundly, or not at all. */
  forget(): void {
    this.#verdict = 'sound';
    this.#doubtfulReads = 0;
    this.#doubtfulMs = 0;
    this.#reads = 0;
    this.#kinds.clear();
    this.#doubt = null;
    this.#signature = null;
  }

  /** Of a meter that does not answer nothing else is said. */
  judge(book: FaultBook): void {
    if (book.has('meter_not_responding', this.#source)) {
      this.forget();
      book.clear('scaling_failure', this.#source);
      return;
    }
    if (this.#verdict === 'suspected' && this.#signature !== null) this.#verdict = 'confirmed';
    if (this.#verdict === 'sound' || this.#doubt === null) {
      // What was active before a deploy ends only when reads are known to be sound again.
      if (this.#readMs !== null && this.#soundReads >= READS_TO_CLEAR) {
        book.clear('scaling_failure', this.#source);
      }
      return;
    }
    book.raise(this.#finding(this.#doubt, this.#verdict));
  }

  #finding(doubt: Doubt, state: 'suspected' | 'confirmed'): Finding {
    const cause = this.#cause();
    return {
      id: 'scaling_failure',
      source: this.#source,
      ...(cause !== undefined && { cause }),
      state,
      evidence: { ...this.#numbers(doubt), reads: this.#reads },
    };
  }

  #cause(): string | undefined {
    if (this.#signature !== null) return this.#signature.cause;
    if (this.#isOwn) return 'external';
    // Where doubts are of many kinds, a code for none is one by chance.
    const [kind, ...others] = this.#kinds;
    return kind === undefined || others.length > 0 ? undefined : OWN_CAUSES[kind];
  }

  #numbers({ register, raw, shown }: Doubt): Record<string, number> {
    if (this.#signature !== null) {
      const { suggestion, register: at, raw: seen, value } = this.#signature;
      return { register: at, raw: seen, value, ...suggestion };
    }
    return {
      ...(register !== undefined && { register }),
      ...(raw !== undefined && { raw }),
      ...(shown !== null && { value: shown }),
    };
  }
}

/** The one to tell of: numbers before a code for none, which may be one of many by chance. */
function worst(doubts: readonly Doubt[]): Doubt | null {
  return doubts.find(({ kind }) => kind !== 'sentinel') ?? doubts[0] ?? null;
}
