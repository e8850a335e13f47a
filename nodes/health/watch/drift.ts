/**
 * Decides whether a meter is read as evenly as it should: whether, minute after minute, many of its
 * readings come early or late by a good part of the interval.
 */
import type { FaultBook } from '../faults.ts';
import type { Spread } from '../report.ts';
import { nearestRank, Recent } from '../spread.ts';

const DRIFTS_KEPT = 300;
/** A longer gap is not a poll that drifted but polls that were missed. */
const MISSED_POLLS = 5;
const BLOCK_MS = 60_000;
const BLOCK_POLLS = 20;
/** So many blocks in a row: five minutes at an interval of up to three seconds. */
const BLOCKS = 5;
/** Of the interval; what one in twenty may be off by. */
const RAISE_SHARE = 0.2;
const CLEAR_SHARE = 0.1;
const JUDGED_RANK = 0.95;

export class DriftWatch {
  readonly #source: string;
  readonly #intervalMs: number;
  readonly #blockMs: number;
  readonly #drifts = new Recent(DRIFTS_KEPT);
  #block: number[] = [];
  #blockFromMs: number | null = null;
  #readMs: number | null = null;
  /** Blocks in a row that were bad, or good. */
  #bad = 0;
  #good = 0;
  #offMs = 0;

  constructor(source: string, intervalMs: number) {
    this.#source = source;
    this.#intervalMs = intervalMs;
    this.#blockMs = Math.max(BLOCK_MS, BLOCK_POLLS * intervalMs);
  }

  /** How far from the interval two good readings lie apart, ms; null before the second. */
  get spread(): Spread | null {
    return this.#drifts.spread();
  }

  /** @param nowMs monotonic */
  note(isGood: boolean, nowMs: number): void {
    const gapMs = nowMs - (this.#readMs ?? nowMs);
    if (isGood && this.#readMs !== null && gapMs < MISSED_POLLS * this.#intervalMs) {
      const driftMs = Math.abs(gapMs - this.#intervalMs);
      this.#drifts.add(driftMs);
      this.#block.push(driftMs);
    }
    this.#readMs = isGood ? nowMs : null;
    this.#blockFromMs ??= nowMs;
    if (nowMs - this.#blockFromMs >= this.#blockMs) this.#endBlock(nowMs);
  }

  judge(book: FaultBook): void {
    if (this.#bad >= BLOCKS) {
      book.raise({
        id: 'poll_drift',
        source: this.#source,
        evidence: { off_ms: Math.round(this.#offMs), interval_ms: this.#intervalMs },
      });
    } else if (this.#good >= BLOCKS) {
      book.clear('poll_drift', this.#source);
    }
  }

  /** A block with few good readings says nothing of when they come. */
  #endBlock(nowMs: number): void {
    const drifts = this.#block.sort((a, b) => a - b);
    this.#block = [];
    this.#blockFromMs = nowMs;
    if (drifts.length < BLOCK_POLLS / 2) return;
    const offMs = nearestRank(drifts, JUDGED_RANK);
    this.#bad = offMs > RAISE_SHARE * this.#intervalMs ? this.#bad + 1 : 0;
    this.#good = offMs < CLEAR_SHARE * this.#intervalMs ? this.#good + 1 : 0;
    if (this.#bad > 0) this.#offMs = offMs;
  }
}
