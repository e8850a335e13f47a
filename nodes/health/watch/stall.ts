/**
 * Decides whether the program keeps up: whether something has held its one thread for seconds, whether
 * all its timers come late, whether the snapshots it should make have stopped.
 */
import { STALE_AFTER_MS } from '../../site/required.ts';
import type { FaultBook, Finding } from '../faults.ts';
import type { Spread } from '../report.ts';
import { Recent } from '../spread.ts';

/** What `/api/latest` and the page show is then older than it says. */
const BLOCKED_MS = 2_000;
/** Over when it has not come again for so long. */
const CALM_MS = 60_000;
/** Flows that start have much to do at once. */
const START_GRACE_MS = 10_000;
/** One tick in ten of a minute may be late by so much, ms; and again by less than that. */
const SLOW_MS = 500;
const BRISK_MS = 250;
const SLOW_RANK = 0.9;
const MINUTE_TICKS = 60;
const REPORTED_TICKS = 300;

export class StallWatch {
  readonly #startedMs: number;
  readonly #reported = new Recent(REPORTED_TICKS);
  readonly #minute = new Recent(MINUTE_TICKS);
  /** The longest of this trouble, and when the last was over. */
  #blocked: { longestMs: number; overMs: number } | null = null;
  #snapshotMs: number | null = null;
  #isSlow = false;

  /** @param nowMs monotonic, as everywhere in this module */
  constructor(nowMs: number) {
    this.#startedMs = nowMs;
  }

  /** How late the timer of a second is, over the last five minutes; null before the first. */
  get delays(): Spread | null {
    return this.#reported.spread();
  }

  snapshot(nowMs: number): void {
    this.#snapshotMs = nowMs;
  }

  /** @param lateMs  how much later than it should this tick has come */
  tick(lateMs: number, nowMs: number): void {
    this.#reported.add(Math.max(0, lateMs));
    if (nowMs - this.#startedMs < START_GRACE_MS) return;
    this.#minute.add(lateMs);
    if (lateMs < BLOCKED_MS) return;
    const longestMs = Math.max(lateMs, this.#blocked?.longestMs ?? 0);
    this.#blocked = { longestMs, overMs: nowMs };
    // Nothing could be heard meanwhile: it is not the snapshots that have stopped.
    if (this.#snapshotMs !== null) this.#snapshotMs = nowMs;
  }

  judge(nowMs: number, book: FaultBook): void {
    const found = this.#find(nowMs);
    if (found === null) book.clear('api_stall', 'site');
    else book.raise({ id: 'api_stall', source: 'site', ...found });
  }

  #find(nowMs: number): Pick<Finding, 'cause' | 'evidence'> | null {
    const silentMs = nowMs - (this.#snapshotMs ?? nowMs);
    if (silentMs > STALE_AFTER_MS) {
      return { cause: 'no_snapshots', evidence: { silent_s: seconds(silentMs) } };
    }
    if (this.#blocked !== null) {
      const calmMs = nowMs - this.#blocked.overMs;
      const evidence = { stalled_s: seconds(this.#blocked.longestMs), calm_s: seconds(calmMs) };
      if (calmMs < CALM_MS) return { cause: 'blocked', evidence };
      this.#blocked = null;
    }
    const lateMs = this.#minute.size < MINUTE_TICKS ? 0 : this.#minute.at(SLOW_RANK);
    this.#isSlow = lateMs > (this.#isSlow ? BRISK_MS : SLOW_MS);
    return this.#isSlow ? { cause: 'slow', evidence: { late_ms: Math.round(lateMs) } } : null;
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
