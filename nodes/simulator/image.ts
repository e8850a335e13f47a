/**
 * The registers of a simulated meter: every value its profile names, encoded as the profile says, and
 * the refusals of the real meter for everything else. The inverse of decoding, from the same file.
 */
import type { Profile, ProfileValue, ValueType } from '../meter/profile.ts';
import { encodeValue, type RegisterOrder, registersOf, writeValue } from '../meter/registers.ts';
import type { MeterValues } from './values.ts';

export const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
export const ILLEGAL_VALUE = 3;

/**
 * Values that do not say what is measured: "not available" (`nan`, or the `sentinel` of their type),
 * the low 16 bits of what they are (`width`), or their registers the other way round (`words`).
 */
export interface Spoilt {
  as: 'nan' | 'sentinel' | 'width' | 'words';
  spoils(name: string): boolean;
}

interface Stretch {
  fn: 3 | 4;
  start: number;
  data: Buffer;
}

/** A value and where its registers are. */
interface Cell {
  value: ProfileValue;
  data: Buffer;
  /** Of its first byte. */
  offset: number;
  /** The filling its bytes are of. */
  filling: number;
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
  readonly #cells: Cell[];
  /** Second and later registers of whole values: no read may begin or end before them. */
  readonly #inner: ReadonlySet<number>;
  /** The cells that a request touches, by address and count. */
  readonly #touched = new Map<number, Cell[]>();
  #values: MeterValues | null = null;
  #spoilt: Spoilt | null = null;
  #filling = 0;

  constructor(profile: Profile) {
    this.#profile = profile;
    // Meters of floats refuse half a value; those of integers are plain registers, one by one.
    const isWhole = profile.values.some(({ type }) => type.startsWith('float'));
    this.#inner = new Set(isWhole ? profile.values.flatMap(innerRegisters) : []);
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
    this.#cells = profile.values.flatMap((value) => {
      const count = registersOf(value.type);
      const block = this.#blocks.find((each) => covers(each, value.address, count));
      if (!block) return [];
      return [{ value, data: block.data, offset: 2 * (value.address - block.start), filling: 0 }];
    });
  }

  /** From now on the registers hold `values`. They are written when somebody reads them. */
  fill(values: MeterValues, spoilt: Spoilt | null = null): void {
    this.#values = values;
    this.#spoilt = spoilt;
    this.#filling += 1;
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
    for (const cell of this.#cellsOf(address, count)) this.#write(cell);
    const from = 2 * (address - block.start);
    return Buffer.from(block.data.subarray(from, from + 2 * count));
  }

  #cellsOf(address: number, count: number): Cell[] {
    const key = address * 0x100 + count;
    let cells = this.#touched.get(key);
    if (!cells) {
      cells = this.#cells.filter(
        ({ value }) =>
          value.address < address + count && value.address + registersOf(value.type) > address,
      );
      this.#touched.set(key, cells);
    }
    return cells;
  }

  #write(cell: Cell): void {
    if (cell.filling === this.#filling || this.#values === null) return;
    cell.filling = this.#filling;
    const { value, data, offset } = cell;
    const raw = this.#values[value.name] / value.scale;
    const spoilt = this.#spoilt?.spoils(value.name) ? this.#spoilt : null;
    writeValue(data, offset, {
      value: spoilt ? this.#spoiltRaw(raw, value, spoilt.as) : raw,
      type: value.type,
      order: spoilt?.as === 'words' ? exchanged(this.#profile) : this.#profile,
    });
  }

  #spoiltRaw(raw: number, { type, scale }: ProfileValue, as: Spoilt['as']): number {
    const isFloat = type === 'float32' || type === 'float64';
    if (as === 'words') return raw;
    if (as === 'width') return isFloat ? lowWord(raw * scale * 10) / (10 * scale) : lowWord(raw);
    if (as === 'nan' && isFloat) return Number.NaN;
    return this.#profile.invalid[type]?.[0] ?? USUAL_SENTINELS[type];
  }
}

/** What is left of a number in its low 16 bits, read with a sign. */
function lowWord(raw: number): number {
  return (Math.round(raw) << 16) >> 16;
}

function exchanged({ wordOrder, byteOrder }: RegisterOrder): RegisterOrder {
  return { wordOrder: wordOrder === 'big' ? 'little' : 'big', byteOrder };
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
