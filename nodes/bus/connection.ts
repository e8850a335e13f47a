/**
 * One open port with a modbus-serial client on it: one request at a time, each with its own
 * deadline. The client gets a port of ours, because the ports it brings keep stray bytes, cannot
 * be drained and leave requests pending for ever when they are destroyed.
 */
import { EventEmitter } from 'node:events';
import modbusSerial from 'modbus-serial';
import type { Clock } from '../site/clock.ts';
import { SolthriveError } from '../site/errors.ts';
import type { BusConfig } from '../site/schema.ts';
import { loadWords } from '../site/words.ts';
import { type Framing, MbapFraming, RtuFraming } from './framing.ts';
import type { ReadRequest } from './line.ts';
import type { OpenPort, Port } from './ports.ts';

const words = loadWords(import.meta.url, 'line');

/**
 * Path unavailable, target failed to respond (Modbus application protocol V1.1b3, section 7): it is
 * the gateway that speaks, and what it says is that the device does not.
 */
const GATEWAY_EXCEPTIONS = [10, 11];

export interface ConnectionSetup {
  bus: BusConfig;
  clock: Clock;
  openPort: OpenPort;
  /** How long opening may take, ms. */
  limitMs: number;
  /** Aborted when nobody wants the connection any more. */
  signal: AbortSignal;
  onLost: (error: SolthriveError) => void;
}

type Settle = (error: SolthriveError | null, data?: Buffer) => void;

export class Connection {
  /** When the last byte came in, monotonic ms. */
  lastByteMs: number;
  readonly #bus: string;
  readonly #clock: Clock;
  readonly #framing: Framing;
  readonly #onLost: (error: SolthriveError) => void;
  readonly #wire = new Wire((adu) => this.#send(adu));
  readonly #client = new modbusSerial.default(this.#wire);
  #port: Port | null = null;
  #request: ReadRequest | null = null;
  #settle: Settle | null = null;

  private constructor({ bus, clock, onLost }: ConnectionSetup) {
    this.#bus = bus.id;
    this.#clock = clock;
    this.#onLost = onLost;
    this.#framing = bus.type === 'tcp' ? new MbapFraming(bus.id) : new RtuFraming(bus.id);
    this.lastByteMs = clock.mono();
  }

  /** Opens the port. Rejects with `bus_unreachable`. */
  static async open(setup: ConnectionSetup): Promise<Connection> {
    const connection = new Connection(setup);
    const limit = new AbortController();
    const timer = setup.clock.after(setup.limitMs, () => limit.abort());
    const signal = AbortSignal.any([setup.signal, limit.signal]);
    const listener = {
      onData: (chunk: Buffer) => connection.#take(chunk),
      onLost: (cause: Error | null) => connection.#lose(cause),
    };
    try {
      connection.#port = await setup.openPort(setup.bus, listener, signal);
      connection.#client.open();
      return connection;
    } catch (error) {
      const what = limit.signal.aborted
        ? words('no_reply_in', { ms: setup.limitMs })
        : explain(error, setup.bus);
      throw new SolthriveError('bus_unreachable', { bus: setup.bus.id, what }, error);
    } finally {
      timer.cancel();
    }
  }

  /** The stream has lost its step: only a new connection helps. */
  get broken(): boolean {
    return this.#framing.broken;
  }

  /**
   * Sends one request and waits for its reply: the registers' bytes. Must not be called while
   * another request is under way. Rejects with a `bus_` error.
   */
  read(request: ReadRequest, deadlineMs: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(deadlineMs, () => this.#expire(deadlineMs));
      this.#request = request;
      this.#settle = (error, data) => {
        timer.cancel();
        this.#settle = null;
        this.#request = null;
        this.#framing.end();
        if (data) resolve(data);
        else reject(error);
      };
      const { unit, fn, address, count } = request;
      const onReply = (error: unknown, reply?: { buffer: Buffer }) =>
        this.#settle?.(error ? this.#refusal(error, unit) : null, reply?.buffer);
      if (fn === 3) this.#client.writeFC3(unit, address, count, onReply);
      else this.#client.writeFC4(unit, address, count, onReply);
    });
  }

  /** Lets go of the port; a request under way is rejected with `bus_closed`. Never rejects. */
  async close(): Promise<void> {
    const port = this.#port;
    this.#port = null;
    this.#settle?.(new SolthriveError('bus_closed', { bus: this.#bus }));
    await port?.close();
  }

  #send(adu: Buffer): void {
    if (this.#request) this.#port?.write(this.#framing.begin(this.#request, adu));
  }

  #take(chunk: Buffer): void {
    this.lastByteMs = this.#clock.mono();
    try {
      const frame = this.#framing.take(chunk);
      if (frame && this.#settle) this.#wire.emit('data', frame);
    } catch (error) {
      this.#settle?.(error as SolthriveError);
    }
  }

  #expire(deadlineMs: number): void {
    const unit = this.#request?.unit ?? null;
    const ms = Math.round(deadlineMs);
    const silence = () => new SolthriveError('bus_timeout', { unit, bus: this.#bus, ms });
    this.#settle?.(this.#framing.shortfall() ?? silence());
  }

  #lose(cause: Error | null): void {
    if (!this.#port) return;
    this.#port = null;
    const params = { bus: this.#bus, what: words('lost') };
    const error = new SolthriveError('bus_unreachable', params, cause ?? undefined);
    this.#settle?.(error);
    this.#onLost(error);
  }

  #refusal(error: unknown, unit: number): SolthriveError {
    const { modbusCode: exception } = error as { modbusCode?: unknown };
    if (typeof exception !== 'number') {
      return new SolthriveError(
        'bus_bad_reply',
        { unit, bus: this.#bus, what: String(error) },
        error,
      );
    }
    const code = GATEWAY_EXCEPTIONS.includes(exception) ? 'bus_target_silent' : 'bus_exception';
    return new SolthriveError(code, { unit, bus: this.#bus, exception }, error);
  }
}

/** What modbus-serial takes for a port: it hands over request frames and is handed reply frames. */
class Wire extends EventEmitter {
  readonly isOpen = true;
  readonly write: (adu: Buffer) => void;

  constructor(write: (adu: Buffer) => void) {
    super();
    this.write = write;
  }

  open(done: (error: Error | null) => void): void {
    done(null);
  }
}

/** Why a port did not open, in words. */
function explain(error: unknown, bus: BusConfig): string {
  const port = bus.type === 'serial' ? bus.port : `${bus.host}:${bus.port}`;
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOENT: 'missing',
    EACCES: 'forbidden',
    ECONNREFUSED: 'refused',
    ENOTFOUND: 'not_found',
    EHOSTUNREACH: 'unreachable',
    ENETUNREACH: 'unreachable',
    ECONNRESET: 'lost',
  };
  const key = known[code ?? ''] ?? (/lock|busy/i.test(message) ? 'in_use' : null);
  return key ? words(key, { port }) : message;
}
