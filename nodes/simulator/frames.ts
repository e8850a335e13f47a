/**
 * Modbus frames as a slave sees them: cut out of whatever bytes arrive, and sealed again around an
 * answer. Never keeps more than one frame's worth of bytes, whatever it is fed.
 */
import crc16 from 'modbus-serial/utils/crc16.js';
import type { LineFaults } from './faults.ts';

export interface Request {
  unit: number;
  /** Function code and what follows it. */
  pdu: Buffer;
  /** Modbus TCP: to be repeated in the answer. */
  transaction: number;
}

/** How one kind of connection frames its messages. */
export interface Framing {
  /** The requests that became whole with `chunk`; null where the stream makes no sense any more. */
  push(chunk: Buffer, monoMs: number): Request[] | null;
}

const MBAP_BYTES = 7;
const LARGEST_PDU = 253;
/** Longer silence inside a frame means that the rest of it will never come. */
const STALE_MS = 100;

/** RTU: frames found by their function code and checksum; what fits no frame is skipped. */
export class RtuFraming implements Framing {
  #kept: Buffer = Buffer.alloc(0);
  #lastMs = 0;

  push(chunk: Buffer, monoMs: number): Request[] {
    if (monoMs - this.#lastMs > STALE_MS) this.#kept = Buffer.alloc(0);
    this.#lastMs = monoMs;
    const bytes = Buffer.concat([this.#kept, chunk]);
    const requests: Request[] = [];
    let at = 0;
    while (at < bytes.length) {
      const length = rtuLength(bytes, at);
      if (length === null || at + length > bytes.length) break;
      const frame = bytes.subarray(at, at + length);
      if (length > 0 && crc16(frame.subarray(0, -2)) === frame.readUInt16LE(length - 2)) {
        const pdu = Buffer.from(frame.subarray(1, -2));
        requests.push({ unit: frame.readUInt8(0), pdu, transaction: 0 });
        at += length;
      } else {
        at += 1;
      }
    }
    this.#kept = Buffer.from(bytes.subarray(at));
    return requests;
  }
}

/**
 * Length of the request that begins at `at`: null while that cannot be told yet, 0 where no request
 * begins so.
 */
function rtuLength(bytes: Buffer, at: number): number | null {
  const fn = bytes[at + 1];
  if (fn === undefined) return null;
  if ((fn >= 1 && fn <= 6) || fn === 8) return 8;
  if (fn !== 15 && fn !== 16) return 0;
  const count = bytes[at + 6];
  return count === undefined ? null : 9 + count;
}

/** Modbus TCP: frames by their length field. A header that cannot be one ends the connection. */
export class MbapFraming implements Framing {
  #kept: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Request[] | null {
    let bytes = Buffer.concat([this.#kept, chunk]);
    const requests: Request[] = [];
    while (bytes.length >= MBAP_BYTES) {
      const length = bytes.readUInt16BE(4);
      if (bytes.readUInt16BE(2) !== 0 || length < 2 || length > LARGEST_PDU + 1) return null;
      if (bytes.length < 6 + length) break;
      requests.push({
        transaction: bytes.readUInt16BE(0),
        unit: bytes.readUInt8(6),
        pdu: Buffer.from(bytes.subarray(MBAP_BYTES, 6 + length)),
      });
      bytes = bytes.subarray(6 + length);
    }
    this.#kept = Buffer.from(bytes);
    return requests;
  }
}

/** An RTU answer, damaged as told. */
export function sealRtu({ unit, pdu }: Request, faults: LineFaults): Buffer {
  const body = Buffer.concat([Buffer.from([faults.wrongUnit ? otherThan(unit) : unit]), pdu]);
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16LE(crc16(body) ^ (faults.crcError ? 0x0100 : 0));
  return damage(Buffer.concat([body, checksum]), faults);
}

/** A Modbus TCP answer, damaged as told. It has no checksum: its protocol field is spoilt instead. */
export function sealMbap({ unit, pdu, transaction }: Request, faults: LineFaults): Buffer {
  const header = Buffer.alloc(MBAP_BYTES);
  header.writeUInt16BE(transaction, 0);
  header.writeUInt16BE(faults.crcError ? 0x0bad : 0, 2);
  header.writeUInt16BE(pdu.length + 1, 4);
  header.writeUInt8(faults.wrongUnit ? otherThan(unit) : unit, 6);
  return damage(Buffer.concat([header, pdu]), faults);
}

function damage(frame: Buffer, faults: LineFaults): Buffer {
  const whole = faults.noise ? Buffer.concat([Buffer.from([0xa5]), frame]) : frame;
  return faults.truncated ? whole.subarray(0, -3) : whole;
}

function otherThan(unit: number): number {
  return unit === 247 ? 1 : unit + 1;
}
