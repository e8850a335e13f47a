import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ValueType } from '../../../nodes/meter/profile.ts';
import {
  decodeValue,
  encodeValue,
  type RegisterOrder,
  registersOf,
} from '../../../nodes/meter/registers.ts';

const BIG: RegisterOrder = { wordOrder: 'big', byteOrder: 'big' };
const LOW_WORD_FIRST: RegisterOrder = { wordOrder: 'little', byteOrder: 'big' };
const SWAPPED_BYTES: RegisterOrder = { wordOrder: 'big', byteOrder: 'little' };
const LITTLE: RegisterOrder = { wordOrder: 'little', byteOrder: 'little' };

// Bytes written by hand from IEEE 754 and two's complement, not with encodeValue.
const GOLDEN: [ValueType, RegisterOrder, string, number][] = [
  ['uint16', BIG, 'fffe', 65_534],
  ['uint16', SWAPPED_BYTES, 'feff', 65_534],
  ['int16', BIG, 'fffe', -2],
  ['uint32', BIG, '00010002', 65_538],
  ['uint32', LOW_WORD_FIRST, '00020001', 65_538],
  ['uint32', SWAPPED_BYTES, '01000200', 65_538],
  ['uint32', LITTLE, '02000100', 65_538],
  ['int32', BIG, 'fffffc18', -1000],
  ['int32', LOW_WORD_FIRST, 'fc18ffff', -1000],
  ['float32', BIG, '42f6e979', 123.45600128173828],
  ['float32', LOW_WORD_FIRST, 'e97942f6', 123.45600128173828],
  ['float32', SWAPPED_BYTES, 'f64279e9', 123.45600128173828],
  ['float32', LITTLE, '79e9f642', 123.45600128173828],
  ['float32', BIG, 'c3480000', -200],
  ['uint64', BIG, '0000000100000000', 4_294_967_296],
  ['uint64', LOW_WORD_FIRST, '0000000000010000', 4_294_967_296],
  ['int64', BIG, 'ffffffffffffffff', -1],
  ['float64', BIG, '3ff8000000000000', 1.5],
  ['float64', LOW_WORD_FIRST, '0000000000003ff8', 1.5],
];

const TYPES: ValueType[] = [
  'uint16',
  'int16',
  'uint32',
  'int32',
  'uint64',
  'int64',
  'float32',
  'float64',
];

const anOrder = fc.record<RegisterOrder>({
  wordOrder: fc.constantFrom('big', 'little'),
  byteOrder: fc.constantFrom('big', 'little'),
});

describe('registers', () => {
  for (const [type, order, hex, value] of GOLDEN) {
    it(`${hex} is ${value} as ${type}, ${order.wordOrder}/${order.byteOrder}`, () => {
      assert.equal(decodeValue(Buffer.from(hex, 'hex'), 0, type, order), value);
      assert.equal(encodeValue(value, type, order).toString('hex'), hex);
    });
  }

  it('reads at an offset and refuses to read past the end', () => {
    const data = Buffer.from('ffff000142f6e979', 'hex');
    assert.equal(decodeValue(data, 2, 'uint16', BIG), 1);
    assert.throws(() => decodeValue(data, 6, 'float32', BIG), RangeError);
  });

  it('keeps NaN and infinity as they are', () => {
    assert.ok(Number.isNaN(decodeValue(Buffer.from('7fc00000', 'hex'), 0, 'float32', BIG)));
    assert.equal(decodeValue(Buffer.from('7f800000', 'hex'), 0, 'float32', BIG), Infinity);
  });

  it('stops integers at the end of their range', () => {
    assert.equal(encodeValue(70_000, 'uint16', BIG).toString('hex'), 'ffff');
    assert.equal(encodeValue(-1, 'uint32', BIG).toString('hex'), '00000000');
    assert.equal(encodeValue(1e30, 'uint64', BIG).toString('hex'), 'ffffffffffffffff');
    assert.throws(() => encodeValue(Number.NaN, 'int16', BIG), RangeError);
  });

  it('gives back every float64 and every float32 it was given, in every order', () => {
    fc.assert(
      fc.property(fc.double(), fc.float(), anOrder, (double, float, order) => {
        assert.equal(
          decodeValue(encodeValue(double, 'float64', order), 0, 'float64', order),
          double,
        );
        assert.equal(decodeValue(encodeValue(float, 'float32', order), 0, 'float32', order), float);
      }),
    );
  });

  it('gives back every pattern of bytes that is not a NaN, for every type and order', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        fc.constantFrom(...TYPES),
        anOrder,
        (bytes, type, order) => {
          const data = Buffer.from(bytes.subarray(0, registersOf(type) * 2));
          const value = decodeValue(data, 0, type, order);
          fc.pre(!Number.isNaN(value) && (type.startsWith('float') || Number.isSafeInteger(value)));
          assert.deepEqual(encodeValue(value, type, order), data);
        },
      ),
    );
  });
});
