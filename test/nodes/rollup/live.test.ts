import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import { type RecordDisk, recordDisk } from '../../../nodes/rollup/files/store.ts';
import { Rollup, type RollupStorage } from '../../../nodes/rollup/live.ts';
import type { News } from '../../../nodes/rollup/now.ts';
import { reconcile } from '../../../nodes/rollup/reconcile/reconcile.ts';
import { isoTime } from '../../../nodes/site/clock.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { goodMinute, MINUTE_MS, minutesFrom } from './minutes-of.ts';
import { randomMinutes } from './random-minutes.ts';
import {
  daysIn,
  emptyRecords,
  madeOf,
  monthsIn,
  onlyFinest,
  quartersIn,
  writeMinutes,
  zoneSite,
} from './records-home.ts';

const at = (iso: string) => Date.parse(iso);

/** A rollup whose journal writes each minute before it tells it. */
class Home {
  readonly records: string;
  readonly clock: VirtualClock;
  readonly news: News[] = [];
  readonly states: RollupStorage[] = [];
  readonly config;
  disk: RecordDisk;
  rollup: Rollup;

  constructor(start: string, { zone = 'UTC', disk = recordDisk, ...more } = {}) {
    this.records = emptyRecords();
    this.clock = new VirtualClock(start);
    this.config = zoneSite(zone, more);
    this.disk = disk;
    this.rollup = this.made();
  }

  made(): Rollup {
    return new Rollup({
      site: { records: this.records, data: this.records, config: this.config, disk: this.disk },
      clock: this.clock,
      trusted: async () => true,
      onNews: (news) => this.news.push(...news),
      onState: (state) => this.states.push(state),
    });
  }

  async restart(): Promise<void> {
    await this.rollup.close();
    this.rollup = this.made();
    await this.rollup.start();
  }

  /** Minutes come in just after they have ended, or later. */
  async live(minutes: readonly MinuteRecord[]): Promise<void> {
    for (const minute of minutes) {
      const waitMs = at(minute.ts) + MINUTE_MS + 500 - this.clock.now();
      if (waitMs > 0) this.clock.wallJump(waitMs);
      writeMinutes(this.records, [minute]);
      await this.rollup.take([minute]);
    }
  }

  /** What is made of the same minutes by one who was not there. */
  async fresh(): Promise<Record<string, string>> {
    const records = onlyFinest(this.records);
    const { config, clock } = this;
    await reconcile({ records, data: records, config, clock, trusted: true });
    return madeOf(records);
  }
}

describe('the rollup, live', () => {
  it('tells the day and the month after each minute', async () => {
    const home = new Home('2026-06-10T12:00:00.000Z');
    await home.rollup.start();
    await home.live(minutesFrom(at('2026-06-10T12:00Z'), 20));
    const [day, month] = home.news.slice(-2);
    assert.deepEqual([day?.topic, month?.topic], ['summary/day', 'summary/month']);
    assert.deepEqual(
      [day?.payload.solar_kwh, day?.payload.partial, month?.payload.solar_kwh],
      [1, true, 1],
    );
    assert.equal(home.states.at(-1)?.ok, true);
    await home.rollup.close();
    assert.equal(home.clock.waiting, 0);
  });

  it('calls the cost of today an estimate for what was missed, not for what is still to come', async () => {
    const periods = [{ id: 'all', rate: 0.3 }];
    const tariffs = [{ id: 't', valid_from: '2026-01-01', currency: 'USD', periods }];
    for (const [fromMinute, estimated] of [
      [0, false],
      [30, true],
    ] as const) {
      const home = new Home('2026-06-10T00:00:00.000Z', { tariffs } as object);
      await home.rollup.start();
      await home.live(
        minutesFrom(at('2026-06-10T00:00Z') + fromMinute * MINUTE_MS, 60 - fromMinute),
      );
      const [day, month] = home.news.slice(-2);
      assert.equal(day?.payload.notes.includes('estimated_cost'), estimated);
      assert.ok(month?.topic === 'summary/month');
      assert.equal(month.payload.bill?.estimated, estimated);
      await home.rollup.close();
    }
  });

  it('ends the day also when nothing is measured, and goes on after a restart', async () => {
    const home = new Home('2026-05-31T23:30:00.000Z', { zone: 'UTC' });
    await home.rollup.start();
    await home.live(minutesFrom(at('2026-05-31T23:30Z'), 20));
    await home.restart();
    home.news.length = 0;
    // Each quarter of an hour is a timer of its own, and the disk takes its time.
    home.clock.wallJump(10 * MINUTE_MS);
    await home.rollup.take([]);
    home.clock.wallJump(30_000);
    await home.rollup.take([]);
    assert.deepEqual([daysIn(home.records).length, monthsIn(home.records).length], [1, 1]);
    const topics = home.news.map(({ topic, payload }) => [topic, payload.partial]);
    assert.ok(topics.some(([topic, partial]) => topic === 'summary/day' && partial === false));
    assert.ok(topics.some(([topic, partial]) => topic === 'summary/month' && partial === false));
    const today = home.news.findLast(({ topic }) => topic === 'summary/day');
    assert.equal(
      'date' in (today?.payload ?? {}) && today?.payload.start.slice(0, 10),
      '2026-06-01',
    );
    await home.rollup.close();
  });

  it('writes what one writes who reads it all afterwards', async () => {
    const start = at('2026-10-31T20:00Z');
    await fc.assert(
      fc.asyncProperty(
        randomMinutes(start, 40 * 60).map((minutes) => minutes.filter((_, n) => n % 61 < 9)),
        fc.array(fc.nat(170), { maxLength: 6 }),
        fc.array(fc.nat(170), { maxLength: 4 }),
        fc.constantFrom('UTC', 'America/Chicago', 'Asia/Kathmandu'),
        async (minutes, late, restarts, zone) => {
          const home = new Home(isoTime(start), { zone });
          await home.rollup.start();
          const order = [...minutes];
          for (const index of late) {
            const [moved] = order.splice(index, 1);
            if (moved) order.splice(index + 20, 0, moved);
          }
          for (const [index, minute] of order.entries()) {
            if (restarts.includes(index)) await home.restart();
            await home.live([minute]);
          }
          home.clock.wallJump(86_400_000);
          await home.rollup.take([]);
          assert.deepEqual(madeOf(home.records), await home.fresh());
          await home.rollup.close();
        },
      ),
      { numRuns: 6 },
    );
  });

  it('takes in what is late by days, with the bill of the days after it', async () => {
    const tariffs = [
      {
        id: 't',
        valid_from: '2026-01-01',
        currency: 'USD',
        tiers: { blocks: [{ upto: 1, rate: 0.1 }, { rate: 0.5 }] },
      },
    ];
    const home = new Home('2026-06-01T00:00:00.000Z', {
      zone: 'America/Chicago',
      tariffs,
    } as object);
    await home.rollup.start();
    const imports = {
      solar_kwh: 0,
      home_kwh: 0.05,
      import_kwh: 0.05,
      export_kwh: 0,
      by: 'counter',
    };
    const energy = imports as MinuteRecord['energy'];
    const minutes = [0, 1, 2, 3].flatMap((day) =>
      minutesFrom(at('2026-06-01T12:00Z') + day * 86_400_000, 40, () => ({ energy })),
    );
    const late = minutes.splice(10, 30);
    await home.live(minutes);
    const before = daysIn(home.records).map(({ money }) => money?.import_cost);
    home.news.length = 0;
    await home.live(late);
    const after = daysIn(home.records).map(({ money }) => money?.import_cost);
    assert.deepEqual(before, [0.05, 0.8, 1]);
    assert.deepEqual(after, [0.6, 1, 1]);
    const told = home.news
      .filter(({ topic }) => topic === 'summary/day')
      .map(({ payload }) => payload);
    assert.ok(told.some((day) => 'date' in day && day.date === '2026-06-02' && day.cost === 1));
    assert.deepEqual(madeOf(home.records), await home.fresh());
    await home.rollup.close();
  });

  it('looks once at what is late, however many minutes come one after the other', async () => {
    let reads = 0;
    const disk: RecordDisk = {
      ...recordDisk,
      read: (file) => {
        if (file.includes('/minute/')) reads += 1;
        return recordDisk.read(file);
      },
    };
    const home = new Home('2026-06-12T12:00:00.000Z', { disk });
    writeMinutes(home.records, minutesFrom(at('2026-06-12T11:00Z'), 60));
    await home.rollup.start();
    const late = minutesFrom(at('2026-06-10T12:00Z'), 60);
    const rest = minutesFrom(at('2026-06-10T13:00Z'), 60);
    reads = 0;
    writeMinutes(home.records, late);
    await home.rollup.take(late);
    const once = reads;
    reads = 0;
    writeMinutes(home.records, rest);
    await Promise.all(rest.map((minute) => home.rollup.take([minute])));
    assert.deepEqual([once > 0, reads], [true, once]);
    assert.deepEqual(madeOf(home.records), await home.fresh());
    await home.rollup.close();
  });

  it('says when the disk refuses, keeps telling, and writes it when it can', async () => {
    let refuses = false;
    const refuse = () => {
      if (refuses) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    };
    const disk: RecordDisk = {
      ...recordDisk,
      async append(file, text) {
        refuse();
        await recordDisk.append(file, text);
      },
      async replace(file, bytes) {
        refuse();
        await recordDisk.replace(file, bytes);
      },
    };
    const home = new Home('2026-06-10T23:00:00.000Z', { disk });
    await home.rollup.start();
    await home.live(minutesFrom(at('2026-06-10T23:00Z'), 10));
    refuses = true;
    await home.live(minutesFrom(at('2026-06-10T23:10Z'), 80));
    assert.deepEqual(
      home.states.map(({ ok, source, error }) => [ok, source, error?.code]),
      [
        [true, 'rollup', undefined],
        [false, 'rollup', 'storage_failed'],
      ],
    );
    assert.deepEqual(quartersIn(home.records), []);
    refuses = false;
    await home.live([goodMinute(at('2026-06-11T00:30Z'))]);
    assert.equal(home.states.at(-1)?.ok, true);
    assert.equal(daysIn(home.records).length, 1);
    assert.deepEqual(madeOf(home.records), await home.fresh());
    await home.rollup.close();
  });

  it('comes to the same bytes wherever the power went', async () => {
    const minutes = [
      ...minutesFrom(at('2026-05-31T23:40Z'), 40),
      goodMinute(at('2026-06-01T05:00Z'), {
        recovered: {
          from: '2026-05-31T23:50:00.000Z',
          to: '2026-06-01T05:00:00.000Z',
          energy: { import_kwh: 3 },
          channels: {},
        },
      }),
      ...minutesFrom(at('2026-06-01T23:50Z'), 30),
    ];
    let steps = Number.POSITIVE_INFINITY;
    const step = () => {
      steps -= 1;
      if (steps < 0) throw new Error('the power is gone');
    };
    const disk: RecordDisk = {
      ...recordDisk,
      async append(file, text) {
        step();
        await recordDisk.append(file, text.slice(0, steps === 0 ? text.length / 2 : undefined));
      },
      async replace(file, bytes) {
        step();
        await recordDisk.replace(file, bytes);
      },
      async remove(file) {
        step();
        await recordDisk.remove(file);
      },
    };
    for (let survives = 0; ; survives += 1) {
      const home = new Home('2026-05-31T23:40:00.000Z', { disk });
      steps = survives;
      await home.rollup.start();
      await home.live(minutes);
      await home.rollup.close();
      const isThrough = steps >= 0;
      steps = Number.POSITIVE_INFINITY;
      await home.restart();
      assert.deepEqual(madeOf(home.records), await home.fresh(), `after ${survives} steps`);
      await home.rollup.close();
      if (isThrough) break;
      assert.ok(survives < 60);
    }
  });

  it('lets others work on the files, one at a time, and goes on from there', async () => {
    const home = new Home('2026-06-10T12:00:00.000Z');
    await home.rollup.start();
    await home.live(minutesFrom(at('2026-06-10T12:00Z'), 40));
    const before = quartersIn(home.records).length;
    const answer = await home.rollup.alone(async () => {
      writeMinutes(home.records, minutesFrom(at('2026-06-09T12:00Z'), 30));
      return 'done';
    });
    assert.deepEqual([answer, quartersIn(home.records).length], ['done', before + 2]);
    await assert.rejects(
      home.rollup.alone(async () => Promise.reject(new Error('no'))),
      /no/,
    );
    await home.rollup.close();
    await assert.rejects(
      home.rollup.alone(async () => 1),
      { code: 'not_running' },
    );
  });
});
