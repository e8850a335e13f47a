/**
 * Finds the one reply that belongs to a request in the bytes that come back. Serial frames (RTU)
 * are told by unit, function, byte count and checksum, network frames (MBAP) by transaction id.
 * Whatever else comes is passed over: noise, other units, late replies of another length.
 */
import crc16 from 'modbus-serial/utils/crc16.js';
import { SolthriveError } from '../site/errors.ts';
import { loadWords } from '../site/words.ts';
import type { ReadRequest } from './line.ts';
import { EXCEPTION_BYTES, replyBytes } from './timing.ts';

const words = loadWords(import.meta.url, 'line');

const EXCEPTION_BIT = 0x80;
const CHECKSUM_BYTES = 2;

/** One way to put frames on a line. Holds the state of one request at a time. */
export interface Framing {
  /** Starts a request: `adu` is its serial frame; returns the bytes to send. */
  begin(request: ReadRequest, adu: Buffer): Buffer;
  /**
   * Takes bytes as they come. Returns the reply as a serial frame once it is whole, null before.
   * Throws `bus_crc` or `bus_bad_reply` when no right reply can follow any more.
   */
  take(chunk: Buffer): Buffer | null;
  /** What went wrong, when the time is up; null when nothing came at all. */
  shortfall(): SolthriveError | null;
  /** The request is over: what comes now is not looked at. */
  end(): void;
  /** The stream has lost its step: only a new connection helps. */
  readonly broken: boolean;
}

/** RTU. `bus` is the line's id, for errors. */
export class RtuFraming implements Framing {
  /** Silence puts a serial line in step again. */
  readonly broken = false;
  readonly #bus: string;
  readonly #received = Buffer.alloc(1024);
  #length = 0;
  #request: ReadRequest | null = null;

  constructor(bus: string) {
    this.#bus = bus;
  }

  begin(request: ReadRequest, adu: Buffer): Buffer {
    this.#request = request;
    this.#length = 0;
    return adu;
  }

  end(): void {
    this.#request = null;
  }

  take(chunk: Buffer): Buffer | null {
    const request = this.#request;
    if (!request) return null;
    this.#keep(chunk);
    let damaged = false;
    for (let start = 0; start + EXCEPTION_BYTES <= this.#length; start++) {
      const size = this.#sizeOfReplyAt(start, request);
      if (size === 0 || start + size > this.#length) continue;
      const frame = this.#received.subarray(start, start + size);
      if (isIntact(frame)) return Buffer.from(frame);
      damaged ||= size > EXCEPTION_BYTES;
    }
    if (damaged) throw new SolthriveError('bus_crc', { unit: request.unit, bus: this.#bus });
    return null;
  }

  shortfall(): SolthriveError | null {
    const request = this.#request;
    if (!request || this.#length === 0) return null;
    const wanted = replyBytes(request.count);
    let begun = false;
    for (let start = 0; start < this.#length - 1 && !begun; start++) {
      begun = this.#sizeOfReplyAt(start, request) > 0;
    }
    const what = begun
      ? words('incomplete', { bytes: this.#length, wanted })
      : words('foreign', { bytes: this.#length });
    return new SolthriveError('bus_bad_reply', { unit: request.unit, bus: this.#bus, what });
  }

  /** The length that a reply beginning here would have; 0 when none of ours begins here. */
  #sizeOfReplyAt(start: number, { unit, fn, count }: ReadRequest): number {
    const bytes = this.#received;
    if (bytes[start] !== unit) return 0;
    if (bytes[start + 1] === (fn | EXCEPTION_BIT)) return EXCEPTION_BYTES;
    const isOurs = bytes[start + 1] === fn && bytes[start + 2] === 2 * count;
    return isOurs ? replyBytes(count) : 0;
  }

  /** Appends, and drops the oldest bytes of a line that babbles. */
  #keep(chunk: Buffer): void {
    const room = this.#received.length;
    const added = chunk.subarray(-room);
    const kept = Math.min(this.#length, room - added.length);
    if (kept < this.#length)
      this.#received.copy(this.#received, 0, this.#length - kept, this.#length);
    added.copy(this.#received, kept);
    this.#length = kept + added.length;
  }
}

const MBAP_BYTES = 6;
const LONGEST_PDU_BYTES = 254;

/** Modbus TCP. Transaction ids go on counting for as long as the connection lives. */
export class MbapFraming implements Framing {
  broken = false;
  readonly #bus: string;
  #received: Buffer = Buffer.alloc(0);
  #transaction = 0;
  #request: ReadRequest | null = null;

  constructor(bus: string) {
    this.#bus = bus;
  }

  begin(request: ReadRequest, adu: Buffer): Buffer {
    this.#request = request;
    this.#transaction = (this.#transaction + 1) & 0xffff;
    const pdu = adu.length - CHECKSUM_BYTES;
    const bytes = Buffer.alloc(MBAP_BYTES + pdu);
    bytes.writeUInt16BE(this.#transaction, 0);
    bytes.writeUInt16BE(pdu, 4);
    adu.copy(bytes, MBAP_BYTES, 0, pdu);
    return bytes;
  }

  end(): void {
    this.#request = null;
  }

  shortfall(): SolthriveError | null {
    if (this.#received.length === 0) return null;
    // The rest may come or not: where the next frame begins can no longer be known.
    this.broken = true;
    return this.#badReply(words('foreign', { bytes: this.#received.length }));
  }

  take(chunk: Buffer): Buffer | null {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= MBAP_BYTES) {
      const length = this.#received.readUInt16BE(4);
      if (this.#received.readUInt16BE(2) !== 0 || length < 3 || length > LONGEST_PDU_BYTES) {
        this.broken = true;
        throw this.#badReply(words('not_modbus'));
      }
      if (this.#received.length < MBAP_BYTES + length) return null;
      const transaction = this.#received.readUInt16BE(0);
      const pdu = this.#received.subarray(MBAP_BYTES, MBAP_BYTES + length);
      this.#received = this.#received.subarray(MBAP_BYTES + length);
      if (this.#request && transaction === this.#transaction)
        return this.#check(pdu, this.#request);
    }
    return null;
  }

  /** A reply with our transaction id must be ours in everything else too. */
  #check(pdu: Buffer, { unit, fn, count }: ReadRequest): Buffer {
    const isException = pdu[1] === (fn | EXCEPTION_BIT);
    const size = (isException ? EXCEPTION_BYTES : replyBytes(count)) - CHECKSUM_BYTES;
    const fits = isException || (pdu[1] === fn && pdu[2] === 2 * count);
    if (pdu[0] !== unit || pdu.length !== size || !fits) {
      throw this.#badReply(words('foreign', { bytes: pdu.length }));
    }
    const frame = Buffer.alloc(size + CHECKSUM_BYTES);
    pdu.copy(frame);
    frame.writeUInt16LE(crc16(pdu), size);
    return frame;
  }

  #badReply(what: string): SolthriveError {
    const unit = this.#request?.unit ?? null;
    return new SolthriveError('bus_bad_reply', { unit, bus: this.#bus, what });
  }
}

function isIntact(frame: Buffer): boolean {
  const body = frame.length - CHECKSUM_BYTES;
  return frame.readUInt16LE(body) === crc16(frame.subarray(0, body));
}
