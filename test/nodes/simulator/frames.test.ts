import assert from 'node:assert/strict';
import fc from 'fast-check';
import crc16 from 'modbus-serial/utils/crc16.js';
import { MbapFraming, RtuFraming } from '../../../nodes/simulator/frames.ts';

const garbage = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 30 });

function rtu(...body: number[]): Buffer {
  const frame = Buffer.alloc(body.length + 2);
  Buffer.from(body).copy(frame);
  frame.writeUInt16LE(crc16(Buffer.from(body)), body.length);
  return frame;
}

const READ = rtu(1, 3, 0x03, 0xe8, 0, 34);

describe('RTU framing', () => {
  it('cuts requests out of any splitting of the stream', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 16 }), { maxLength: 6 }), (cuts) => {
        const stream = Buffer.concat([READ, READ]);
        const framing = new RtuFraming();
        const edges = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const found = edges
          .slice(1)
          .flatMap((edge, index) => framing.push(stream.subarray(edges[index], edge), 0));
        assert.equal(found.length, 2);
        assert.deepEqual(found[1]?.pdu, READ.subarray(1, -2));
      }),
    );
  });

  it('knows the length of a write of many registers', () => {
    const write = rtu(1, 16, 0, 0, 0, 2, 4, 1, 2, 3, 4);
    assert.equal(new RtuFraming().push(Buffer.concat([write, READ]), 0).length, 2);
  });

  it('finds the next request after a silence, whatever came before', () => {
    fc.assert(
      fc.property(garbage, (noise) => {
        const framing = new RtuFraming();
        for (const bytes of noise) framing.push(Buffer.from(bytes), 0);
        const found = framing.push(READ, 1_000);
        assert.deepEqual(found.at(-1)?.pdu, READ.subarray(1, -2));
      }),
    );
  });
});

describe('Modbus TCP framing', () => {
  const request = Buffer.from([0, 9, 0, 0, 0, 6, 1, 3, 0x03, 0xe8, 0, 34]);

  it('cuts requests out of a stream and keeps their transaction', () => {
    const framing = new MbapFraming();
    assert.deepEqual(framing.push(request.subarray(0, 5)), []);
    const found = framing.push(Buffer.concat([request.subarray(5), request]));
    assert.deepEqual(
      found?.map(({ transaction, unit }) => [transaction, unit]),
      [
        [9, 1],
        [9, 1],
      ],
    );
  });

  it('gives up on a stream that is not Modbus, and never throws', () => {
    assert.equal(new MbapFraming().push(Buffer.from('GET / HTTP/1.1\r\n')), null);
    fc.assert(
      fc.property(garbage, (noise) => {
        const framing = new MbapFraming();
        for (const bytes of noise) if (!framing.push(Buffer.from(bytes))) break;
      }),
    );
  });
});
