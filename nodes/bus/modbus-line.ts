/**
 * One line's scheduler: one request at a time, fair between units, the silences between requests
 * and what has to follow a failure. Knows nothing of what the registers mean.
 */
import { pause } from '../site/clock.ts';
import { asError, SolthriveError } from '../site/errors.ts';
import type { BusConfig } from '../site/schema.ts';
import { loadWords } from '../site/words.ts';
import type { Connection } from './connection.ts';
import { Device } from './device.ts';
import type { Line, LineState, ReadOptions, ReadReply, ReadRequest } from './line.ts';
import { Link, type LinkDeps } from './link.ts';
import { deadlineMs } from './patience.ts';
import { FairQueue } from './queue.ts';
import { framesMs, type LineTiming, lineTiming, replyBytes, transactionMs } from './timing.ts';

const words = loadWords(import.meta.url, 'line');

/** The least silence that shows that a failed exchange is over: USB adapters hand on every 16 ms. */
const SETTLED_MS = 20;
const LONGEST_SETTLING_MS = 2000;
/** So many requests in a row without a byte from anyone: a network connection may be half open. */
const HALF_OPEN_SILENCES = 3;
/** Stands in for the latency of a device that has never answered (an assumption, not measured). */
const USUAL_LATENCY_MS = 20;

interface Job {
  unit: number;
  request: ReadRequest;
  options: ReadOptions;
  resolve: (reply: ReadReply) => void;
  reject: (error: Error) => void;
}

/** A `Line` over a serial port, RTU over TCP or Modbus TCP. Opens its port at the first read. */
export class ModbusLine implements Line {
  readonly id: string;
  readonly #deps: LinkDeps;
  readonly #timing: LineTiming;
  /** Replies carry no transaction id: a late one looks like the next one. */
  readonly #isRtu: boolean;
  readonly #isNetwork: boolean;
  readonly #link: Link;
  readonly #queue = new FairQueue<Job>();
  readonly #devices = new Map<number, Device>();
  #silences = 0;
  #serving = false;

  constructor(bus: BusConfig, deps: LinkDeps) {
    this.id = bus.id;
    this.#deps = deps;
    this.#timing = lineTiming(bus);
    this.#isRtu = bus.type !== 'tcp';
    this.#isNetwork = bus.type !== 'serial';
    this.#link = new Link(bus, deps);
  }

  get state(): LineState {
    return this.#link.state;
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return this.#queue.size;
  }

  read(request: ReadRequest, options: ReadOptions = {}): Promise<ReadReply> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ unit: request.unit, request, options, resolve, reject });
      if (!this.#serving) void this.#serve();
    });
  }

  costMs(request: ReadRequest, options: ReadOptions = {}): number {
    const { gapMs = 0, replyDelayMs = USUAL_LATENCY_MS } = options;
    const latencyMs = this.#devices.get(request.unit)?.latencyMs ?? replyDelayMs;
    return transactionMs(this.#timing, request.count, latencyMs) + gapMs;
  }

  backOffMs(unit: number): number {
    // The only device of a line costs nobody anything.
    if (this.#devices.size < 2) return 0;
    return this.#devices.get(unit)?.backOffMs(this.#deps.clock.mono()) ?? 0;
  }

  stats(): ReturnType<Line['stats']> {
    return {
      state: this.state,
      reconnects: this.#link.reconnects,
      devices: [...this.#devices.values()].map((device) => device.stats()),
    };
  }

  on(event: 'state', listener: (state: LineState) => void): void {
    this.#link.events.on(event, listener);
  }

  off(event: 'state', listener: (state: LineState) => void): void {
    this.#link.events.off(event, listener);
  }

  /**
   * Closes for good: waiting reads are rejected with `bus_closed`. Resolves when the system has let
   * go of the port, or after 5 s. Never rejects.
   */
  close(): Promise<void> {
    return this.#link.close();
  }

  /** The one loop that uses the port; it runs only while there are jobs. */
  async #serve(): Promise<void> {
    this.#serving = true;
    for (let job = this.#queue.shift(); job; job = this.#queue.shift()) {
      try {
        job.resolve(await this.#perform(job));
      } catch (error) {
        job.reject(asError(error));
        if (!isException(error)) await this.#recover(job.request);
      }
    }
    this.#serving = false;
  }

  async #perform({ request, options }: Job): Promise<ReadReply> {
    if (options.signal?.aborted) throw this.#link.closedError();
    const device = this.#device(request.unit);
    if (device.mayConfuse(request)) await this.#findStep(device, request, options);
    const inDebt = device.inDebt;
    try {
      return await this.#exchange(device, request, options);
    } catch (error) {
      if (!inDebt || !isException(error)) throw error;
      // It may be the answer to an earlier request: no reason to take a register for missing.
      await this.#forgive(device, request, options);
      const params = { unit: request.unit, bus: this.id, what: words('out_of_step') };
      throw new SolthriveError('bus_bad_reply', params, error);
    }
  }

  /** Makes sure that no late reply to an earlier request can be taken for the next answer. */
  async #findStep(device: Device, request: ReadRequest, options: ReadOptions): Promise<void> {
    try {
      await this.#exchange(device, device.probeFor(request), options);
    } catch (error) {
      if (!isException(error)) throw error;
      await this.#forgive(device, request, options);
    }
  }

  /** Waits as long as a reply may take, so that the device owes nothing any more. */
  async #forgive(device: Device, request: ReadRequest, options: ReadOptions): Promise<void> {
    const { connection } = this.#link;
    if (connection) await this.#settle(connection, this.#deadline(device, request, options));
    device.forgive();
  }

  async #exchange(device: Device, request: ReadRequest, options: ReadOptions): Promise<ReadReply> {
    const connection = await this.#connected(device);
    await this.#keepSilence(connection, options.gapMs ?? 0);
    const { clock } = this.#deps;
    const startMs = clock.mono();
    try {
      const data = await connection.read(request, this.#deadline(device, request, options));
      const monoMs = clock.mono();
      const wireMs = monoMs - startMs;
      device.answered(wireMs, Math.max(0, wireMs - framesMs(this.#timing, request.count)));
      this.#silences = 0;
      this.#link.replied();
      return { data, monoMs, wireMs };
    } catch (error) {
      if (error instanceof SolthriveError) this.#book(error, device, request, startMs);
      throw error;
    }
  }

  #book(error: SolthriveError, device: Device, request: ReadRequest, startMs: number): void {
    const { code } = error;
    const nowMs = this.#deps.clock.mono();
    device.failed(error, nowMs - startMs, nowMs);
    this.#silences = code === 'bus_timeout' ? this.#silences + 1 : 0;
    if (code === 'bus_exception' || code === 'bus_target_silent') this.#link.replied();
    const mayStillCome = code === 'bus_timeout' || code === 'bus_bad_reply';
    if (this.#isRtu && mayStillCome) device.owes(request);
  }

  async #connected(device: Device): Promise<Connection> {
    try {
      return await this.#link.connected();
    } catch (error) {
      device.unreached();
      throw error;
    }
  }

  #deadline(device: Device, request: ReadRequest, { replyDelayMs = 0 }: ReadOptions): number {
    return deadlineMs({
      framesMs: framesMs(this.#timing, request.count),
      slowestMs: device.slowestMs,
      replyDelayMs,
      failures: device.failures,
    });
  }

  async #keepSilence(connection: Connection, gapMs: number): Promise<void> {
    const silenceMs = this.#timing.silenceMs + gapMs;
    for (;;) {
      const leftMs = connection.lastByteMs + silenceMs - this.#deps.clock.mono();
      if (leftMs <= 0) break;
      await pause(this.#deps.clock, Math.ceil(leftMs));
    }
    if (this.#link.ending.aborted) throw this.#link.closedError();
  }

  /** After a failure: lets the line come to rest, or takes a fresh connection where that helps. */
  async #recover(request: ReadRequest): Promise<void> {
    const { connection, ending } = this.#link;
    if (!connection || ending.aborted) return;
    this.#link.missed();
    if (this.#isRtu) {
      const replyMs = replyBytes(request.count) * this.#timing.characterMs;
      await this.#settle(connection, Math.max(replyMs, SETTLED_MS));
    }
    const isHalfOpen = this.#isNetwork && this.#silences >= HALF_OPEN_SILENCES;
    if (connection.broken || (isHalfOpen && this.#link.mayRenew)) {
      this.#silences = 0;
      await this.#link.renew();
    }
  }

  /** Waits until nothing has come in for `quietMs`; a line that babbles on is left to the checks. */
  async #settle(connection: Connection, quietMs: number): Promise<void> {
    const { clock } = this.#deps;
    const startMs = clock.mono();
    for (;;) {
      const leftMs = Math.max(startMs, connection.lastByteMs) + quietMs - clock.mono();
      if (leftMs <= 0 || clock.mono() - startMs > LONGEST_SETTLING_MS) return;
      await pause(clock, Math.ceil(leftMs), this.#link.ending);
      if (this.#link.ending.aborted) return;
    }
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

function isException(error: unknown): boolean {
  return error instanceof SolthriveError && error.code === 'bus_exception';
}
