/**
 * A line without a wire: requests go to the registers of simulated meters, and what goes wrong on the
 * way goes wrong here as it does on a real one. Bytes that are right take no time, so that a scenario
 * of days can be lived in seconds; what fails takes as long as it does in the field.
 */
import { EventEmitter } from 'node:events';
import { Device } from '../../nodes/bus/device.ts';
import type {
  Line,
  LineState,
  LineStats,
  ReadOptions,
  ReadReply,
  ReadRequest,
} from '../../nodes/bus/line.ts';
import type { RegisterMeter, Reply } from '../../nodes/simulator/register-meter.ts';
import { type Clock, pause } from '../../nodes/site/clock.ts';
import { type ErrorCode, SolthriveError } from '../../nodes/site/errors.ts';

/** How a request fails. */
interface Failure {
  code: Extract<ErrorCode, 'bus_timeout' | 'bus_crc' | 'bus_bad_reply' | 'bus_unreachable'>;
}

const FAILURES: Readonly<Record<Exclude<Reply, Buffer | number>, Failure>> = {
  timeout: { code: 'bus_timeout' },
  crc_error: { code: 'bus_crc' },
  wrong_unit: { code: 'bus_bad_reply' },
};

/** A little less than a second: polls need not be one apart to the millisecond. */
const REFRESH_MS = 950;

/** How long nothing has to come until a reply is overdue, ms (a known device on a real line). */
const TIMEOUT_MS = 300;

export class MemoryLine implements Line {
  readonly id: string;
  readonly #clock: Clock;
  readonly #meters: ReadonlyMap<number, RegisterMeter>;
  /** When each meter has refreshed its registers: once a second, when it is asked. */
  readonly #refreshed = new Map<number, number>();
  readonly #devices = new Map<number, Device>();
  readonly #events = new EventEmitter<{ state: [LineState] }>();
  #isPlugged = true;
  #reconnects = 0;

  constructor(id: string, clock: Clock, meters: ReadonlyMap<number, RegisterMeter>) {
    this.id = id;
    this.#clock = clock;
    this.#meters = meters;
  }

  get state(): LineState {
    return this.#isPlugged ? 'open' : 'waiting';
  }

  /** Pulls the adapter out, or puts it back. */
  plug(isPlugged: boolean): void {
    if (isPlugged === this.#isPlugged) return;
    this.#isPlugged = isPlugged;
    if (isPlugged) this.#reconnects++;
    this.#events.emit('state', this.state);
  }

  read(request: ReadRequest, options: ReadOptions = {}): Promise<ReadReply> {
    const device = this.#device(request.unit);
    if (!this.#isPlugged) {
      device.unreached();
      return Promise.reject(this.#error('bus_unreachable', request));
    }
    const answer = this.#ask(request);
    if (Buffer.isBuffer(answer)) {
      device.answered(0, 0);
      return Promise.resolve({ data: answer, monoMs: this.#clock.mono(), wireMs: 0 });
    }
    if (typeof answer === 'number') {
      const error = new SolthriveError('bus_exception', {
        unit: request.unit,
        bus: this.id,
        exception: answer,
      });
      device.failed(error, 0, this.#clock.mono());
      return Promise.reject(error);
    }
    return this.#fail(device, request, FAILURES[answer], options);
  }

  #ask({ unit, fn, address, count }: ReadRequest): Reply {
    const meter = this.#meters.get(unit);
    if (!meter) return 'timeout';
    const nowMs = this.#clock.mono();
    if (nowMs - (this.#refreshed.get(unit) ?? Number.NEGATIVE_INFINITY) >= REFRESH_MS) {
      this.#refreshed.set(unit, nowMs);
      meter.live();
    }
    return meter.ask(fn, address, count);
  }

  async #fail(
    device: Device,
    request: ReadRequest,
    { code }: Failure,
    { signal }: ReadOptions,
  ): Promise<never> {
    if (code === 'bus_timeout') await pause(this.#clock, TIMEOUT_MS, signal);
    const error = this.#error(code, request);
    device.failed(error, TIMEOUT_MS, this.#clock.mono());
    throw error;
  }

  #error(code: Failure['code'], { unit }: ReadRequest): SolthriveError {
    return new SolthriveError(code, { unit, bus: this.id, ms: TIMEOUT_MS, what: code });
  }

  costMs(): number {
    return 0;
  }

  backOffMs(unit: number): number {
    // As on a real line: a device that has it to itself is asked all the time.
    return this.#meters.size > 1 ? this.#device(unit).backOffMs(this.#clock.mono()) : 0;
  }

  stats(): LineStats {
    const devices = [...this.#devices.values()].map((device) => device.stats());
    return { state: this.state, reconnects: this.#reconnects, devices };
  }

  on(event: 'state', listener: (state: LineState) => void): void {
    this.#events.on(event, listener);
  }

  off(event: 'state', listener: (state: LineState) => void): void {
    this.#events.off(event, listener);
  }

  #device(unit: number): Device {
    let device = this.#devices.get(unit);
    if (!device) {
      device = new Device(unit);
      this.#devices.set(unit, device);
    }
    return device;
  }
}
