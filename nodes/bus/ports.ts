/**
 * The way to the bytes: a serial port or a TCP socket, opened once and closed for good. Knows
 * nothing of Modbus and never tries again.
 */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import type { BusConfig } from '../site/schema.ts';
import { endWithAdapter } from './serial-end.ts';

type SerialBus = Extract<BusConfig, { type: 'serial' }>;
type NetworkBus = Exclude<BusConfig, SerialBus>;

export interface PortListener {
  onData(chunk: Buffer): void;
  /** The port is gone without having been closed by us. Called once. */
  onLost(cause: Error | null): void;
}

export interface Port {
  write(bytes: Buffer): void;
  /** Resolves when the system has let go of it. Never rejects. */
  close(): Promise<void>;
}

/** Opens a line's port; rejects when that fails or when `signal` is aborted first. */
export type OpenPort = (
  bus: BusConfig,
  listener: PortListener,
  signal: AbortSignal,
) => Promise<Port>;

export const openPort: OpenPort = (bus, listener, signal) =>
  bus.type === 'serial' ? openSerial(bus, listener, signal) : openSocket(bus, listener, signal);

const KEEP_ALIVE_MS = 10_000;

function openSocket(bus: NetworkBus, listener: PortListener, signal: AbortSignal): Promise<Port> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: bus.host,
      port: bus.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    let cause: Error | null = null;
    let open = false;
    let closing = false;
    const gone = Promise.withResolvers<void>();
    const giveUp = () => socket.destroy(new Error('aborted'));

    socket.on('data', (chunk) => listener.onData(chunk));
    socket.on('error', (error) => {
      cause = error;
    });
    // A gateway that half-closes has stopped listening.
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      signal.removeEventListener('abort', giveUp);
      gone.resolve();
      if (!open) reject(cause ?? new Error('closed'));
      else if (!closing) listener.onLost(cause);
    });
    socket.on('connect', () => {
      signal.removeEventListener('abort', giveUp);
      open = true;
      resolve({
        write: (bytes) => socket.write(bytes),
        close: () => {
          closing = true;
          socket.destroy();
          return gone.promise;
        },
      });
    });
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}

async function openSerial(
  bus: SerialBus,
  listener: PortListener,
  signal: AbortSignal,
): Promise<Port> {
  // Tells a missing adapter from a missing right, by an error code that the binding does not give.
  await access(bus.port, constants.R_OK | constants.W_OK);
  // Loaded on demand: a home on Modbus TCP never pays for the native binding.
  const { SerialPort } = await import('serialport');
  const serial = new SerialPort({
    path: bus.port,
    baudRate: bus.baud,
    parity: bus.parity,
    stopBits: bus.stop_bits,
    dataBits: 8,
    autoOpen: false,
  });
  endWithAdapter(serial);
  let cause: Error | null = null;
  let closing = false;
  const gone = Promise.withResolvers<void>();
  serial.on('data', (chunk: Buffer) => listener.onData(chunk));
  serial.on('error', (error: Error) => {
    cause = error;
  });
  serial.on('close', (error: Error | null) => {
    gone.resolve();
    if (!closing) listener.onLost(error ?? cause);
  });
  const port: Port = {
    write: (bytes) => serial.write(bytes),
    close: () => {
      closing = true;
      if (!serial.isOpen) return Promise.resolve();
      serial.close((error) => error && gone.resolve());
      return gone.promise;
    },
  };
  await new Promise<void>((resolve, reject) => {
    serial.open((error) => (error ? reject(error) : resolve()));
  });
  if (signal.aborted) {
    await port.close();
    throw new Error('aborted');
  }
  return port;
}
