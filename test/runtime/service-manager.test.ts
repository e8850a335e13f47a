import assert from 'node:assert/strict';
import { openServiceManager } from '../../runtime/service-manager.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('what the service manager is told', () => {
  let clock: VirtualClock;
  let told: string[];
  let isWell: boolean;
  const open = (env: Record<string, string>) =>
    openServiceManager({ env, clock, isWell: () => isWell, tell: (state) => told.push(state) });

  beforeEach(() => {
    clock = new VirtualClock();
    told = [];
    isWell = true;
  });

  it('is nothing where there is none', async () => {
    const manager = open({ WATCHDOG_USEC: '30000000' });
    manager.ready();
    manager.stopping();
    await clock.advance(60_000);
    assert.deepEqual([told, clock.waiting], [[], 0]);
  });

  it('is that it is ready, and three times in its patience that it is well', async () => {
    const manager = open({ NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '30000000' });
    await clock.advance(60_000);
    assert.deepEqual(told, []);
    manager.ready();
    await clock.advance(20_000);
    assert.deepEqual(told, ['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
    isWell = false;
    await clock.advance(30_000);
    assert.equal(told.length, 4);
    isWell = true;
    await clock.advance(10_000);
    manager.stopping();
    assert.deepEqual(told.slice(4), ['WATCHDOG=1', 'STOPPING=1']);
    manager.close();
    assert.equal(clock.waiting, 0);
  });

  it('is not that it is well where nobody asks for it', async () => {
    const manager = open({ NOTIFY_SOCKET: '/run/notify' });
    manager.ready();
    await clock.advance(60_000);
    assert.deepEqual(told, ['READY=1']);
  });
});
