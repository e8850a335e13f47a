/**
 * Numbers <-> Modbus registers, for every type and order a profile can name. It knows bytes and
 * nothing else: scales, sentinels and meanings belong to `decode.ts`.
 */
import type { ValueType } from './profile.ts';

/**
 * How a meter lays a number over its registers. Modbus is big-endian in both; `wordOrder: little`
 * sends the low word first (WattNode, Gavazzi), `byteOrder: little` swaps the bytes of each word.
 */
export interface RegisterOrder {
  wordOrder: 'big' | 'little';
  byteOrder: 'big' | 'little';
}

interface Codec {
  registers: number;
  get(view: DataView): number;
  set(view: DataView, value: number): void;
}

const CODECS: Record<ValueType, Codec> = {
  uint16: integer(1, 0, 0xffff, 'Uint16'),
  int16: integer(1, -0x8000, 0x7fff, 'Int16'),
  uint32: integer(2, 0, 0xffff_ffff, 'Uint32'),
  int32: integer(2, -0x8000_0000, 0x7fff_ffff, 'Int32'),
  uint64: bigInteger(0n, 2n ** 64n - 1n, 'BigUint64'),
  int64: bigInteger(-(2n ** 63n), 2n ** 63n - 1n, 'BigInt64'),
  float32: {
    registers: 2,
    get: (view) => view.getFloat32(0),
    set: (view, value) => view.setFloat32(0, value),
  },
  float64: {
    registers: 4,
    get: (view) => view.getFloat64(0),
    set: (view, value) => view.setFloat64(0, value),
  },
};

/** How many registers a value of this type takes. */
export function registersOf(type: ValueType): number {
  return CODECS[type].registers;
}

const scratch = new Uint8Array(8);
const view = new DataView(scratch.buffer);

/**
 * The number at byte `offset` of a reply. 64-bit integers above 2^53 come as the nearest double:
 * no meter counts that far. NaN and infinities come as they are.
 * @throws RangeError when the reply ends before the value does
 */
export function decodeValue(
  data: Uint8Array,
  offset: number,
  type: ValueType,
  order: RegisterOrder,
): number {
  const codec = CODECS[type];
  if (offset < 0 || offset + codec.registers * 2 > data.length) {
    throw new RangeError(`${type} at byte ${offset} is outside ${data.length} bytes`);
  }
  for (let byte = 0; byte < 2 * codec.registers; byte++) {
    scratch[byte] = data[offset + placeOf(byte, codec.registers, order)] ?? 0;
  }
  return codec.get(view);
}

/**
 * The registers of a number, `2 * registersOf(type)` bytes: the inverse of `decodeValue`. Integers
 * are rounded and, as in a meter, stop at the end of their range.
 * @throws RangeError for NaN as an integer
 */
export function encodeValue(value: number, type: ValueType, order: RegisterOrder): Buffer {
  const data = Buffer.alloc(CODECS[type].registers * 2);
  writeValue(data, 0, { value, type, order });
  return data;
}

/** Encodes in place: the registers of a number from byte `offset` of `data` on. */
export function writeValue(
  data: Uint8Array,
  offset: number,
  { value, type, order }: { value: number; type: ValueType; order: RegisterOrder },
): void {
  const { registers, set } = CODECS[type];
  set(view, value);
  for (let byte = 0; byte < 2 * registers; byte++) {
    data[offset + placeOf(byte, registers, order)] = scratch[byte] ?? 0;
  }
}

/** Registers as one unsigned number, as they come over the wire. */
export function rawNumber(data: Uint8Array): number {
  return data.reduce((number, byte) => number * 256 + byte, 0);
}

/** Where a meter puts the byte that is `byte`th in a big-endian number of so many words. */
function placeOf(byte: number, words: number, { wordOrder, byteOrder }: RegisterOrder): number {
  const word = wordOrder === 'big' ? byte >> 1 : words - 1 - (byte >> 1);
  const low = byteOrder === 'big' ? byte & 1 : 1 - (byte & 1);
  return 2 * word + low;
}

function integer(
  registers: number,
  least: number,
  most: number,
  kind: 'Uint16' | 'Int16' | 'Uint32' | 'Int32',
): Codec {
  return {
    registers,
    get: (from) => from[`get${kind}`](0),
    set: (to, value) =>
      to[`set${kind}`](0, Math.min(most, Math.max(least, Math.round(aNumber(value))))),
  };
}

function bigInteger(least: bigint, most: bigint, kind: 'BigUint64' | 'BigInt64'): Codec {
  return {
    registers: 4,
    get: (from) => Number(from[`get${kind}`](0)),
    set: (to, value) => {
      const limited = Math.min(Number(most), Math.max(Number(least), Math.round(aNumber(value))));
      const exact = BigInt(limited);
      to[`set${kind}`](0, exact > most ? most : exact);
    },
  };
}

function aNumber(value: number): number {
  if (Number.isNaN(value)) throw new RangeError('NaN has no integer form');
  return value;
}
