/** The WebSocket server of `/ws`: takes upgrades from the HTTP server it is lent, and gives them back. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { OwnHosts } from '../site/hosts.ts';
import type { Clients } from './clients.ts';
import { addressOf, isStreamPath, refusal, refuse } from './gate.ts';

/** Clients have nothing to say to us; a larger frame ends the connection with 1009. */
const MAX_INBOUND_BYTES = 1024;
const INTERNAL_ERROR = 1011;
const SERVICE_RESTART = 1012;
const CLOSE_GRACE_MS = 500;

export interface StreamServerOptions {
  server: Server;
  clients: Clients;
  /** Asked at each connection: addresses come and go. */
  ownHosts: () => OwnHosts;
  maxPerAddress: number;
  hello: () => unknown;
  /** Told when a client came or went. */
  changed: () => void;
}

export class StreamServer {
  readonly #options: StreamServerOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_INBOUND_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  });
  #whenEmpty: (() => void) | null = null;

  constructor(options: StreamServerOptions) {
    this.#options = options;
    options.server.on('upgrade', this.#upgrade);
  }

  /** Resolves when every client is gone: asked to go, and after half a second made to. */
  async close(): Promise<void> {
    const { server, clients } = this.#options;
    server.off('upgrade', this.#upgrade);
    clients.closeAll(SERVICE_RESTART);
    const impatience = setTimeout(() => clients.terminateAll(), CLOSE_GRACE_MS);
    await this.#empty();
    clearTimeout(impatience);
  }

  #empty(): Promise<void> {
    const { clients } = this.#options;
    if (clients.count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  /** Answers at once: a socket nobody answered within a second is ended by others on this server. */
  readonly #upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!isStreamPath(request.url)) return;
    const { clients, ownHosts, maxPerAddress } = this.#options;
    const address = addressOf(request.socket.remoteAddress);
    const visitor = { headers: request.headers, connections: clients.countFrom(address) };
    const error = refuse(visitor, ownHosts(), maxPerAddress);
    if (error === null) {
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#welcome(ws, address));
      return;
    }
    socket.on('error', () => socket.destroy());
    socket.end(refusal(error));
  };

  #welcome(ws: WebSocket, address: string): void {
    const { clients, hello, changed } = this.#options;
    // A broken or too large frame: ws itself closes with the code that says so.
    ws.on('error', () => {});
    ws.on('pong', () => clients.noteAlive(ws));
    ws.on('close', () => {
      clients.remove(ws);
      changed();
      if (clients.count === 0) this.#whenEmpty?.();
    });
    try {
      clients.add(ws, address, hello());
    } catch {
      // A flow may send what cannot be said in JSON: that ends a connection, never the program.
      ws.close(INTERNAL_ERROR);
    }
    changed();
  }
}
