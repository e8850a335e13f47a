/**
 * Decides, for one source, whether it answers and whether its values are alive. It knows readings
 * and time, not how they were read.
 */
import type { MeterStatus } from '../../meter/meter-status.ts';
import type { Reading } from '../../meter/reading.ts';
import { STALE_AFTER_MS } from '../../site/required.ts';
import type { FaultBook } from '../faults.ts';

const SILENT_POLLS = 3;
const SILENT_MS = 3_000;
const FROZEN_MS = 30_000;
/** Opening ports and first identification take their time. */
const START_GRACE_MS = 10_000;
/** A flow of somebody's own may have to log in somewhere first. */
const SOURCE_GRACE_MS = 30_000;
const REPLIES_TO_CLEAR = 2;
/** Errors of a poll that have advice of their own. */
export const CAUSES: readonly string[] = [
  'bus_timeout',
  'bus_unreachable',
  'bus_target_silent',
  'bus_crc',
  'bus_exception',
  'bus_bad_reply',
];

export interface WatchedMeter {
  id: string;
  /** Polled by us: only then can it fail to answer. */
  modbus: boolean;
  /** The home's numbers need it: only then is old data a fault. */
  required: boolean;
  intervalMs: number;
}

export class MeterWatch {
  readonly #meter: WatchedMeter;
  readonly #startedMs: number;
  #measuredMs: number | null = null;
  #changedMs: number | null = null;
  /** The values that move by themselves, as they were last read. */
  #values: readonly (number | null)[] = [];
  #moving = false;
  #failedPolls = 0;
  #goodPolls = 0;
  #polled: boolean;
  #lastError: string | null = null;
  #cause: string | null = null;

  /** @param nowMs monotonic, as everywhere in this module */
  constructor(meter: WatchedMeter, nowMs: number) {
    this.#meter = meter;
    this.#polled = meter.modbus;
    this.#startedMs = nowMs;
  }

  /** When the newest values were measured; null before any. */
  get measuredMs(): number | null {
    return this.#measuredMs;
  }

  note(reading: Reading, nowMs: number): void {
    if (!reading.ok) {
      this.#failedPolls++;
      this.#goodPolls = 0;
      this.#noteCause(reading.error?.code ?? '');
      return;
    }
    this.#failedPolls = 0;
    this.#goodPolls++;
    this.#lastError = null;
    // A source of somebody's own may have no idea of our monotonic clock: never later than now.
    this.#measuredMs = Math.min(reading.mono_ms ?? nowMs, nowMs);
    const values = liveValues(reading);
    if (!areSame(values, this.#values)) this.#changedMs = nowMs;
    this.#values = values;
    // All zero (an inverter at night, no voltage known) cannot be told from frozen.
    this.#moving = values.some((value) => value !== null && value !== 0);
  }

  /** An error that comes once among others does not change the advice. */
  #noteCause(code: string): void {
    if (!CAUSES.includes(code)) return;
    if (this.#lastError === null || this.#lastError === code) this.#cause = code;
    this.#lastError = code;
  }

  /** A meter that cannot be asked as it is configured is not one that does not answer. */
  noteState({ state, error }: MeterStatus, book: FaultBook): void {
    const { id, modbus } = this.#meter;
    if (!modbus) return;
    this.#polled = state !== 'misconfigured';
    if (this.#polled) {
      book.clear('config_invalid', id);
      return;
    }
    book.clear('meter_not_responding', id);
    book.raise({
      id: 'config_invalid',
      source: id,
      evidence: {},
      ...(error && { cause: error.code, message: error.message }),
      ...(error?.hint && { advice: error.hint }),
    });
  }

  judge(nowMs: number, book: FaultBook): void {
    if (!this.#meter.modbus) this.#judgeSource(nowMs, book);
    else if (this.#polled) this.#judgeReplies(nowMs, book);
    if (this.#meter.required) this.#judgeAge(nowMs, book);
  }

  /** "3 polls in a row, or 3 s, whichever is later"; a line that says nothing at all fails as well. */
  #judgeReplies(nowMs: number, book: FaultBook): void {
    const { id, intervalMs } = this.#meter;
    const silentMs = nowMs - (this.#measuredMs ?? this.#startedMs);
    const failed = this.#failedPolls >= SILENT_POLLS && silentMs >= this.#patienceMs();
    const mute =
      silentMs >=
      (this.#measuredMs === null
        ? START_GRACE_MS
        : Math.max(SILENT_MS, SILENT_POLLS * intervalMs) + 500);
    if (failed || mute) {
      book.raise({
        id: 'meter_not_responding',
        source: id,
        // Where no poll has failed, none was made.
        ...(this.#failedPolls > 0 && this.#cause !== null ? { cause: this.#cause } : {}),
        evidence: { failed_polls: this.#failedPolls, silent_s: seconds(silentMs) },
      });
    } else if (this.#goodPolls >= REPLIES_TO_CLEAR) {
      book.clear('meter_not_responding', id);
    }
  }

  /** What starts together with us may not be open yet: an adapter, the network, a simulated home. */
  #patienceMs(): number {
    const isOpening = this.#measuredMs === null && this.#cause === 'bus_unreachable';
    return isOpening ? START_GRACE_MS : SILENT_MS;
  }

  /** A source that sends by itself fails when its values are too old to be shown, or never came. */
  #judgeSource(nowMs: number, book: FaultBook): void {
    const { id, intervalMs } = this.#meter;
    const silentMs = nowMs - (this.#measuredMs ?? this.#startedMs);
    const patienceMs = this.#measuredMs === null ? SOURCE_GRACE_MS : STALE_AFTER_MS;
    if (silentMs > Math.max(patienceMs, 2.5 * intervalMs)) {
      const evidence = { silent_s: seconds(silentMs) };
      book.raise({ id: 'meter_not_responding', source: id, cause: 'external', evidence });
    } else if (this.#measuredMs !== null) {
      book.clear('meter_not_responding', id);
    }
  }

  #judgeAge(nowMs: number, book: FaultBook): void {
    const { id, intervalMs } = this.#meter;
    // The same silence is told once, by what explains it.
    if (book.has('meter_not_responding', id)) {
      book.clear('data_stale', id);
      return;
    }
    const ageMs = nowMs - (this.#measuredMs ?? this.#startedMs);
    const staleMs = this.#measuredMs === null ? START_GRACE_MS : STALE_AFTER_MS;
    if (ageMs > Math.max(staleMs, 2.5 * intervalMs)) {
      book.raise({ id: 'data_stale', source: id, evidence: { age_s: seconds(ageMs) } });
      return;
    }
    if (this.#measuredMs === null) return;
    const frozenMs = nowMs - (this.#changedMs ?? nowMs);
    if (this.#moving && frozenMs >= Math.max(FROZEN_MS, 5 * intervalMs)) {
      const evidence = { age_s: seconds(ageMs), frozen_s: seconds(frozenMs) };
      book.raise({ id: 'data_stale', source: id, cause: 'frozen', evidence });
    } else {
      book.clear('data_stale', id);
    }
  }
}

/**
 * Every value that moves by itself on a live line, in a fixed order. The frequency is read so seldom that
 * its last change may be seen long after it: it counts only where there is nothing faster.
 */
function liveValues(reading: Reading): (number | null)[] {
  const values: (number | null)[] = [];
  for (const channel of Object.values(reading.channels)) {
    values.push(channel.power_w);
    for (const phase of Object.values(channel.phases ?? {})) {
      values.push(phase.voltage_v, phase.current_a, phase.power_w);
    }
  }
  if (!values.some((value) => value !== null)) values.push(reading.frequency_hz ?? null);
  return values;
}

function areSame(values: readonly (number | null)[], others: readonly (number | null)[]): boolean {
  return (
    values.length === others.length &&
    values.every((value, index) => Object.is(value, others[index]))
  );
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
