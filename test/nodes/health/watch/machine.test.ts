import assert from 'node:assert/strict';
import { type Fault, FaultBook } from '../../../../nodes/health/faults.ts';
import { RunHistory } from '../../../../nodes/health/runs/history.ts';
import { CrashWatch } from '../../../../nodes/health/watch/crash.ts';
import { DriftWatch } from '../../../../nodes/health/watch/drift.ts';
import { HeatWatch } from '../../../../nodes/health/watch/heat.ts';
import { StallWatch } from '../../../../nodes/health/watch/stall.ts';
import { StorageWatch } from '../../../../nodes/health/watch/storage.ts';
import { SupplyWatch } from '../../../../nodes/health/watch/supply.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

describe('the watches of the machine', () => {
  let clock: VirtualClock;
  let book: FaultBook;
  let told: Fault[];
  const causes = () => book.active().map(({ cause }) => cause);

  beforeEach(() => {
    clock = new VirtualClock('2030-06-21T12:00:00.000Z');
    told = [];
    book = new FaultBook({ clock, say: (key) => key, announce: (fault) => told.push(fault) });
  });

  describe('over stalls', () => {
    let watch: StallWatch;
    let nowMs: number;
    /** A tick a second, each so late. */
    const live = (seconds: number, lateMs = 0, snapshots = true) => {
      for (let second = 0; second < seconds; second++) {
        nowMs += 1_000;
        if (snapshots) watch.snapshot(nowMs);
        watch.tick(lateMs, nowMs);
        watch.judge(nowMs, book);
      }
    };
    beforeEach(() => {
      nowMs = 0;
      watch = new StallWatch(nowMs);
      live(60);
    });

    it('tell a thread that was held, and a minute later that it is over', () => {
      nowMs += 6_000;
      live(1, 6_000, false);
      assert.equal(told[0]?.id, 'api_stall');
      assert.deepEqual([causes(), told[0]?.evidence.stalled_s], [['blocked'], 6]);
      live(58);
      assert.equal(told.length, 1);
      live(2);
      assert.deepEqual([causes(), told.at(-1)?.cleared_at === undefined], [[], false]);
    });

    it('keep one fault for stalls that follow each other, with the longest', () => {
      live(1, 3_000);
      live(30);
      live(1, 2_500);
      live(40);
      assert.deepEqual([told.length, book.active()[0]?.evidence.stalled_s], [1, 3]);
      live(30);
      assert.deepEqual(causes(), []);
    });

    it('mind neither a start that has much to do nor a tick that is a little late', () => {
      watch = new StallWatch(nowMs);
      live(5, 4_000);
      live(60, 100);
      assert.deepEqual(told, []);
    });

    it('tell timers that all come late, with room between on and off', () => {
      live(30, 600);
      live(31, 100);
      assert.deepEqual(causes(), ['slow']);
      live(300, 300);
      assert.deepEqual([causes(), told.length], [['slow'], 1]);
      live(60, 200);
      assert.deepEqual([causes(), told.length], [[], 2]);
      live(60, 400);
      assert.equal(told.length, 2);
    });

    it('tell snapshots that have stopped, once there were some', () => {
      live(5, 0, false);
      assert.deepEqual(causes(), []);
      live(1, 0, false);
      assert.deepEqual(causes(), ['no_snapshots']);
      live(1);
      assert.deepEqual(causes(), []);
      watch = new StallWatch(nowMs);
      live(60, 0, false);
      assert.deepEqual(causes(), []);
    });
  });

  describe('over the beat of the polls', () => {
    let watch: DriftWatch;
    let nowMs: number;
    beforeEach(() => {
      nowMs = 0;
      watch = new DriftWatch('main', 1_000);
    });
    /** Reads so many times, every other time so much too late. */
    const live = (polls: number, offMs: number, isGood = true) => {
      for (let poll = 0; poll < polls; poll++) {
        nowMs += 1_000 + (poll % 2 === 0 ? offMs : -offMs);
        watch.note(isGood, nowMs);
        watch.judge(book);
      }
    };

    it('tell five minutes of drift and five minutes without', () => {
      live(290, 250);
      assert.equal(told.length, 0);
      live(20, 250);
      assert.equal(told[0]?.id, 'poll_drift');
      assert.deepEqual(told[0].evidence, { off_ms: 250, interval_ms: 1_000 });
      live(900, 150);
      assert.equal(book.active().length, 1);
      live(400, 20);
      assert.deepEqual(book.active(), []);
    });

    it('mind no single minute, and no poll that failed', () => {
      for (let round = 0; round < 5; round++) {
        live(60, 400);
        live(240, 10);
      }
      live(600, 400, false);
      assert.deepEqual(told, []);
    });

    it('tell a line on which there is time for every other poll only', () => {
      for (let poll = 0; poll < 310; poll++) {
        nowMs += 2_000;
        watch.note(true, nowMs);
        watch.judge(book);
      }
      assert.equal(book.active()[0]?.evidence.off_ms, 1_000);
      assert.equal(watch.spread?.p50, 1_000);
    });
  });

  describe('over crashes', () => {
    type How = 'crash' | 'watchdog' | 'power_loss';
    const run = (started_at: string, how?: How, at: string | null = null) => ({
      boot: 'b',
      version: '2',
      started_at,
      ...(how && { end: { how, at } }),
    });

    it('tell the last one until a day has passed', async () => {
      const runs = new RunHistory(
        [
          run('2030-06-20T00:00:00Z', 'crash', '2030-06-20T09:00:00Z'),
          run('2030-06-21T11:00:00Z', 'watchdog'),
          run('2030-06-21T12:00:00Z'),
        ],
        0,
      );
      const watch = new CrashWatch(runs, clock);
      watch.judge(book);
      assert.equal(told[0]?.id, 'service_crash');
      assert.equal(told[0]?.cause, 'watchdog');
      assert.deepEqual(told[0]?.evidence, { crashes_24h: 1, crashes_7d: 2 });
      await clock.advance(24 * HOUR_MS);
      watch.judge(book);
      assert.ok(told.at(-1)?.cleared_at);
    });

    it('do not stick when the clock is set back', async () => {
      const runs = new RunHistory(
        [run('2030-06-21T11:00:00Z', 'crash'), run('2030-06-21T11:59:00Z')],
        0,
      );
      const watch = new CrashWatch(runs, clock);
      watch.judge(book);
      await clock.advance(24 * HOUR_MS);
      clock.wallJump(-24 * HOUR_MS);
      watch.judge(book);
      assert.deepEqual(causes(), []);
    });

    it('do not mind a power loss', () => {
      const runs = new RunHistory(
        [run('2030-06-21T11:00:00Z', 'power_loss'), run('2030-06-21T12:00:00Z')],
        1,
      );
      new CrashWatch(runs, clock).judge(book);
      assert.deepEqual(told, []);
    });
  });

  it('tell heat that lasts a minute, until it is well below', () => {
    const watch = new HeatWatch();
    let nowMs = 0;
    const isHot = (degrees: number | null) => {
      nowMs += 30_000;
      watch.note(degrees, nowMs, book);
      return book.has('temperature_high', 'site');
    };
    assert.deepEqual([81, 79, 81, 82, 83].map(isHot), [false, false, false, false, true]);
    assert.deepEqual([76, 79, 74.9].map(isHot), [true, true, false]);
    assert.deepEqual([81, 81, null, 81, 81].map(isHot), [false, false, false, false, false]);
  });

  describe('over the supply', () => {
    let watch: SupplyWatch;
    beforeEach(() => {
      watch = new SupplyWatch();
    });
    const isWeak = (atMs: number, now: boolean, since_boot?: boolean) => {
      const said = since_boot === undefined ? { now } : { now, since_boot };
      watch.note(said, atMs, book);
      return book.has('power_undervoltage', 'site');
    };

    it('tell a dip, and ten minutes later that it is over', () => {
      assert.ok(!isWeak(0, false));
      assert.ok(isWeak(5_000, true));
      assert.ok(isWeak(9 * MINUTE_MS, false));
      assert.ok(isWeak(9 * MINUTE_MS, true));
      assert.ok(isWeak(18 * MINUTE_MS, false));
      assert.ok(!isWeak(19 * MINUTE_MS, false));
      assert.equal(told.length, 2);
    });

    it('tell a dip between two looks, but none from before the first', () => {
      assert.ok(!isWeak(0, false, true));
      watch = new SupplyWatch();
      assert.ok(!isWeak(0, false, false));
      assert.ok(isWeak(5_000, false, true));
    });

    it('say nothing where the machine does not tell', () => {
      watch.note(null, 0, book);
      assert.deepEqual(told, []);
    });
  });

  it('tell a disk that fills, with the days that are left', () => {
    const watch = new StorageWatch({ freeBytes: 2e9, freeFiles: 90_000 });
    const isLow = (days_left: number | null) => {
      watch.judge(book, days_left === null ? null : { of: 'space', days_left });
      return causes();
    };
    assert.deepEqual([null, 30, 13, 15, 21].map(isLow), [[], [], ['filling'], ['filling'], []]);
    assert.deepEqual(told[0]?.evidence, { free_mb: 2_000, free_files: 90_000, days_left: 13 });
  });
});
