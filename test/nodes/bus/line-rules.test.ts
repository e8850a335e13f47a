import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ReadReply, ReadRequest } from '../../../nodes/bus/line.ts';
import { ModbusLine } from '../../../nodes/bus/modbus-line.ts';
import { framesMs, lineTiming } from '../../../nodes/bus/timing.ts';
import type { BusConfig } from '../../../nodes/site/schema.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import {
  type Asked,
  exceptionTo,
  FakeSlave,
  replyTo,
  type Slave,
  serial,
  tcp,
} from './fake-port.ts';

/** Answers rightly after the frames' wire time and `latencyMs`. */
function honest(latencyMs = 10, bus: BusConfig = serial): Slave {
  return (asked, send) => send(replyTo(asked), wire(asked, bus) + latencyMs);
}

function wire({ count }: { count: number }, bus: BusConfig = serial): number {
  return framesMs(lineTiming(bus), count);
}

function setUp(slave: Slave, bus: BusConfig = serial) {
  const clock = new VirtualClock();
  const fake = new FakeSlave(clock, slave);
  const line = new ModbusLine(bus, { clock, random: () => 0, openPort: fake.openPort });
  /** Reads, and moves time until the read has ended. */
  const read = async (request: ReadRequest, options = {}): Promise<ReadReply | string> => {
    let outcome: ReadReply | string | null = null;
    line.read(request, options).then(
      (reply) => {
        outcome = reply;
      },
      (error: { code?: string }) => {
        outcome = error.code ?? String(error);
      },
    );
    for (let ms = 0; outcome === null && ms < 60_000; ms += 5) await clock.advance(5);
    return outcome ?? 'never ended';
  };
  return { clock, fake, line, read };
}

const at = (address: number, count = 2, unit = 1): ReadRequest => ({ unit, fn: 3, address, count });

/** The registers must be those that were asked for: each holds its own address. */
function assertRight(reply: ReadReply | string, { address, count }: ReadRequest): void {
  assert.ok(typeof reply !== 'string', String(reply));
  assert.equal(reply.data.length, 2 * count);
  for (let i = 0; i < count; i++) assert.equal(reply.data.readUInt16BE(2 * i), address + i);
}

describe('line', () => {
  it('reads, and knows what the next read will cost', async () => {
    const { line, read } = setUp(honest(12));
    const before = line.costMs(at(1000, 34), { replyDelayMs: 5 });
    assert.equal(before.toFixed(1), (92.4 + 5).toFixed(1));
    assertRight(await read(at(1000, 34)), at(1000, 34));
    assert.equal(line.costMs(at(1000, 34)).toFixed(1), (92.4 + 12).toFixed(1));
    assert.equal(line.costMs(at(1000, 34), { gapMs: 100 }).toFixed(1), (92.4 + 112).toFixed(1));
    const [device] = line.stats().devices;
    assert.equal(device?.requests, 1);
    assert.equal(device?.latencyMs?.toFixed(1), '12.0');
    assert.equal(device?.wireMs.toFixed(1), (84.375 + 12).toFixed(1));
  });

  it('never has two requests under way and keeps the silence, whatever happens', async () => {
    const slaves: Slave[] = [
      honest(),
      () => undefined,
      (asked, send) => send(exceptionTo(asked, 2), wire(asked)),
      (asked, send) => send(replyTo(asked).subarray(0, 6), wire(asked)),
      (asked, send) => send(replyTo({ ...asked, unit: 99 }), wire(asked)),
      (asked, send) => send(replyTo(asked), 700),
    ];
    const plan = fc.array(
      fc.record({ unit: fc.constantFrom(1, 2, 3), slave: fc.nat(slaves.length - 1) }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(plan, fc.nat(30), async (steps, gapMs) => {
        const order = steps.map((step) => step.slave);
        let busyUntil = 0;
        let lastByteMs = 0;
        const { clock, line, fake } = setUp((asked, send) => {
          assert.ok(asked.atMs >= busyUntil, 'a request is under way');
          assert.ok(asked.atMs - lastByteMs >= 4.01 + gapMs, 'the silence was not kept');
          busyUntil = asked.atMs + wire(asked);
          const answer = slaves[order.shift() ?? 0];
          answer?.(asked, (bytes, afterMs = 0) => {
            clock.after(afterMs, () => {
              lastByteMs = clock.mono();
            });
            send(bytes, afterMs);
          });
        });
        const reads = steps.map((step, i) => line.read(at(i, 2, step.unit), { gapMs }));
        const all = Promise.allSettled(reads);
        await clock.advance(60_000);
        assert.equal((await all).length, steps.length);
        assert.ok(fake.asked.length >= steps.length);
        assert.equal(clock.waiting, 0, 'a timer was left');
      }),
      { numRuns: 40 },
    );
  });

  it('never takes a late reply for the next answer, however late it comes', async () => {
    const late = fc.array(fc.integer({ min: 0, max: 6000 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(late, async (delays) => {
        const waits = [...delays];
        let freeAtMs = 0;
        // Devices answer in order: a reply never overtakes an earlier one.
        const { clock, read } = setUp((asked, send) => {
          const now = clock.mono();
          freeAtMs = Math.max(freeAtMs, now + wire(asked) + (waits.shift() ?? 0));
          send(replyTo(asked), freeAtMs - now);
        });
        let good = 0;
        for (let i = 0; i < 40 && good < 3; i++) {
          const reply = await read(at(500 + 100 * (i % 5)));
          if (typeof reply === 'string') continue;
          assertRight(reply, at(500 + 100 * (i % 5)));
          good++;
        }
        assert.equal(good, 3, 'it came back');
      }),
      { numRuns: 60 },
    );
  });

  it('does not take an exception for a missing register while replies are owed', async () => {
    const { clock, fake, read } = setUp(honest());
    assertRight(await read(at(0)), at(0));
    fake.slave = (asked, send) => send(exceptionTo(asked, 2), 400);
    assert.equal(await read(at(10)), 'bus_timeout');
    fake.slave = honest();
    assertRight(await read(at(20)), at(20));
    fake.slave = (asked, send) => send(exceptionTo(asked, 2), wire(asked));
    assert.equal(await read(at(30)), 'bus_exception');
    await clock.advance(1000);
    fake.slave = honest();
    assertRight(await read(at(40)), at(40));
  });

  it('asks nothing more than the reads while all goes well', async () => {
    const { fake, read } = setUp(honest());
    for (let i = 0; i < 20; i++) await read(at(i));
    assert.equal(fake.asked.length, 20);
  });

  it('says what was wrong, and goes on', async () => {
    const { fake, read, line } = setUp(honest());
    const faults: [string, Slave][] = [
      ['bus_timeout', () => undefined],
      ['bus_exception', (asked, send) => send(exceptionTo(asked, 4), wire(asked))],
      ['bus_target_silent', (asked, send) => send(exceptionTo(asked, 11), wire(asked))],
      ['bus_bad_reply', (asked, send) => send(replyTo({ ...asked, unit: 2 }), wire(asked))],
      ['bus_bad_reply', (asked, send) => send(replyTo(asked).subarray(0, 5), wire(asked))],
      ['bus_crc', (asked, send) => send(damaged(replyTo(asked)), wire(asked))],
    ];
    for (const [code, slave] of faults) {
      fake.slave = slave;
      assert.equal(await read(at(10)), code);
      fake.slave = honest();
      assertRight(await read(at(10)), at(10));
    }
    fake.slave = (asked, send) =>
      send(Buffer.concat([Buffer.from([0xa5]), replyTo(asked)]), wire(asked));
    assertRight(await read(at(10)), at(10));
    const [device] = line.stats().devices;
    assert.deepEqual(device?.errors, {
      bus_timeout: 1,
      bus_exception: 1,
      bus_target_silent: 1,
      bus_bad_reply: 2,
      bus_crc: 1,
    });
  });

  it('leaves a device alone that its gateway cannot reach, and keeps the gateway', async () => {
    const { clock, fake, line, read } = setUp((asked, send) => {
      if (asked.unit === 1) send(replyTo(asked), 20);
      else send(exceptionTo(asked, 11), 500);
    }, tcp);
    for (let i = 0; i < 30; i++) {
      assertRight(await read(at(0)), at(0));
      await read(at(0, 2, 2));
      await clock.advance(500);
    }
    assert.ok(line.backOffMs(2) > 0);
    assert.equal(line.backOffMs(1), 0);
    assert.equal(fake.opened, 1);
  });

  it('waits 250 ms and the wire time for a quick device, and longer once it was slow', async () => {
    const { clock, fake, read } = setUp(honest(5));
    for (let i = 0; i < 3; i++) await read(at(0));
    fake.slave = honest(600);
    const outcomes: string[] = [];
    for (let i = 0; i < 11; i++) {
      const startMs = clock.mono();
      const reply = await read(at(0));
      outcomes.push(typeof reply === 'string' ? reply : 'good');
      if (i === 0) assert.ok(clock.mono() - startMs < 300);
      await clock.advance(1000);
    }
    assert.deepEqual(outcomes.slice(-2), ['good', 'good'], outcomes.join());
  });

  it('lets a dead device cost the others little', async () => {
    const { clock, fake, line, read } = setUp((asked, send) => {
      if (asked.unit !== 9) honest()(asked, send);
    });
    const spentMs: number[] = [];
    let deadMs = 0;
    for (let second = 0; second < 120; second++) {
      const startMs = clock.mono();
      const spend = () => clock.mono() - startMs;
      if (line.backOffMs(9) === 0) {
        line.read(at(0, 34, 9)).catch(() => {
          if (second >= 60) deadMs += spend();
        });
      }
      const others = Promise.all([1, 2, 3].map((unit) => line.read(at(0, 34, unit))));
      others.then(
        () => {
          if (second >= 60) spentMs.push(spend());
        },
        () => assert.fail('a living meter was not read'),
      );
      await clock.advance(1000);
    }
    assert.equal(spentMs.length, 60);
    const slow = spentMs.filter((ms) => ms > 1000);
    assert.ok(slow.length <= 4 && Math.max(...spentMs) < 1500, `slow cycles: ${slow.join()}`);
    assert.ok(deadMs > 0 && deadMs < 0.12 * 60_000, `the dead one took ${deadMs} ms of a minute`);
    assert.equal(line.backOffMs(1), 0);
    assert.ok(line.backOffMs(9) > 0 && line.backOffMs(9) <= 15_000);

    fake.slave = honest();
    await clock.advance(15_000);
    assertRight(await read(at(0, 34, 9)), at(0, 34, 9));
    assert.equal(line.backOffMs(9), 0);
  });

  it('never backs off from the only device of a line', async () => {
    const { line, read } = setUp(() => undefined);
    for (let i = 0; i < 10; i++) await read(at(0));
    assert.equal(line.backOffMs(1), 0);
  });

  it('serves units by turns', async () => {
    const { clock, line, fake } = setUp(honest());
    const reads = [4, 1, 1, 1, 2, 3].map((unit, i) => line.read(at(i, 2, unit)));
    await clock.advance(5000);
    await Promise.all(reads);
    assert.deepEqual(
      fake.asked.map((asked) => asked.unit),
      [4, 1, 2, 3, 1, 1],
    );
  });

  it('does not send what nobody waits for any more', async () => {
    const { clock, line, fake } = setUp(honest());
    const abort = new AbortController();
    const first = line.read(at(0));
    const second = assert.rejects(line.read(at(2), { signal: abort.signal }), {
      code: 'bus_closed',
    });
    abort.abort();
    await clock.advance(1000);
    await first;
    await second;
    assert.equal(fake.asked.length, 1);
  });

  it('needs no extra request after a late reply on Modbus TCP', async () => {
    const { clock, fake, read } = setUp(honest(5, tcp), tcp);
    assertRight(await read(at(0)), at(0));
    fake.slave = (asked: Asked, send) => send(replyTo(asked), 400);
    assert.equal(await read(at(10)), 'bus_timeout');
    fake.slave = honest(200, tcp);
    assertRight(await read(at(20)), at(20));
    assert.equal(fake.asked.length, 3);
    assert.equal(fake.opened, 1);
    await clock.advance(1000);
  });
});

function damaged(frame: Buffer): Buffer {
  const copy = Buffer.from(frame);
  copy[4] = copy[4]! ^ 0x10;
  return copy;
}
