/** What a line is to those who read over it. One line is one serial port or one TCP connection. */
import type { ErrorCode } from '../site/errors.ts';

export interface ReadRequest {
  /** Unit id (slave address) of the device. */
  unit: number;
  /** 3 reads holding registers, 4 input registers. */
  fn: 3 | 4;
  /** 0-based PDU address of the first register. */
  address: number;
  /** How many registers, 1 to 125. */
  count: number;
}

export interface ReadReply {
  /** The registers as they came: big-endian bytes within each, `2 * count` bytes in all. */
  data: Buffer;
  /** Monotonic ms at which the reply was complete. */
  monoMs: number;
  /** From the request's first byte to the reply's last, ms. */
  wireMs: number;
}

/** Counters of one device (unit id) on a line, since the line was opened. */
export interface DeviceStats {
  unit: number;
  requests: number;
  /** Failures by kind. */
  errors: Partial<Record<ErrorCode, number>>;
  /** Time between request sent and reply begun, smoothed, ms; null before the first reply. */
  latencyMs: number | null;
  /** Wire time of all requests, ms. */
  wireMs: number;
  /** Consecutive failures; 0 when the last request went well. */
  failures: number;
}

export type LineState = 'closed' | 'connecting' | 'open' | 'waiting';

export interface LineStats {
  state: LineState;
  /** How often it was opened again, since it was first. */
  reconnects: number;
  devices: DeviceStats[];
}

export interface ReadOptions {
  /** Added to every request's silence before sending, ms (some meters want 100 ms). */
  gapMs?: number;
  /** The device's minimum reply delay from its profile, ms. */
  replyDelayMs?: number;
  signal?: AbortSignal;
}

export interface Line {
  readonly id: string;
  readonly state: LineState;
  /** Reads once, in turn. Rejects with a `SolthriveError` whose code begins with `bus_`. */
  read(request: ReadRequest, options?: ReadOptions): Promise<ReadReply>;
  /**
   * What a read will cost on this line, ms: both frames, the silences, the device's own latency.
   * Before a latency is known, `replyDelayMs` stands in for it.
   */
  costMs(request: ReadRequest, options?: ReadOptions): number;
  /** How long to leave a failing device alone, ms from now; 0 when it may be asked. */
  backOffMs(unit: number): number;
  stats(): LineStats;
  on(event: 'state', listener: (state: LineState) => void): void;
  off(event: 'state', listener: (state: LineState) => void): void;
}
