/**
 * What a meter says to one peer: which requests it answers, with what, and how long it takes. Refuses
 * to know sockets and ports.
 */
import type { Clock, Timer } from '../site/clock.ts';
import type { LineFaults } from './faults.ts';
import type { Framing, Request } from './frames.ts';
import { ILLEGAL_FUNCTION, ILLEGAL_VALUE } from './image.ts';

/** The meter behind the line. */
export interface Device {
  unit: number;
  /** Its own least delay before it replies, ms. */
  replyDelayMs: number;
  /** Registers as bytes, or an exception code. */
  read(fn: number, address: number, count: number): Buffer | number;
  faults(): LineFaults;
}

/** Who talks, by which clock. */
export interface Party {
  device: Device;
  clock: Clock;
}

/** More unanswered requests than this on one connection and the rest get lost, as in a real meter. */
const MOST_PENDING = 16;
const GATEWAY_TARGET_SILENT = 11;

/** How long after its request a reply of `bytes` is complete, ms. */
export type Pace = (bytes: number) => number;

/**
 * The wire of an RS-485 line: the request's 8 characters, the silence of 3.5 (fixed above 19200 baud)
 * or the meter's own delay, whichever is longer, and the reply. One transaction at a time, whoever
 * asks. (Modbus over serial line specification 1.02, 2.5.1.1; 8N1 is 10 bits a character.)
 */
export function wirePace({ clock, device }: Party, baud: number): Pace {
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

export interface Manner {
  framing: Framing;
  seal(reply: Request, faults: LineFaults): Buffer;
  pace: Pace;
  /** On a shared line other units are somebody else's; over TCP the meter speaks for the gateway. */
  isShared: boolean;
  write(frame: Buffer): unknown;
}

/** One peer: what it asked and has not been answered yet. */
export class Conversation {
  readonly #party: Party;
  readonly #manner: Manner;
  readonly #pending = new Set<Timer>();

  constructor(party: Party, manner: Manner) {
    this.#party = party;
    this.#manner = manner;
  }

  /** Takes bytes in; false when the peer talks nonsense and should be left. */
  hear(chunk: Buffer): boolean {
    const requests = this.#manner.framing.push(chunk, this.#party.clock.mono());
    if (!requests) return false;
    for (const request of requests) this.#take(request);
    return true;
  }

  end(): void {
    for (const timer of this.#pending) timer.cancel();
    this.#pending.clear();
  }

  #take(request: Request): void {
    const { device, clock } = this.#party;
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
