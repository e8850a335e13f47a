/** What a line knows of one device: its counters, how slow it is, and which replies it still owes. */
import type { ErrorCode, SolthriveError } from '../site/errors.ts';
import type { DeviceStats, ReadRequest } from './line.ts';
import { backOffAfter } from './patience.ts';

const SMOOTHING = 0.1;
const PEAK_FADING = 0.02;
/** No device answers after this many other requests. */
const MOST_DEBTS = 16;
const LONGEST_READ = 125;

export class Device {
  readonly unit: number;
  /** The slowest latency lately, ms; it fades slowly. Null before the first reply. */
  slowestMs: number | null = null;
  failures = 0;
  #requests = 0;
  #errors: Partial<Record<ErrorCode, number>> = {};
  #latencyMs: number | null = null;
  #wireMs = 0;
  #silentSinceMs: number | null = null;
  #failedAtMs = 0;
  /** Shapes of requests whose replies may still come: function and length. */
  #debts = new Set<number>();

  constructor(unit: number) {
    this.unit = unit;
  }

  /** Books a reply that took `tookMs`, `latencyMs` of it the device's own. */
  answered(tookMs: number, latencyMs: number): void {
    this.#requests++;
    this.#wireMs += tookMs;
    this.failures = 0;
    this.#silentSinceMs = null;
    this.#debts.clear();
    this.#latencyMs = towards(this.#latencyMs ?? latencyMs, latencyMs, SMOOTHING);
    this.slowestMs = Math.max(latencyMs, towards(this.slowestMs ?? 0, latencyMs, PEAK_FADING));
  }

  /** Books a failed request that took `tookMs`, at the monotonic time `nowMs`. */
  failed(error: SolthriveError, tookMs: number, nowMs: number): void {
    this.#requests++;
    this.#wireMs += tookMs;
    this.#errors[error.code] = (this.#errors[error.code] ?? 0) + 1;
    this.failures++;
    this.#failedAtMs = nowMs;
    // A device that refuses is there: no reason to leave it alone.
    this.#silentSinceMs = error.code === 'bus_exception' ? null : (this.#silentSinceMs ?? nowMs);
  }

  /** Books a request that could not be sent, because the line was down. */
  unreached(): void {
    this.#errors.bus_unreachable = (this.#errors.bus_unreachable ?? 0) + 1;
  }

  /** Its reply to `request` did not come, or not whole: it may still. */
  owes(request: ReadRequest): void {
    const [oldest] = this.#debts;
    if (oldest !== undefined && this.#debts.size >= MOST_DEBTS) this.#debts.delete(oldest);
    this.#debts.add(shape(request));
  }

  /** Whether any reply is owed. */
  get inDebt(): boolean {
    return this.#debts.size > 0;
  }

  /** Whether a late reply could be taken for the answer to `request`. */
  mayConfuse(request: ReadRequest): boolean {
    return this.#debts.has(shape(request));
  }

  forgive(): void {
    this.#debts.clear();
  }

  /**
   * A short read at the same place whose answer nothing late can be taken for. A device answers in
   * order, so once this is answered no late reply can follow. Even lengths, because some meters
   * refuse to cut a 32-bit value in half.
   */
  probeFor(request: ReadRequest): ReadRequest {
    for (let count = 2; count < LONGEST_READ; count += 2) {
      const probe = { ...request, count };
      if (!this.mayConfuse(probe) && count !== request.count) return probe;
    }
    return { ...request, count: 1 };
  }

  /** How long to leave it alone, ms from `nowMs`. */
  backOffMs(nowMs: number): number {
    if (this.#silentSinceMs === null) return 0;
    const outageMs = this.#failedAtMs - this.#silentSinceMs;
    return Math.max(0, this.#failedAtMs + backOffAfter(outageMs) - nowMs);
  }

  /** Smoothed latency, ms; null before the first reply. */
  get latencyMs(): number | null {
    return this.#latencyMs;
  }

  stats(): DeviceStats {
    return {
      unit: this.unit,
      requests: this.#requests,
      errors: { ...this.#errors },
      latencyMs: this.#latencyMs,
      wireMs: this.#wireMs,
      failures: this.failures,
    };
  }
}

function towards(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function shape({ fn, count }: ReadRequest): number {
  return (fn << 8) | count;
}
