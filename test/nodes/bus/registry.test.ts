import assert from 'node:assert/strict';
import type { Line } from '../../../nodes/bus/line.ts';
import { acquireLine } from '../../../nodes/bus/registry.ts';
import type { BusConfig } from '../../../nodes/site/schema.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';
import { FakeSlave, replyTo } from './fake-port.ts';

const bus: BusConfig = {
  id: 'rs485',
  type: 'serial',
  port: '/dev/registry-test',
  baud: 9600,
  parity: 'none',
  stop_bits: 1,
};
const request = { unit: 1, fn: 3, address: 0, count: 2 } as const;

function setUp() {
  const clock = new VirtualClock();
  const fake = new FakeSlave(clock, (asked, send) => send(replyTo(asked)));
  const read = async (line: Line) => {
    const reading = line.read(request);
    await clock.advance(10);
    await reading;
  };
  return { clock, fake, read, deps: { clock, random: () => 0, openPort: fake.openPort } };
}

describe('line registry', () => {
  it('gives two users of one port the same line, and closes it with the last of them', async () => {
    const { fake, read, deps } = setUp();
    const one = acquireLine(bus, deps);
    const two = acquireLine({ ...bus, id: 'by-another-name' }, deps);
    assert.equal(one.line, two.line);
    await read(one.line);
    await one.release();
    await one.release();
    assert.equal(fake.closed, 0);
    await read(two.line);
    await two.release();
    assert.equal(fake.closed, 1);
  });

  it('never has a port open twice: a redeploy waits until it is closed', async () => {
    const { clock, fake, read, deps } = setUp();
    fake.closingMs = 1000;
    const before = acquireLine(bus, deps);
    await read(before.line);
    const releasing = before.release();
    const after = acquireLine(bus, deps);
    assert.notEqual(after.line, before.line);
    const reading = after.line.read(request);
    await clock.advance(900);
    assert.equal(fake.opened, 1, 'opened while the old one was closing');
    await clock.advance(200);
    await releasing;
    await reading;
    assert.deepEqual([fake.opened, fake.closed], [2, 1]);
    fake.closingMs = 0;
    await after.release();
  });

  it('closes and opens again for another configuration of the same port', async () => {
    const { fake, read, deps } = setUp();
    const slow = acquireLine(bus, deps);
    await read(slow.line);
    const fast = acquireLine({ ...bus, baud: 19_200 }, deps);
    await read(fast.line);
    assert.deepEqual([fake.opened, fake.closed], [2, 1]);
    await assert.rejects(slow.line.read(request), { code: 'bus_closed' });
    await slow.release();
    await read(fast.line);
    await fast.release();
    assert.deepEqual([fake.opened, fake.closed], [2, 2]);
  });

  it('leaves nothing behind after ten deploys', async () => {
    const { clock, fake, read, deps } = setUp();
    for (let deploy = 0; deploy < 10; deploy++) {
      const lease = acquireLine(bus, deps);
      await read(lease.line);
      await lease.release();
    }
    await settle();
    assert.deepEqual([fake.opened, fake.closed, clock.waiting], [10, 10, 0]);
  });
});
