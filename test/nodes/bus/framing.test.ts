import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MbapFraming, RtuFraming } from '../../../nodes/bus/framing.ts';
import { exceptionTo, replyTo, sealed } from './fake-port.ts';

const request = { unit: 7, fn: 3 as const, address: 1000, count: 34 };
const asked = { ...request, atMs: 0 };
const adu = sealed(Buffer.from([7, 3, 3, 0xe8, 0, 34]));
const reply = replyTo(asked);

/** Feeds the bytes in pieces; the first reply that is found, or null. */
function feed(
  framing: RtuFraming | MbapFraming,
  bytes: Buffer,
  sizes: number[] = [],
): Buffer | null {
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    const found = framing.take(bytes.subarray(at, at + size));
    if (found) return found;
    at += size;
  }
  return null;
}

describe('serial framing', () => {
  const rtu = () => {
    const framing = new RtuFraming('rs485');
    framing.begin(request, adu);
    return framing;
  };

  it('finds the reply after any noise and in any pieces', () => {
    const noise = fc.uint8Array({ maxLength: 40 });
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(noise, sizes, (before, pieces) => {
        // Noise that looks like the beginning of our own reply is a damaged frame, not noise.
        fc.pre(!Buffer.from([...before, 7]).includes(Buffer.from([7, 3, 68])));
        fc.pre(!Buffer.from([...before, 7]).includes(Buffer.from([7, 0x83])));
        assert.deepEqual(feed(rtu(), Buffer.concat([before, reply]), pieces), reply);
      }),
    );
  });

  it('passes over other units, other lengths and other functions', () => {
    const strangers = [
      replyTo({ ...asked, unit: 8 }),
      replyTo({ ...asked, count: 33 }),
      replyTo({ ...asked, fn: 4 }),
      exceptionTo({ ...asked, unit: 8 }, 2),
    ];
    assert.deepEqual(feed(rtu(), Buffer.concat([...strangers, reply])), reply);
  });

  it('never takes a damaged frame for a reply', () => {
    const flip = fc.record({ at: fc.nat(reply.length - 1), bit: fc.nat(7) });
    fc.assert(
      fc.property(flip, ({ at, bit }) => {
        const damaged = Buffer.from(reply);
        damaged[at] = damaged[at]! ^ (1 << bit);
        let found: Buffer | null = null;
        try {
          found = feed(rtu(), damaged);
        } catch (error) {
          assert.equal((error as { code: string }).code, 'bus_crc');
        }
        assert.equal(found, null);
      }),
    );
  });

  it('tells silence from a reply that stopped and from bytes that are none', () => {
    assert.equal(rtu().shortfall(), null);
    const stopped = rtu();
    stopped.take(reply.subarray(0, 20));
    assert.match(stopped.shortfall()?.message ?? '', /20 of 73 bytes/);
    const foreign = rtu();
    foreign.take(replyTo({ ...asked, unit: 9 }));
    assert.match(foreign.shortfall()?.message ?? '', /73 bytes came that are no answer/);
  });

  it('forgets stray bytes at the next request, and survives a line that babbles', () => {
    const framing = rtu();
    framing.take(reply.subarray(0, 40));
    framing.begin(request, adu);
    assert.deepEqual(framing.take(reply), reply);
    framing.begin(request, adu);
    for (let i = 0; i < 50; i++) assert.equal(framing.take(Buffer.alloc(100, 0xff)), null);
    assert.deepEqual(framing.take(reply), reply);
  });
});

describe('network framing', () => {
  const mbap = (transaction: number, frame: Buffer) => {
    const header = Buffer.alloc(6);
    header.writeUInt16BE(transaction, 0);
    header.writeUInt16BE(frame.length - 2, 4);
    return Buffer.concat([header, frame.subarray(0, -2)]);
  };
  const tcp = () => {
    const framing = new MbapFraming('lan');
    return { framing, transaction: framing.begin(request, adu).readUInt16BE(0) };
  };

  it('numbers its requests and finds the reply with the right number, in any pieces', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(sizes, (pieces) => {
        const { framing, transaction } = tcp();
        const late = mbap(transaction - 1, replyTo(asked, 500));
        const bytes = Buffer.concat([late, mbap(transaction, reply)]);
        assert.deepEqual(feed(framing, bytes, pieces), reply);
      }),
    );
  });

  it('refuses a reply with the right number that is not ours', () => {
    for (const other of [{ unit: 8 }, { fn: 4 }, { count: 2 }]) {
      const { framing, transaction } = tcp();
      const wrong = mbap(transaction, replyTo({ ...asked, ...other }));
      assert.throws(() => framing.take(wrong), { code: 'bus_bad_reply' });
      assert.equal(framing.broken, false);
    }
  });

  it('knows when the stream has lost its step', () => {
    const { framing } = tcp();
    assert.throws(() => framing.take(Buffer.from('HTTP/1.1 400')), { code: 'bus_bad_reply' });
    assert.equal(framing.broken, true);

    const half = tcp();
    half.framing.take(mbap(half.transaction, reply).subarray(0, 30));
    assert.equal(half.framing.broken, false);
    assert.equal(half.framing.shortfall()?.code, 'bus_bad_reply');
    assert.equal(half.framing.broken, true);
  });
});
