/**
 * The front door: the one server that listens. It decides which requests and upgrades reach
 * Node-RED at all, because a browser on the home network can be made to send them by any page it
 * shows, and Node-RED's own middleware sees neither WebSocket upgrades nor socket.io.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { SolthriveError } from '../nodes/site/errors.ts';
import {
  isLoopbackAddress,
  isLoopbackHost,
  isOwnHost,
  isOwnOrigin,
  type OwnHosts,
} from '../nodes/site/hosts.ts';

export interface FrontRules {
  /** Asked for each request: a home router hands out new addresses. */
  ownHosts: () => OwnHosts;
  /** False: there is no editor, for nobody. */
  editor: boolean;
  /** How many sockets one address may hold; a proxy on this machine speaks for many. */
  socketsPerAddress?: number;
}

export interface Refusal {
  status: 403 | 404 | 421 | 503;
  error: SolthriveError;
}

/** Far more than a household's phones; far less than what makes an honest request fail. */
const SOCKETS_PER_ADDRESS = 100;
const SOCKETS = 2_000;

const PROXY_HEADERS = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded'];

/** `unsafe-eval` and inline scripts stay: the dashboard's and the editor's own pages need them. */
const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Content-Security-Policy': "object-src 'none'; base-uri 'self'; frame-ancestors 'none'",
};

/** Why a request or an upgrade may not come in, or null when it may. */
function refusalOf(request: IncomingMessage, rules: FrontRules): Refusal | null {
  const { host, origin } = request.headers;
  const own = rules.ownHosts();
  // Of two names Node.js takes the first; what stands before us may have taken the other.
  if (request.headersDistinct.host?.length !== 1 || !isOwnHost(host, own)) {
    return { status: 421, error: new SolthriveError('foreign_host', { host: host ?? '' }) };
  }
  if (!isOwnOrigin(origin, host, own)) {
    return { status: 403, error: new SolthriveError('foreign_origin', { origin: origin ?? '' }) };
  }
  return isEditorPath(request.url ?? '') ? editorRefusal(request, rules) : null;
}

/** The part of the rules that is the editor's alone: whoever can deploy can run code. */
export function editorRefusal(request: IncomingMessage, rules: FrontRules): Refusal | null {
  if (!rules.editor) {
    return { status: 404, error: new SolthriveError('not_found', { path: '/editor' }) };
  }
  if (isFromThisMachine(request)) return null;
  return { status: 403, error: new SolthriveError('editor_local_only') };
}

/**
 * True for whatever might be taken for a path below /editor by Express, `url.parse` or a proxy:
 * any case, escaped, with a host before it, with slashes doubled or turned round.
 */
export function isEditorPath(url: string): boolean {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return /^[/\\]+editor([/\\]|$)/i.test(unescaped(path).trim());
}

/** Answers a refused request in JSON. */
export function refuse(response: ServerResponse, { status, error }: Refusal): void {
  const body = JSON.stringify(error.toBody());
  response.writeHead(status, {
    'Content-Type': 'application/json',
    Connection: 'close',
    ...HEADERS,
  });
  response.end(body);
}

export interface Front {
  /** Listens. */
  server: Server;
  /** What Node-RED takes for its server; it never listens and hears only what was let in. */
  inner: Server;
  /** From now on requests come in, which until then are told to try again. */
  open(): void;
  /** Stops listening and ends every connection, WebSockets too. */
  close(): Promise<void>;
}

export function createFront(rules: FrontRules): Front {
  const inner = createServer();
  inner.setMaxListeners(0);
  let isOpen = false;
  const starting = (): Refusal => ({ status: 503, error: new SolthriveError('starting') });

  // The numbers that keep a slow or forgetful client from holding a socket (Node's own are minutes).
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 5_000,
    // Other upgrades (Java's HTTP client asks for h2c) are offers: the request itself is answered.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    maxHeaderSize: 16_384,
  });
  server.maxConnections = SOCKETS;
  limitSockets(server, rules.socketsPerAddress ?? SOCKETS_PER_ADDRESS);
  const sockets = openSockets(server);

  server.on('request', (request, response) => {
    const refusal = refusalOf(request, rules) ?? (isOpen ? null : starting());
    if (refusal) {
      refuse(response, refusal);
      return;
    }
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    inner.emit('request', request, response);
  });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A client that leaves in the middle is no news, but unheard it would end the process.
    socket.on('error', () => socket.destroy());
    const refusal = refusalOf(request, rules) ?? (isOpen ? null : starting());
    if (refusal) refuseUpgrade(socket, refusal);
    else inner.emit('upgrade', request, socket, head);
  });

  return {
    server,
    inner,
    open() {
      isOpen = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function isFromThisMachine({ socket, headers }: IncomingMessage): boolean {
  return (
    isLoopbackAddress(socket.remoteAddress) &&
    isLoopbackHost(headers.host) &&
    (headers.origin === undefined || isLoopbackHost(headers.origin.replace(/^https?:\/\//i, ''))) &&
    !PROXY_HEADERS.some((name) => name in headers)
  );
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const REASONS = {
  403: 'Forbidden',
  404: 'Not Found',
  421: 'Misdirected Request',
  503: 'Service Unavailable',
};

function refuseUpgrade(socket: Duplex, { status, error }: Refusal): void {
  const body = JSON.stringify(error.toBody());
  socket.end(
    [
      `HTTP/1.1 ${status} ${REASONS[status]}`,
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

/** Every connection there is: the server itself forgets those that were upgraded. */
function openSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

function limitSockets(server: Server, limit: number): void {
  const held = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (isLoopbackAddress(address)) return;
    const count = (held.get(address) ?? 0) + 1;
    held.set(address, count);
    socket.once('close', () => {
      const left = (held.get(address) ?? 1) - 1;
      if (left > 0) held.set(address, left);
      else held.delete(address);
    });
    if (count > limit) socket.destroy();
  });
}
