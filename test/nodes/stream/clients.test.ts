import assert from 'node:assert/strict';
import { type ClientSocket, Clients } from '../../../nodes/stream/clients.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

class FakeSocket implements ClientSocket {
  bufferedAmount = 0;
  readonly frames: { type: string; ts: string; seq: number; data: unknown }[] = [];
  pings = 0;
  ended: number | 'terminated' | null = null;
  send(text: string): void {
    this.frames.push(JSON.parse(text));
  }
  ping(): void {
    this.pings++;
  }
  close(code: number): void {
    this.ended = code;
  }
  terminate(): void {
    this.ended = 'terminated';
  }
  get told(): string[] {
    return this.frames.map(({ type, seq }) => `${seq} ${type}`);
  }
}

const SLOW = 64 * 1024 + 1;

describe('the clients of the stream', () => {
  let clock: VirtualClock;
  let clients: Clients;
  const join = (address = '192.168.1.9') => {
    const socket = new FakeSocket();
    clients.add(socket, address, { hello: true });
    return socket;
  };

  beforeEach(() => {
    clock = new VirtualClock('2026-06-21T12:00:00.000Z');
    clients = new Clients({ clock, heartbeat: () => ({ uptime_s: 1 }) });
  });

  it('get hello first, and count their own frames', () => {
    const first = join();
    clients.snapshot({ solar_w: 1 });
    const second = join();
    clients.snapshot({ solar_w: 2 });
    clients.fault({ id: 'data_stale' });
    assert.deepEqual(first.told, ['1 hello', '2 snapshot', '3 snapshot', '4 fault']);
    assert.deepEqual(second.told, ['1 hello', '2 snapshot', '3 fault']);
    assert.deepEqual(first.frames[2], {
      type: 'snapshot',
      ts: '2026-06-21T12:00:00.000Z',
      seq: 3,
      data: { solar_w: 2 },
    });
  });

  it('share the work of turning a snapshot into JSON', () => {
    let made = 0;
    for (let count = 0; count < 20; count++) join();
    clients.snapshot({ toJSON: () => ++made });
    assert.equal(made, 1);
  });

  it('miss snapshots when slow, and are told how many before the next', () => {
    const slow = join();
    const quick = join();
    slow.bufferedAmount = SLOW;
    for (let count = 0; count < 3; count++) clients.snapshot({ count });
    slow.bufferedAmount = 0;
    clients.snapshot({ count: 3 });
    clients.snapshot({ count: 4 });
    assert.deepEqual(slow.told, ['1 hello', '2 dropped', '3 snapshot', '4 snapshot']);
    assert.deepEqual(slow.frames[1]?.data, { count: 3 });
    assert.deepEqual(slow.frames[2]?.data, { count: 3 });
    assert.equal(quick.told.length, 6);
  });

  it('get faults even when slow', () => {
    const slow = join();
    slow.bufferedAmount = SLOW;
    clients.fault({ id: 'data_stale' });
    assert.deepEqual(slow.told, ['1 hello', '2 fault']);
  });

  it('get a heartbeat and a ping every five seconds', async () => {
    const socket = join();
    await clock.advance(15_000);
    assert.deepEqual(socket.told, ['1 hello', '2 heartbeat', '3 heartbeat', '4 heartbeat']);
    assert.equal(socket.pings, 3);
  });

  it('are ended when they have not read for thirty seconds', async () => {
    const dead = join();
    const alive = join();
    for (let count = 0; count < 12; count++) {
      assert.equal(dead.ended, count > 6 ? 'terminated' : null);
      await clock.advance(5_000);
      clients.noteAlive(alive);
    }
    assert.equal(alive.ended, null);
  });

  it('are ended at once where a megabyte waits for them', () => {
    const lost = join();
    lost.bufferedAmount = 1024 * 1024 + 1;
    clients.fault({ id: 'data_stale' });
    assert.equal(lost.ended, 'terminated');
    assert.deepEqual(lost.told, ['1 hello']);
  });

  it('are counted by address', () => {
    const first = join('a');
    join('a');
    join('b');
    assert.deepEqual([clients.countFrom('a'), clients.countFrom('b'), clients.count], [2, 1, 3]);
    clients.remove(first);
    assert.deepEqual([clients.countFrom('a'), clients.count], [1, 2]);
  });

  it('leave no timer when the last has gone, or all are closed', () => {
    const socket = join();
    clients.remove(socket);
    assert.equal(clock.waiting, 0);
    const other = join();
    clients.closeAll(1012);
    assert.equal(other.ended, 1012);
    assert.equal(clock.waiting, 0);
  });
});
