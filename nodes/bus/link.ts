/**
 * Keeps one connection to a port: opens it, and after a loss comes back with a fresh one, sooner
 * after a short outage and later after a long one. Knows nothing of requests.
 */
import { EventEmitter } from 'node:events';
import type { Clock, Timer } from '../site/clock.ts';
import { within } from '../site/closing.ts';
import { SolthriveError } from '../site/errors.ts';
import type { BusConfig } from '../site/schema.ts';
import { loadWords } from '../site/words.ts';
import { Connection } from './connection.ts';
import type { LineState } from './line.ts';
import { reconnectAfter } from './patience.ts';
import type { OpenPort } from './ports.ts';

const words = loadWords(import.meta.url, 'line');

const CONNECT_LIMIT_MS = 2000;

export interface LinkDeps {
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  openPort: OpenPort;
  /** The port may be opened once this is settled. */
  free?: Promise<void> | undefined;
}

export class Link {
  readonly events = new EventEmitter<{ state: [LineState] }>();
  readonly #bus: BusConfig;
  readonly #deps: LinkDeps;
  readonly #ending = new AbortController();
  #state: LineState = 'closed';
  #connection: Connection | null = null;
  #opening: Promise<Connection> | null = null;
  #openings = 0;
  #triedAtMs = 0;
  #retry: Timer | null = null;
  #unreachable: SolthriveError | null = null;
  #outageSinceMs: number | null = null;

  constructor(bus: BusConfig, deps: LinkDeps) {
    this.#bus = bus;
    this.#deps = deps;
  }

  get state(): LineState {
    return this.#state;
  }

  get connection(): Connection | null {
    return this.#connection;
  }

  get reconnects(): number {
    return Math.max(0, this.#openings - 1);
  }

  /** Aborted when the link is closed for good. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  closedError(): SolthriveError {
    return new SolthriveError('bus_closed', { bus: this.#bus.id });
  }

  /**
   * The open connection, opened first where needed. Rejects with `bus_unreachable` at once while
   * the link is waiting for its next try, with `bus_closed` after `close`.
   */
  connected(): Connection | Promise<Connection> {
    if (this.ending.aborted) throw this.closedError();
    if (this.#connection) return this.#connection;
    if (this.#opening) return this.#opening;
    if (this.#unreachable) throw this.#unreachable;
    return this.#open();
  }

  /** A reply came: whatever outage there was is over. Nothing else ends one. */
  replied(): void {
    this.#outageSinceMs = null;
  }

  /** A request got no reply. */
  missed(): void {
    this.#outageSinceMs ??= this.#deps.clock.mono();
  }

  /** Whether enough time has passed since the last opening for another one. */
  get mayRenew(): boolean {
    return this.#reconnectDelayMs() === 0;
  }

  /** Replaces an open connection by a fresh one. Resolves when the old one is closed. */
  async renew(): Promise<void> {
    const old = this.#connection;
    this.#connection = null;
    await old?.close();
    this.#down(new SolthriveError('bus_unreachable', { bus: this.#bus.id, what: words('lost') }));
  }

  /** Resolves when the system has let go of the port, or after 5 s. Never rejects. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#retry?.cancel();
    await within(this.#deps.clock, this.#letGo());
    this.#setState('closed');
  }

  async #letGo(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    const connection = this.#connection;
    this.#connection = null;
    await connection?.close();
  }

  #open(): Promise<Connection> {
    this.#setState('connecting');
    this.#opening = this.#tryToOpen();
    return this.#opening;
  }

  async #tryToOpen(): Promise<Connection> {
    const { clock, openPort, free } = this.#deps;
    await free;
    this.#triedAtMs = clock.mono();
    try {
      this.#connection = await Connection.open({
        bus: this.#bus,
        clock,
        openPort,
        limitMs: CONNECT_LIMIT_MS,
        signal: this.ending,
        onLost: (error) => this.#down(error),
      });
      this.#opening = null;
      this.#unreachable = null;
      this.#openings++;
      this.#setState('open');
      return this.#connection;
    } catch (error) {
      this.#opening = null;
      if (this.ending.aborted) throw this.closedError();
      this.#down(error as SolthriveError);
      throw error;
    }
  }

  /** Comes back after a while; at once when the last try is long enough ago. */
  #down(error: SolthriveError): void {
    this.#connection = null;
    this.#unreachable = error;
    this.missed();
    if (this.ending.aborted) return;
    const delayMs = this.#reconnectDelayMs();
    if (delayMs === 0) {
      this.#openUnasked();
      return;
    }
    this.#setState('waiting');
    this.#retry = this.#deps.clock.after(delayMs, () => this.#openUnasked());
  }

  #openUnasked(): void {
    this.#open().catch(() => undefined);
  }

  #reconnectDelayMs(): number {
    const nowMs = this.#deps.clock.mono();
    const outageMs = nowMs - (this.#outageSinceMs ?? nowMs);
    const nextMs = this.#triedAtMs + reconnectAfter(outageMs, this.#deps.random());
    return Math.max(0, nextMs - nowMs);
  }

  #setState(state: LineState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.events.emit('state', state);
  }
}
