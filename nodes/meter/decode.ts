/** Turns replies into values: scaled, and null where the meter says it does not know. */
import type { PlannedRead } from './plan.ts';
import type { IdentityMark, Profile, ProfileValue } from './profile.ts';
import { decodeValue } from './registers.ts';
import type { ValueName } from './vocabulary.ts';

type Coding = Pick<Profile, 'wordOrder' | 'byteOrder' | 'invalid'>;

/**
 * The values of one reply, in the vocabulary's units. NaN, infinities and the profile's codes for
 * "not available" are null, never a number.
 * @param data  the registers as they came, `2 * read.count` bytes
 */
export function decodeReply(
  coding: Coding,
  read: PlannedRead,
  data: Uint8Array,
): [ValueName, number | null][] {
  return read.values.map((value) => [
    value.name,
    decodeOne(coding, value, data, (value.address - read.address) * 2),
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
  { type, scale }: ProfileValue,
  data: Uint8Array,
  offset: number,
): number | null {
  const raw = decodeValue(data, offset, type, coding);
  if (!Number.isFinite(raw) || coding.invalid[type]?.includes(raw)) return null;
  return raw * scale;
}
