/**
 * How long bytes take on a line. Decides nothing: the meter planner, the deadlines and the simulator
 * all reckon with these formulas (Modbus over serial line specification V1.02, section 2.5.1.1).
 */
import type { BusConfig } from '../site/schema.ts';

export interface SerialSettings {
  baud: number;
  parity?: 'none' | 'even' | 'odd';
  stop_bits?: 1 | 2;
}

/** What a line adds to a device's own time. All 0 where frames take no time (Modbus TCP). */
export interface LineTiming {
  /** One character, ms. */
  characterMs: number;
  /** The silence before a frame (t3.5), ms. */
  silenceMs: number;
}

/** A read request (function 3 or 4) on the wire, bytes. */
export const REQUEST_BYTES = 8;
/** An exception reply on the wire, bytes. */
export const EXCEPTION_BYTES = 5;
/** What a reply has besides its registers, bytes: unit, function, byte count, checksum. */
const REPLY_OVERHEAD_BYTES = 5;
const SPECIFIED_CHARACTER_BITS = 11;
const SILENCE_CHARACTERS = 3.5;
const FAST_BAUD = 19_200;
const FAST_SILENCE_MS = 1.75;

/** Time of one character, ms: start bit, 8 data bits, parity, stop bits. */
export function characterMs({ baud, parity = 'none', stop_bits = 1 }: SerialSettings): number {
  const bits = 1 + 8 + (parity === 'none' ? 0 : 1) + stop_bits;
  return (bits * 1000) / baud;
}

/** The silence that parts two frames, ms: 3.5 characters of 11 bits; fixed above 19200 baud. */
export function silenceMs(baud: number): number {
  if (baud > FAST_BAUD) return FAST_SILENCE_MS;
  return (SILENCE_CHARACTERS * SPECIFIED_CHARACTER_BITS * 1000) / baud;
}

/** A reply of `count` registers on the wire, bytes. */
export function replyBytes(count: number): number {
  return REPLY_OVERHEAD_BYTES + 2 * count;
}

/** Request and reply of `count` registers on the wire, without silences and latency, ms. */
export function framesMs(timing: LineTiming, count: number): number {
  return (REQUEST_BYTES + replyBytes(count)) * timing.characterMs;
}

/**
 * A whole read of `count` registers, ms: both frames, the silence before each, and `latencyMs`, the
 * device's own time.
 */
export function transactionMs(timing: LineTiming, count: number, latencyMs = 0): number {
  return framesMs(timing, count) + 2 * timing.silenceMs + latencyMs;
}

/** The timing of a configured line. Behind an RTU gateway, the serial side sets it. */
export function lineTiming(bus: BusConfig): LineTiming {
  if (bus.type === 'tcp') return { characterMs: 0, silenceMs: 0 };
  return { characterMs: characterMs(bus), silenceMs: silenceMs(bus.baud) };
}
