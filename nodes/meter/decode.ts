/**
 * Turns replies into values: scaled, 0 where the meter says that it sleeps, and null where it says
 * that it does not know.
 */
import type { PlannedRead } from './plan.ts';
import type { IdentityMark, Profile, ProfileValue, ValueType } from './profile.ts';
import { decodeValue } from './registers.ts';
import type { Measured } from './values.ts';
import type { ValueName } from './vocabulary.ts';

type Coding = Pick<Profile, 'wordOrder' | 'byteOrder' | 'invalid' | 'asleep'>;

/**
 * Codes for "not available" that meters use: never a number, whether or not the profile lists them.
 * -1 is one too (all bits set), but a signed number can be that. Floats use NaN.
 */
const SENTINELS: Partial<Record<ValueType, readonly number[]>> = {
  int16: [-0x8000],
  uint16: [0xffff],
  int32: [-0x8000_0000, 0x7fff_ffff],
  uint32: [0xffff_ffff, 0x8000_0000, 0x7fff_ffff],
  int64: [-(2 ** 63), 2 ** 63],
  uint64: [2 ** 64, 2 ** 63],
};

/** What flows through a meter that sleeps is known; its volts and counters are not. */
const STILL_UNITS: readonly string[] = ['W', 'A', 'var'];

/** A reply: the registers as they came, `2 * count` bytes, and when, monotonic ms. */
export interface Reply {
  data: Uint8Array;
  monoMs: number;
}

/**
 * The values of one reply, in the vocabulary's units. NaN, infinities and codes for "not available"
 * are null, never a number; one that the profile does not list is told as `sentinel`.
 */
export function decodeReply(
  coding: Coding,
  read: PlannedRead,
  reply: Reply,
): [ValueName, Measured][] {
  return read.values.map((value) => [
    value.name,
    decodeOne(coding, value, reply, (value.address - read.address) * 2),
  ]);
}

/** The reply to an identity read, and whether it is that of the profile's kind of meter. */
export function decodeMark(
  coding: Coding,
  { type, expect }: IdentityMark,
  data: Uint8Array,
): { found: number; matches: boolean } {
  const found = decodeValue(data, 0, type, coding);
  const { oneOf, min, max } = expect;
  const matches =
    (oneOf === undefined || oneOf.includes(found)) &&
    (min === undefined || found >= min) &&
    (max === undefined || found <= max);
  return { found, matches };
}

function decodeOne(
  coding: Coding,
  { type, scale, unit }: ProfileValue,
  { data, monoMs }: Reply,
  offset: number,
): Measured {
  const raw = decodeValue(data, offset, type, coding);
  if (coding.invalid[type]?.includes(raw)) return { value: null, monoMs };
  if (coding.asleep[type]?.includes(raw)) {
    return { value: STILL_UNITS.includes(unit) ? 0 : null, monoMs };
  }
  const isSentinel = !Number.isFinite(raw) || SENTINELS[type]?.includes(raw) === true;
  return isSentinel ? { value: null, monoMs, sentinel: raw } : { value: raw * scale, monoMs };
}
