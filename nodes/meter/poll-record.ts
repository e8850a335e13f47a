/** Keeps account of one meter's polls, and decides whether it is live by the age of its values. */
import type { Line } from '../bus/line.ts';
import { type Clock, isoTime } from '../site/clock.ts';
import { STALE_AFTER_MS } from '../site/required.ts';
import type { MeterState, MeterStatus, Signature } from './meter-status.ts';
import type { PlannedRead } from './plan.ts';
import type { Reading } from './reading.ts';
import type { MeterSession } from './session.ts';

/** How often a status is repeated although nothing changed. */
const REPEAT_MS = 10_000;
const OVERDUE_CYCLES = 3;
/** Failures that are told only when a reply is overdue, by us or by a gateway. */
const SILENCES: readonly string[] = ['bus_timeout', 'bus_bad_reply', 'bus_target_silent'];

export interface RecordOptions {
  session: MeterSession;
  line: Line;
  clock: Clock;
  intervalMs: number;
}

export class PollRecord {
  readonly session: MeterSession;
  /** When it was last asked, monotonic ms; null before. */
  triedMs: number | null = null;
  readonly #options: RecordOptions;
  readonly #freshMs: number;
  readonly #begunMs: number;
  #last: Reading | null = null;
  #goodMs: number | null = null;
  #cycleMs: number | null = null;
  #latencyMs: number | null = null;
  #failures = 0;
  #state: MeterState = 'connecting';
  #since: string;
  /** Of the signature that was reported last. */
  #cause: Signature['cause'] | undefined;
  #reportedMs: number | null = null;

  constructor(options: RecordOptions) {
    this.#options = options;
    this.session = options.session;
    this.#since = isoTime(options.clock.now());
    this.#begunMs = options.clock.mono();
    this.#freshMs = Math.max(STALE_AFTER_MS, 3 * options.intervalMs);
  }

  /** It kept the line waiting for an answer: asking it again may well take as long. */
  get isSilent(): boolean {
    return SILENCES.includes(this.#last?.error?.code ?? '');
  }

  get isAnswering(): boolean {
    return this.#last?.ok === true;
  }

  /** When it may be asked again after a failure, monotonic ms. */
  get dueMs(): number {
    const { clock, line, intervalMs } = this.#options;
    const backOffMs = line.backOffMs(this.session.meter.unit);
    const nextMs = (this.triedMs ?? Number.NEGATIVE_INFINITY) + intervalMs;
    return Math.max(clock.mono() + backOffMs, nextMs);
  }

  /** It could have been asked for some cycles, but never was there time. */
  get isOverdue(): boolean {
    const { clock, intervalMs } = this.#options;
    const waitedMs = clock.mono() - (this.triedMs ?? Number.NEGATIVE_INFINITY);
    return this.dueMs <= clock.mono() && waitedMs > OVERDUE_CYCLES * intervalMs;
  }

  note(reading: Reading): void {
    this.#last = reading;
    this.#failures = reading.ok ? 0 : this.#failures + 1;
    if (!reading.ok) return;
    this.#cycleMs = this.#goodMs === null ? null : reading.mono_ms - this.#goodMs;
    this.#goodMs = reading.mono_ms;
    this.#latencyMs = reading.latency_ms ?? null;
  }

  /** What there is to say; null when nothing changed and it was said lately. */
  report(): MeterStatus | null {
    const { clock } = this.#options;
    const state = this.#judge();
    const isOther = state !== this.#state;
    if (isOther) this.#since = isoTime(clock.now());
    this.#state = state;
    const cause = this.session.signature?.cause;
    const changed = isOther || cause !== this.#cause;
    this.#cause = cause;
    const repeatMs = (this.#reportedMs ?? Number.NEGATIVE_INFINITY) + REPEAT_MS;
    if (!changed && clock.mono() < repeatMs) return null;
    this.#reportedMs = clock.mono();
    return this.#status();
  }

  #judge(): MeterState {
    const isRecent = this.#options.clock.mono() - (this.#goodMs ?? this.#begunMs) <= this.#freshMs;
    if (this.#goodMs !== null) return isRecent ? 'live' : 'failing';
    // At the start the other side may not be up yet either.
    return isRecent || this.#last === null ? 'connecting' : 'failing';
  }

  #status(): MeterStatus {
    const { session, line } = this.#options;
    const { meter, plan } = session;
    const { state, reconnects, devices } = line.stats();
    const stats = devices.find(({ unit }) => unit === meter.unit);
    return {
      meter: meter.id,
      bus: line.id,
      line: { state, reconnects },
      state: this.#state,
      since: this.#since,
      latency_ms: roundedMs(this.#latencyMs),
      cycle_ms: roundedMs(this.#cycleMs),
      failures: this.#failures,
      ...(this.#last?.error ? { error: this.#last.error } : {}),
      identity: session.identity,
      ...(session.serial !== undefined && { serial: session.serial }),
      ...(session.signature !== null && { signature: session.signature }),
      missing: session.missing,
      ...(stats && {
        stats: {
          ...stats,
          latencyMs: roundedMs(stats.latencyMs),
          wireMs: Math.round(stats.wireMs),
        },
      }),
      plan: { fast: plan.fast.map(nameOf), slow: plan.slow.map(nameOf) },
    };
  }
}

/** A tenth of a ms is as much as a clock between two processes means. */
function roundedMs(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}

function nameOf({ fn, address, count }: PlannedRead): string {
  return `${fn}:${address}x${count}`;
}
