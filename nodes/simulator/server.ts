/**
 * A meter on a line: takes requests over Modbus TCP, RTU over TCP or a serial port, and answers as
 * late, as slowly and as wrongly as a real one. Refuses to know what the registers mean.
 */
import { realpathSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { SerialPort } from 'serialport';
import type { Clock, Timer } from '../site/clock.ts';
import { asError, SolthriveError } from '../site/errors.ts';
import type { LineFaults } from './faults.ts';
import {
  type Framing,
  MbapFraming,
  type Request,
  RtuFraming,
  sealMbap,
  sealRtu,
} from './frames.ts';
import { ILLEGAL_FUNCTION, ILLEGAL_VALUE } from './image.ts';

export type Transport =
  | { type: 'tcp'; host: string; port: number }
  | { type: 'rtu-over-tcp'; host: string; port: number; baud: number }
  | { type: 'serial'; path: string; baud: number };

/** The meter behind the line. */
export interface Device {
  unit: number;
  /** Its own least delay before it replies, ms. */
  replyDelayMs: number;
  /** Registers as bytes, or an exception code. */
  read(fn: number, address: number, count: number): Buffer | number;
  faults(): LineFaults;
}

export interface ModbusServer {
  /** Where it can be reached: `127.0.0.1:5020` or a path. */
  address: string;
  /** The TCP port; 0 on a serial line. */
  port: number;
  /** Resolves when the port is free again. */
  close(): Promise<void>;
}

export interface ServerSetup {
  transport: Transport;
  device: Device;
  clock: Clock;
  /** The line was lost while it ran (a serial adapter pulled out). */
  onLost(error: Error): void;
}

/** Over a network a meter's own delay is all there is; a gateway or a switch adds about this, ms. */
const NETWORK_MS = 1;
const MOST_CLIENTS = 32;
/** More unanswered requests than this on one connection and the rest get lost, as in a real meter. */
const MOST_PENDING = 16;
const MOST_UNREAD_BYTES = 65_536;
const GATEWAY_TARGET_SILENT = 11;

/**
 * Opens the line and serves until closed.
 * @throws SolthriveError `bus_unreachable` where the port cannot be opened
 */
export async function startServer(setup: ServerSetup): Promise<ModbusServer> {
  const { transport } = setup;
  const where =
    transport.type === 'serial' ? transport.path : `${transport.host}:${transport.port}`;
  try {
    return transport.type === 'serial'
      ? await serveSerial(setup, transport)
      : await serveNetwork(setup, transport);
  } catch (thrown) {
    throw new SolthriveError(
      'bus_unreachable',
      { bus: where, what: asError(thrown).message },
      thrown,
    );
  }
}

async function serveNetwork(
  setup: ServerSetup,
  transport: Exclude<Transport, { type: 'serial' }>,
): Promise<ModbusServer> {
  const sockets = new Map<Socket, Conversation>();
  const isTcp = transport.type === 'tcp';
  const pace = isTcp ? networkPace(setup.device) : wirePace(setup, transport.baud);
  const server = createServer((socket) => {
    if (sockets.size >= MOST_CLIENTS) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    const talk = new Conversation(setup, {
      framing: isTcp ? new MbapFraming() : new RtuFraming(),
      seal: isTcp ? sealMbap : sealRtu,
      pace,
      isShared: !isTcp,
      write: (frame) => socket.writableLength < MOST_UNREAD_BYTES && socket.write(frame),
    });
    sockets.set(socket, talk);
    socket.on('data', (chunk) => {
      if (!talk.hear(chunk)) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      talk.end();
      sockets.delete(socket);
    });
  });
  const port = await listen(server, transport);
  return {
    address: `${transport.host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const [socket, talk] of sockets) {
          talk.end();
          socket.destroy();
        }
      }),
  };
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

async function serveSerial(
  setup: ServerSetup,
  { path, baud }: Extract<Transport, { type: 'serial' }>,
): Promise<ModbusServer> {
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(error) : resolve()));
  });
  const talk = new Conversation(setup, {
    framing: new RtuFraming(),
    seal: sealRtu,
    pace: isPty(path) ? wirePace(setup, baud) : () => setup.device.replyDelayMs,
    isShared: true,
    write: (frame) => port.isOpen && port.write(frame),
  });
  let isClosing = false;
  port.on('data', (chunk: Buffer) => talk.hear(chunk));
  port.on('error', (error) => setup.onLost(error));
  port.on('close', () => {
    talk.end();
    if (!isClosing) setup.onLost(new SolthriveError('bus_closed', { bus: path }));
  });
  return {
    address: path,
    port: 0,
    close: () =>
      new Promise((resolve) => {
        isClosing = true;
        talk.end();
        if (port.isOpen) port.close(() => resolve());
        else resolve();
      }),
  };
}

/** A pty moves bytes at once: only there the wire's time has to be made up. */
function isPty(path: string): boolean {
  return realpathSync(path).startsWith('/dev/pts/');
}

/** How long after its request a reply of `bytes` is complete, ms. */
type Pace = (bytes: number) => number;

function networkPace(device: Device): Pace {
  return () => NETWORK_MS + Math.min(device.replyDelayMs, NETWORK_MS);
}

/**
 * The wire of an RS-485 line: the request's 8 characters, the silence of 3.5 (fixed above 19200 baud)
 * or the meter's own delay, whichever is longer, and the reply. One transaction at a time, whoever
 * asks. (Modbus over serial line specification 1.02, 2.5.1.1; 8N1 is 10 bits a character.)
 */
function wirePace({ clock, device }: ServerSetup, baud: number): Pace {
  const characterMs = 10_000 / baud;
  const silenceMs = baud <= 19_200 ? 3.5 * (11_000 / baud) : 1.75;
  let freeAt = 0;
  return (bytes) => {
    const start = Math.max(clock.mono(), freeAt);
    const thinkMs = Math.max(silenceMs, device.replyDelayMs);
    freeAt = start + (8 + bytes) * characterMs + thinkMs;
    return freeAt - clock.mono();
  };
}

interface Manner {
  framing: Framing;
  seal(reply: Request, faults: LineFaults): Buffer;
  pace: Pace;
  /** On a shared line other units are somebody else's; over TCP the meter speaks for the gateway. */
  isShared: boolean;
  write(frame: Buffer): unknown;
}

/** One peer: what it asked and has not been answered yet. */
class Conversation {
  readonly #setup: ServerSetup;
  readonly #manner: Manner;
  readonly #pending = new Set<Timer>();

  constructor(setup: ServerSetup, manner: Manner) {
    this.#setup = setup;
    this.#manner = manner;
  }

  /** Takes bytes in; false when the peer talks nonsense and should be left. */
  hear(chunk: Buffer): boolean {
    const requests = this.#manner.framing.push(chunk, this.#setup.clock.mono());
    if (!requests) return false;
    for (const request of requests) this.#take(request);
    return true;
  }

  end(): void {
    for (const timer of this.#pending) timer.cancel();
    this.#pending.clear();
  }

  #take(request: Request): void {
    const { device, clock } = this.#setup;
    const faults = device.faults();
    if (faults.silence || this.#pending.size >= MOST_PENDING) return;
    const isOurs = request.unit === device.unit;
    if (!isOurs && this.#manner.isShared) return;
    const pdu = isOurs
      ? answer(request.pdu, device, faults)
      : exception(request.pdu, GATEWAY_TARGET_SILENT);
    const frame = this.#manner.seal({ ...request, pdu }, faults);
    const timer = clock.after(this.#manner.pace(frame.length) + faults.lateMs, () => {
      this.#pending.delete(timer);
      this.#manner.write(frame);
    });
    this.#pending.add(timer);
  }
}

/** Reads only: whatever would change the meter is refused as a function it does not have. */
function answer(pdu: Buffer, device: Device, faults: LineFaults): Buffer {
  const fn = pdu.readUInt8(0);
  if (faults.exception > 0) return exception(pdu, faults.exception);
  if (fn !== 3 && fn !== 4) return exception(pdu, ILLEGAL_FUNCTION);
  if (pdu.length !== 5) return exception(pdu, ILLEGAL_VALUE);
  const data = device.read(fn, pdu.readUInt16BE(1), pdu.readUInt16BE(3));
  return typeof data === 'number'
    ? exception(pdu, data)
    : Buffer.concat([Buffer.from([fn, data.length]), data]);
}

function exception(pdu: Buffer, code: number): Buffer {
  return Buffer.from([pdu.readUInt8(0) | 0x80, code]);
}
