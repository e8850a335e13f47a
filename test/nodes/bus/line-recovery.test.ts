import assert from 'node:assert/strict';
import type { LineState } from '../../../nodes/bus/line.ts';
import { ModbusLine } from '../../../nodes/bus/modbus-line.ts';
import type { BusConfig } from '../../../nodes/site/schema.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { FakeSlave, replyTo, type Slave, serial, tcp } from './fake-port.ts';

const honest: Slave = (asked, send) => send(replyTo(asked), 100);
const dead: Slave = () => undefined;
const request = { unit: 1, fn: 3, address: 0, count: 2 } as const;

function setUp(bus: BusConfig = tcp, random = 1) {
  const clock = new VirtualClock();
  const fake = new FakeSlave(clock, honest);
  const line = new ModbusLine(bus, { clock, random: () => random, openPort: fake.openPort });
  const states: LineState[] = [];
  line.on('state', (state) => states.push(state));
  /** Polls once a second, as a meter does, for `ms`; when the last good read ended. */
  const poll = async (ms: number): Promise<number | null> => {
    let goodMs: number | null = null;
    let busy = false;
    const end = clock.mono() + ms;
    while (clock.mono() < end) {
      if (!busy) {
        busy = true;
        line
          .read(request)
          .then((reply) => {
            goodMs ??= reply.monoMs;
          })
          .catch(() => undefined)
          .finally(() => {
            busy = false;
          });
      }
      await clock.advance(1000);
    }
    return goodMs;
  };
  return { clock, fake, line, states, poll };
}

describe('line recovery', () => {
  for (const bus of [tcp, serial]) {
    for (const seconds of [1, 3, 7, 12, 30]) {
      it(`is live within 3 s of the end of ${seconds} s of a lost ${bus.type} port`, async () => {
        const { clock, fake, states, poll } = setUp(bus);
        assert.ok(await poll(5000));
        fake.refusal = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
        fake.lose();
        await poll(seconds * 1000);
        fake.refusal = null;
        const healedMs = clock.mono();
        const goodMs = await poll(6000);
        assert.ok(goodMs !== null && goodMs - healedMs <= 3000, `${Number(goodMs) - healedMs} ms`);
        assert.equal(states.at(-1), 'open');
      });

      it(`is live within 3 s of the end of ${seconds} s of silence on ${bus.type}`, async () => {
        const { clock, fake, poll } = setUp(bus);
        assert.ok(await poll(5000));
        fake.slave = dead;
        await poll(seconds * 1000);
        fake.slave = honest;
        const healedMs = clock.mono();
        const goodMs = await poll(6000);
        assert.ok(goodMs !== null && goodMs - healedMs <= 3000, `${Number(goodMs) - healedMs} ms`);
      });
    }
  }

  it('tries a port that stays away less and less often, up to every 30 s', async () => {
    const { clock, fake, line } = setUp(tcp, 0);
    fake.refusal = new Error('gone');
    const tries: number[] = [];
    line.on('state', (state) => {
      if (state === 'connecting') tries.push(clock.mono());
    });
    await assert.rejects(line.read(request), { code: 'bus_unreachable' });
    await assert.rejects(line.read(request), { code: 'bus_unreachable' });
    await clock.advance(3_600_000);
    const waits = tries.slice(1).map((at, i) => Math.round(at - tries[i]!));
    assert.equal(Math.min(...waits), 1000);
    assert.equal(waits.at(-1), 30_000);
    assert.deepEqual(
      waits,
      [...waits].sort((a, b) => a - b),
    );
    assert.equal(line.stats().devices[0]?.errors.bus_unreachable, 2);
    await line.close();
    assert.equal(clock.waiting, 0);
  });

  it('forgets an outage only when something was read', async () => {
    const { clock, fake, line, poll } = setUp(tcp, 0);
    await poll(3000);
    fake.refusal = new Error('gone');
    fake.lose();
    await poll(120_000);
    fake.refusal = null;
    fake.slave = dead;
    const before = fake.opened;
    await poll(60_000);
    assert.ok(fake.opened - before <= 12, `${fake.opened - before} openings in a minute`);
    fake.slave = honest;
    await poll(60_000);
    const openedBefore = fake.opened;
    fake.lose();
    await clock.advance(1200);
    assert.equal(fake.opened, openedBefore + 1);
    await line.close();
  });

  it('takes a fresh connection when a network line is silent, never a fresh serial port', async () => {
    for (const [bus, isFresh] of [
      [tcp, true],
      [serial, false],
    ] as const) {
      const { fake, poll, line } = setUp(bus);
      await poll(5000);
      fake.slave = dead;
      await poll(8000);
      assert.equal(fake.opened > 1, isFresh, bus.type);
      assert.equal(fake.closed, fake.opened - 1, 'the old one was closed');
      assert.equal(line.stats().reconnects, fake.opened - 1);
    }
  });

  it('keeps its connection while any device answers', async () => {
    const { clock, fake, line } = setUp();
    fake.slave = (asked, send) => asked.unit === 1 && honest(asked, send);
    for (let i = 0; i < 30; i++) {
      const reads = [1, 2].map((unit) => line.read({ ...request, unit }));
      const all = Promise.allSettled(reads);
      await clock.advance(3000);
      await all;
    }
    assert.equal(fake.opened, 1);
  });

  it('gives up a connection attempt after 2 s', async () => {
    const clock = new VirtualClock();
    const line = new ModbusLine(tcp, {
      clock,
      random: () => 0,
      openPort: (_bus, _listener, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    });
    const read = assert.rejects(line.read(request), /no connection within 2000 ms/);
    await clock.advance(2000);
    await read;
    await line.close();
  });

  it('says plainly why a port cannot be opened', async () => {
    const locked = new Error('Error Resource temporarily unavailable Cannot lock port');
    const causes: [Error, RegExp][] = [
      [Object.assign(new Error(), { code: 'ENOENT' }), /\/dev\/fake does not exist/],
      [Object.assign(new Error(), { code: 'EACCES' }), /\/dev\/fake may not be used/],
      [locked, /\/dev\/fake is used by another program/],
      [new Error('something else'), /something else/],
    ];
    for (const [cause, text] of causes) {
      const { fake, line } = setUp(serial);
      fake.refusal = cause;
      await assert.rejects(line.read(request), text);
      await line.close();
    }
  });

  it('ends waiting reads with bus_closed, and lets go of the port, when it is closed', async () => {
    for (const bus of [tcp, serial]) {
      const { clock, fake, line } = setUp(bus);
      fake.slave = dead;
      const reads = [0, 1, 2].map(() => assert.rejects(line.read(request), { code: 'bus_closed' }));
      await clock.advance(50);
      await line.close();
      await clock.advance(100);
      await Promise.all(reads);
      assert.equal(fake.closed, 1);
      assert.equal(line.state, 'closed');
      await assert.rejects(line.read(request), { code: 'bus_closed' });
      assert.equal(clock.waiting, 0);
    }
  });

  it('does not wait longer than 5 s for a port that will not close', async () => {
    const { clock, fake, line, poll } = setUp();
    await poll(1000);
    fake.closingMs = 60_000;
    let closed = false;
    const closing = line.close().then(() => {
      closed = true;
    });
    await clock.advance(4999);
    assert.equal(closed, false);
    await clock.advance(1);
    await closing;
  });
});
