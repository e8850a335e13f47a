/**
 * Gives minutes their date once the time is known. All minutes of one reading of the wrong clock
 * move by the same whole number of minutes, so that no two of them meet and none is torn.
 */
import { isoTime } from '../site/clock.ts';
import type { MinuteRecord, RecoveredBlock } from './minute.ts';
import type { HeldMinute, Offset } from './undated.ts';

const MINUTE_MS = 60_000;
/** Two minutes that lie further apart on the wrong clock than they were: it was set in between. */
const SAME_CLOCK_MS = 2_000;
/** A run ends this long after its last record at the most, ms. */
const UNRECORDED_MS = 120_000;

export class Dating {
  readonly #offset: Offset;
  /** How far the wrong clock is from the time, ms; null before the first minute. */
  #errorMs: number | null = null;

  constructor(offset: Offset) {
    this.#offset = offset;
  }

  /** Takes minutes in the order in which they were lived. */
  date({ mono_ms, record }: HeldMinute): MinuteRecord {
    const saidMs = Date.parse(record.ts);
    const errorMs = this.#offset.offset_ms + mono_ms - saidMs;
    if (Math.abs(errorMs - (this.#errorMs ?? Infinity)) > SAME_CLOCK_MS) this.#errorMs = errorMs;
    const minutes = Math.round((this.#errorMs ?? errorMs) / MINUTE_MS);
    if (minutes === 0) return record;
    const shiftMs = minutes * MINUTE_MS;
    const ts = isoTime(saidMs + shiftMs);
    const { recovered, ledger } = record;
    return {
      ...record,
      ts,
      // The same run may have seen this minute by the right clock too: both parts must add.
      run: `${record.run}~${minutes}`,
      ...(recovered && { recovered: this.#moved(recovered, ts, { shiftMs, mono_ms }) }),
      ...(ledger && { ledger: { ...ledger, at: ledger.at + shiftMs } }),
    };
  }

  /**
   * An outage ended by the wrong clock. One that began before the machine started began when the
   * last record was made, which a better clock has dated.
   */
  #moved(block: RecoveredBlock, ts: string, { shiftMs, mono_ms }: Move): RecoveredBlock {
    const { recorded_ms } = this.#offset;
    const fromMs = Date.parse(block.from);
    const bootMs = Date.parse(ts) - shiftMs - mono_ms;
    const wasDated = Math.abs(fromMs - (recorded_ms ?? Infinity)) <= UNRECORDED_MS;
    const known = recorded_ms !== null && (fromMs < bootMs || wasDated);
    const from = isoTime(known ? recorded_ms : fromMs + shiftMs);
    const to = isoTime(Date.parse(block.to) + shiftMs);
    if (from < to) return { ...block, from, to };
    return { ...block, from: ts, to: isoTime(Date.parse(ts) + MINUTE_MS) };
  }
}

interface Move {
  shiftMs: number;
  mono_ms: number;
}
