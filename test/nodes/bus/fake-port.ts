/** A port without a system: a slave in the test answers byte by byte, when and how the test says. */
import crc16 from 'modbus-serial/utils/crc16.js';
import type { OpenPort, PortListener } from '../../../nodes/bus/ports.ts';
import type { Clock } from '../../../nodes/site/clock.ts';
import type { BusConfig } from '../../../nodes/site/schema.ts';

export const tcp: BusConfig = { id: 'lan', type: 'tcp', host: 'meter', port: 502 };
export const serial: BusConfig = {
  id: 'rs485',
  type: 'serial',
  port: '/dev/fake',
  baud: 9600,
  parity: 'none',
  stop_bits: 1,
};

export interface Asked {
  unit: number;
  fn: number;
  address: number;
  count: number;
  atMs: number;
}

/** Gets a request; answers by calling `send` as often and as late as it likes. */
export type Slave = (asked: Asked, send: (bytes: Buffer, afterMs?: number) => void) => void;

/** A reply whose registers hold their own addresses, plus `offset`. */
export function replyTo({ unit, fn, address, count }: Asked, offset = 0): Buffer {
  const body = Buffer.alloc(3 + 2 * count);
  body.set([unit, fn, 2 * count]);
  for (let i = 0; i < count; i++) body.writeUInt16BE((address + offset + i) & 0xffff, 3 + 2 * i);
  return sealed(body);
}

export function exceptionTo({ unit, fn }: Asked, exception: number): Buffer {
  return sealed(Buffer.from([unit, fn | 0x80, exception]));
}

export function sealed(body: Buffer): Buffer {
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc16(body));
  return Buffer.concat([body, sum]);
}

export class FakeSlave {
  slave: Slave;
  /** Set to make opening fail. */
  refusal: Error | null = null;
  readonly asked: Asked[] = [];
  opened = 0;
  closed = 0;
  /** How long closing takes, ms. */
  closingMs = 0;
  #listener: PortListener | null = null;
  readonly #clock: Clock;

  constructor(clock: Clock, slave: Slave) {
    this.#clock = clock;
    this.slave = slave;
  }

  /** The cable is pulled out. */
  lose(): void {
    const listener = this.#listener;
    this.#listener = null;
    listener?.onLost(new Error('gone'));
  }

  readonly openPort: OpenPort = async (bus, listener) => {
    if (this.refusal) throw this.refusal;
    this.opened++;
    this.#listener = listener;
    const send = (bytes: Buffer, afterMs = 0) => {
      if (afterMs === 0) queueMicrotask(() => this.#deliver(listener, bytes));
      else this.#clock.after(afterMs, () => this.#deliver(listener, bytes));
    };
    return {
      write: (bytes) => {
        const adu = bus.type === 'tcp' ? bytes.subarray(6) : bytes;
        const asked = {
          unit: adu.readUInt8(0),
          fn: adu.readUInt8(1),
          address: adu.readUInt16BE(2),
          count: adu.readUInt16BE(4),
          atMs: this.#clock.mono(),
        };
        this.asked.push(asked);
        const header = bytes.subarray(0, 4);
        this.slave(asked, (reply, afterMs) =>
          send(bus.type === 'tcp' ? wrapped(header, reply) : reply, afterMs),
        );
      },
      close: async () => {
        if (this.#listener === listener) this.#listener = null;
        if (this.closingMs > 0) {
          await new Promise<void>((resolve) => {
            this.#clock.after(this.closingMs, resolve);
          });
        }
        this.closed++;
      },
    };
  };

  #deliver(listener: PortListener, bytes: Buffer): void {
    if (this.#listener === listener) listener.onData(bytes);
  }
}

function wrapped(header: Buffer, adu: Buffer): Buffer {
  const pdu = adu.subarray(0, -2);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(pdu.length);
  return Buffer.concat([header, length, pdu]);
}
