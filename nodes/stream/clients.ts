/**
 * The clients of `/ws`: who gets which frame, who is too slow for a snapshot, and who has stopped
 * reading altogether. It knows sockets only by what it asks of them.
 */
import { type Clock, isoTime, type Timer } from '../site/clock.ts';
import { type FrameType, numberFrame, type SharedFrame, shareFrame } from './frames.ts';

/** About half a minute of snapshots. More would show a slow client the past. */
const SLOW_BYTES = 64 * 1024;
/** Beyond this no frame at all is worth the memory. */
const LOST_BYTES = 1024 * 1024;
const HEARTBEAT_MS = 5_000;
const LOST_MS = 30_000;

export interface ClientSocket {
  /** Bytes accepted by `send` and not yet by the network. */
  readonly bufferedAmount: number;
  send(text: string): void;
  ping(): void;
  close(code: number): void;
  terminate(): void;
}

interface Client {
  address: string;
  seq: number;
  dropped: number;
  /** When it was last seen to read, monotonic ms. */
  readMs: number;
}

export interface ClientsOptions {
  clock: Clock;
  heartbeat: () => unknown;
}

export class Clients {
  readonly #clients = new Map<ClientSocket, Client>();
  readonly #clock: Clock;
  readonly #heartbeat: () => unknown;
  #timer: Timer | null = null;

  constructor({ clock, heartbeat }: ClientsOptions) {
    this.#clock = clock;
    this.#heartbeat = heartbeat;
  }

  get count(): number {
    return this.#clients.size;
  }

  countFrom(address: string): number {
    let count = 0;
    for (const client of this.#clients.values()) if (client.address === address) count++;
    return count;
  }

  add(socket: ClientSocket, address: string, hello: unknown): void {
    const client = { address, seq: 0, dropped: 0, readMs: this.#clock.mono() };
    this.#clients.set(socket, client);
    this.#send(socket, client, this.#share('hello', hello));
    this.#timer ??= this.#clock.after(HEARTBEAT_MS, () => this.#beat());
  }

  remove(socket: ClientSocket): void {
    this.#clients.delete(socket);
    if (this.#clients.size === 0) this.#rest();
  }

  /** The client has answered a ping, so it reads. */
  noteAlive(socket: ClientSocket): void {
    const client = this.#clients.get(socket);
    if (client !== undefined) client.readMs = this.#clock.mono();
  }

  /** To all that keep up. The others are told how many they missed, once they do. */
  snapshot(data: unknown): void {
    if (this.#clients.size === 0) return;
    const frame = this.#share('snapshot', data);
    for (const [socket, client] of this.#clients) {
      if (socket.bufferedAmount > SLOW_BYTES) {
        client.dropped++;
        continue;
      }
      if (client.dropped > 0) {
        this.#send(socket, client, this.#share('dropped', { count: client.dropped }));
        client.dropped = 0;
      }
      this.#send(socket, client, frame);
    }
  }

  /** To all: a fault is too rare and too important to be dropped. */
  fault(data: unknown): void {
    if (this.#clients.size === 0) return;
    const frame = this.#share('fault', data);
    for (const [socket, client] of this.#clients) this.#send(socket, client, frame);
  }

  closeAll(code: number): void {
    this.#rest();
    for (const socket of this.#clients.keys()) socket.close(code);
  }

  terminateAll(): void {
    for (const socket of this.#clients.keys()) socket.terminate();
  }

  #beat(): void {
    this.#timer = this.#clock.after(HEARTBEAT_MS, () => this.#beat());
    const nowMs = this.#clock.mono();
    const frame = this.#share('heartbeat', this.#heartbeat());
    for (const [socket, client] of this.#clients) {
      if (nowMs - client.readMs > LOST_MS) {
        socket.terminate();
        continue;
      }
      socket.ping();
      if (socket.bufferedAmount <= SLOW_BYTES) this.#send(socket, client, frame);
    }
  }

  #share(type: FrameType, data: unknown): SharedFrame {
    return shareFrame(type, isoTime(this.#clock.now()), data);
  }

  #send(socket: ClientSocket, client: Client, frame: SharedFrame): void {
    if (socket.bufferedAmount > LOST_BYTES) {
      socket.terminate();
      return;
    }
    client.seq++;
    socket.send(numberFrame(frame, client.seq));
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
