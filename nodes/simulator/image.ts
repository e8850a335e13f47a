/**
 * The registers of a simulated meter: every value its profile names, encoded as the profile says, and
 * the refusals of the real meter for everything else. The inverse of decoding, from the same file.
 */
import type { Profile, ProfileValue, ValueType } from '../meter/profile.ts';
import { encodeValue, registersOf } from '../meter/registers.ts';
import type { MeterValues } from './values.ts';

export const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
export const ILLEGAL_VALUE = 3;

/** Values that read "not available" instead: as NaN, or as the sentinel of their type. */
export interface Blank {
  as: 'nan' | 'sentinel';
  names: ReadonlySet<string> | 'all';
}

interface Stretch {
  fn: 3 | 4;
  start: number;
  data: Buffer;
}

type Mark = Profile['identity'][number];

const SERIAL_NUMBER = 20_261_123;

/** For profiles that list no sentinel of a type: what ABB, Gavazzi, SMA and SunSpec share. */
const USUAL_SENTINELS: Record<ValueType, number> = {
  int16: -0x8000,
  uint16: 0xffff,
  int32: -0x8000_0000,
  uint32: 0xffff_ffff,
  int64: -(2 ** 63),
  uint64: 2 ** 64,
  float32: Number.NaN,
  float64: Number.NaN,
};

export class RegisterImage {
  readonly #profile: Profile;
  readonly #blocks: Stretch[];
  readonly #marks: Stretch[];
  /** Second and later registers of the values: no read may begin or end before them. */
  readonly #inner: ReadonlySet<number>;

  constructor(profile: Profile) {
    this.#profile = profile;
    this.#inner = new Set(profile.values.flatMap(innerRegisters));
    this.#blocks = profile.blocks.map(({ start, count }) => ({
      fn: profile.fn,
      start,
      data: Buffer.alloc(2 * count),
    }));
    this.#marks = profile.identity
      .filter((mark) => !isMeasured(mark, profile))
      .map((mark) => ({
        fn: mark.fn,
        start: mark.address,
        data: encodeValue(markOf(mark.expect), mark.type, profile),
      }));
  }

  /** Writes the values of this second over those of the last. */
  fill(values: MeterValues, blank: Blank | null = null): void {
    for (const value of this.#profile.values) {
      const isBlank = blank !== null && (blank.names === 'all' || blank.names.has(value.name));
      this.#put(value, isBlank ? this.#blankOf(value.type, blank.as) : this.#rawOf(value, values));
    }
  }

  /** The registers as bytes, or the number of the exception that the meter answers. */
  read(fn: number, address: number, count: number): Buffer | number {
    if (fn !== 3 && fn !== 4) return ILLEGAL_FUNCTION;
    if (count < 1 || count > this.#profile.maxRegisters) return ILLEGAL_VALUE;
    const mark = this.#marks.find(
      (each) => each.fn === fn && each.start === address && each.data.length === 2 * count,
    );
    if (mark) return Buffer.from(mark.data);
    const { align } = this.#profile;
    if (address % align !== 0 || count % align !== 0) return ILLEGAL_VALUE;
    const block = this.#blocks.find((each) => each.fn === fn && covers(each, address, count));
    if (!block || this.#inner.has(address) || this.#inner.has(address + count)) {
      return ILLEGAL_ADDRESS;
    }
    const from = 2 * (address - block.start);
    return Buffer.from(block.data.subarray(from, from + 2 * count));
  }

  #rawOf(value: ProfileValue, values: MeterValues): number {
    const known: Record<string, number | undefined> = values;
    return (known[value.name] ?? 0) / value.scale;
  }

  #blankOf(type: ValueType, as: Blank['as']): number {
    const isFloat = type === 'float32' || type === 'float64';
    if (as === 'nan' && isFloat) return Number.NaN;
    return this.#profile.invalid[type]?.[0] ?? USUAL_SENTINELS[type];
  }

  #put(value: ProfileValue, raw: number): void {
    const count = registersOf(value.type);
    const block = this.#blocks.find((each) => covers(each, value.address, count));
    const data = encodeValue(raw, value.type, this.#profile);
    if (block) data.copy(block.data, 2 * (value.address - block.start));
  }
}

function covers(stretch: Stretch, address: number, count: number): boolean {
  return address >= stretch.start && address + count <= stretch.start + stretch.data.length / 2;
}

function innerRegisters(value: ProfileValue): number[] {
  const count = registersOf(value.type);
  return Array.from({ length: count - 1 }, (_, index) => value.address + index + 1);
}

/** A mark such as "a voltage between 80 and 300" is one of the measured values. */
function isMeasured(mark: Mark, profile: Profile): boolean {
  return (
    mark.expect.oneOf === undefined &&
    mark.fn === profile.fn &&
    profile.values.some((value) => value.address === mark.address && value.type === mark.type)
  );
}

/** A number that passes for the mark: the first that is listed, else one inside the limits. */
function markOf({ oneOf, min = 0, max }: Mark['expect']): number {
  return oneOf?.[0] ?? (max === undefined ? min + SERIAL_NUMBER : Math.min(max, min + 1));
}
