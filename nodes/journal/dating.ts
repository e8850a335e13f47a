/**
 * Gives minutes their date once the time is known. All minutes of one reading of the wrong clock
 * move by the same whole number of minutes, so that no two of them meet and none is torn.
 */
import { isoTime } from '../site/clock.ts';
import type { MinuteRecord, RecoveredBlock } from './minute.ts';
import type { HeldMinute } from './undated.ts';

const MINUTE_MS = 60_000;
/** Two minutes that lie further apart on the wrong clock than they were: it was set in between. */
const SAME_CLOCK_MS = 2_000;

export class Dating {
  readonly #offsetMs: number;
  /** How far the wrong clock is from the time, ms; null before the first minute. */
  #errorMs: number | null = null;

  /** @param offsetMs  wall time minus time since the machine started, ms */
  constructor(offsetMs: number) {
    this.#offsetMs = offsetMs;
  }

  /** Takes minutes in the order in which they were lived. */
  date({ mono_ms, record }: HeldMinute): MinuteRecord {
    const saidMs = Date.parse(record.ts);
    const errorMs = this.#offsetMs + mono_ms - saidMs;
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
      ...(recovered && { recovered: moved(recovered, ts, { shiftMs, bootMs: saidMs - mono_ms }) }),
      ...(ledger && { ledger: { ...ledger, at: ledger.at + shiftMs } }),
    };
  }
}

/**
 * The end of an outage was read from the wrong clock; its beginning only where it lies after the
 * start of the machine, else it comes from an earlier run, and a clock that may have been right.
 */
function moved(
  block: RecoveredBlock,
  ts: string,
  { shiftMs, bootMs }: { shiftMs: number; bootMs: number },
): RecoveredBlock {
  const fromMs = Date.parse(block.from);
  const from = isoTime(fromMs >= bootMs ? fromMs + shiftMs : fromMs);
  const to = isoTime(Date.parse(block.to) + shiftMs);
  if (from < to) return { ...block, from, to };
  return { ...block, from: ts, to: isoTime(Date.parse(ts) + MINUTE_MS) };
}
