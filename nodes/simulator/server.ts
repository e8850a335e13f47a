/**
 * A meter on a line: opens Modbus TCP, RTU over TCP or a serial port, and leads a conversation with
 * whoever comes. Refuses to know what is said.
 */
import { realpathSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { SerialPort } from 'serialport';
import { endWithAdapter } from '../bus/serial-end.ts';
import { asError, SolthriveError } from '../site/errors.ts';
import { Conversation, type Party, wirePace } from './conversation.ts';
import { MbapFraming, RtuFraming, sealMbap, sealRtu } from './frames.ts';

export type Transport =
  | { type: 'tcp'; host: string; port: number }
  | { type: 'rtu-over-tcp'; host: string; port: number; baud: number }
  | { type: 'serial'; path: string; baud: number };

export interface ModbusServer {
  /** Where it can be reached: `127.0.0.1:5020` or a path. */
  address: string;
  /** The TCP port; 0 on a serial line. */
  port: number;
  /** Resolves when the port is free again. */
  close(): Promise<void>;
}

export interface ServerSetup extends Party {
  transport: Transport;
  /** The line was lost while it ran (a serial adapter pulled out). */
  onLost(error: Error): void;
}

/** A meter with a network port of its own answers after about this, ms. */
const NETWORK_MS = 2;
const MOST_CLIENTS = 32;
const MOST_UNREAD_BYTES = 65_536;

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
  const pace = isTcp ? () => NETWORK_MS : wirePace(setup, transport.baud);
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
  server.on('error', (error) => setup.onLost(error));
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
  endWithAdapter(port);
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
