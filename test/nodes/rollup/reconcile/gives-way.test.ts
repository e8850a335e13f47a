import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { MinuteRecord } from '../../../../nodes/journal/minute.ts';
import { addCorrection } from '../../../../nodes/rollup/correct/corrections.ts';
import { reconcile } from '../../../../nodes/rollup/reconcile/reconcile.ts';
import { maintain } from '../../../../nodes/rollup/reconcile/retention.ts';
import { type Verified, verify } from '../../../../nodes/rollup/verify/verify-job.ts';
import { isoTime } from '../../../../nodes/site/clock.ts';
import { hashOf, recordedConfig } from '../../../../nodes/site/hash.ts';
import { keepConfig } from '../../../../nodes/site/last-good.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { configOf } from '../correct/twin-homes.ts';
import { writeDays } from '../kept-home.ts';
import { goodMinute, minutesFrom } from '../minutes-of.ts';
import { randomMinutes } from '../random-minutes.ts';
import {
  clockAt,
  daysIn,
  emptyRecords,
  madeOf,
  monthsIn,
  onlyFinest,
  quartersIn,
  wholeSum,
  writeMinutes,
  zoneSite,
} from '../records-home.ts';

const at = (iso: string) => Date.parse(iso);

/** The solar meter does not answer: nothing is covered, and yet the grid is measured. */
const dead = (): Partial<MinuteRecord> => ({
  covered_s: 0,
  power: { solar: null, home: null, grid: [600, 600, 600] },
  energy: { solar_kwh: null, home_kwh: null, import_kwh: 0.01, export_kwh: 0, by: 'counter' },
  channels: { 'main/mains': { mean_w: 600, import_kwh: 0.01, export_kwh: 0 } },
});
const alive = (): Partial<MinuteRecord> => ({
  energy: { solar_kwh: 0.02, home_kwh: 0.03, import_kwh: 0.01, export_kwh: 0, by: 'counter' },
});

/** Where the lines of a quarter of an hour begin: of a part of it nobody could tell. */
const cutOf = (bytes: Buffer) => bytes.indexOf('{"v":1,"ts":"2026-05-01T08:00');
const zeros = (from: number, to: number) => (bytes: Buffer) =>
  Buffer.concat([bytes.subarray(0, from), Buffer.alloc(to - from), bytes.subarray(to)]);

describe('a record gives way only to one that knows at least as much', () => {
  let records: string;
  const taskAt = (now: string, more: Record<string, unknown> = {}, zone = 'UTC') => ({
    records,
    data: records,
    config: zoneSite(zone, more),
    clock: clockAt(now),
  });
  type Task = ReturnType<typeof taskAt>;
  const settle = (task: Task) => reconcile({ ...task, trusted: true });
  const path = (name: string) => join(records, name);
  const spoil = (name: string, how: (bytes: Buffer) => Buffer) =>
    writeFileSync(path(name), how(readFileSync(path(name))));
  const look = async (task: Task) => {
    const clock = new VirtualClock(isoTime(task.clock.ms));
    const report = await verify({ ...task, clock, trusted: true, progress() {} }, null);
    const { findings, well } = report as Verified;
    assert.equal(well, false);
    const told = findings.filter(({ code }) => code !== 'config_unknown');
    return [...new Set(told.map(({ code, file }) => `${code} ${file}`))];
  };

  beforeEach(() => {
    records = emptyRecords();
  });

  describe('a day whose minutes are damaged', () => {
    const NAME = 'minute/2026-05-01.jsonl';
    const task = () => taskAt('2026-05-03T12:00Z');
    const cases: [string, (bytes: Buffer) => Buffer, string[]][] = [
      ['by zeros', zeros(100_000, 300_000), [`bad_line ${NAME}`]],
      ['by a cut between two lines', (all) => all.subarray(0, cutOf(all)), []],
      ['by a cut within a line', (all) => all.subarray(0, cutOf(all) + 9), [`torn_tail ${NAME}`]],
      ['and nothing is left of them', () => Buffer.alloc(0), []],
    ];
    for (const minutes of [alive, dead]) {
      for (const [how, damage, told] of cases) {
        it(`keeps its quarter hours: ${minutes.name}, ${how}`, async () => {
          writeMinutes(records, minutesFrom(at('2026-05-01T00:00Z'), 2 * 1440, minutes));
          await settle(task());
          const before = madeOf(records);
          spoil(NAME, damage);
          assert.deepEqual((await settle(task())).quarters, []);
          assert.deepEqual(madeOf(records), before);
          assert.deepEqual(await look(task()), [...told, 'kept quarter/2026-05.jsonl']);
          // Packed for the night it reads as if it were whole.
          await maintain(task());
          await settle(task());
          assert.deepEqual(madeOf(records), before);
        });
      }
    }

    it('lets a late minute in, and a second line of a minute, where nothing was lost', async () => {
      const minutes = minutesFrom(at('2026-05-01T00:00Z'), 1440);
      const late = minutes.splice(1300, 1);
      writeMinutes(records, minutes);
      await settle(task());
      spoil(NAME, zeros(100_000, 300_000));
      const again = goodMinute(at('2026-05-01T22:00Z'), {
        rev: 2,
        energy: { ...goodMinute(0).energy, solar_kwh: 0.06 },
      });
      writeMinutes(records, [...late, again]);
      await settle(task());
      assert.equal(wholeSum(daysIn(records).slice(0, 1), 'solar_kwh'), 72.01e7);
    });
  });

  describe('what was recovered for other days', () => {
    const NAME = 'minute/2026-05-03.jsonl';
    const lost: [string, (text: string) => string][] = [
      ['with its line', (text) => text.replace('{', '\0')],
      ['with its file', () => ''],
    ];
    for (const [how, damage] of lost) {
      it(`stays when the minute that tells of it is lost ${how}`, async () => {
        const task = taskAt('2026-05-05T12:00Z');
        const recovered = {
          from: '2026-05-01T20:10:00.000Z',
          to: '2026-05-03T06:00:00.000Z',
          energy: { import_kwh: 34 },
          channels: { 'main/mains': { import_kwh: 34, export_kwh: 0 } },
        };
        writeMinutes(records, [
          ...minutesFrom(at('2026-05-01T00:00Z'), 20 * 60 + 10),
          goodMinute(at('2026-05-03T06:00Z'), { recovered, recovered_s: 34 * 3600 - 600 }),
          ...minutesFrom(at('2026-05-03T06:01Z'), 900),
        ]);
        await settle(task);
        const before = madeOf(records);
        spoil(NAME, (bytes) => Buffer.from(damage(bytes.toString('utf8'))));
        await settle(task);
        assert.deepEqual(madeOf(records), before);
      });
    }
  });

  it('is what late minutes make as those in time', async () => {
    const start = at('2026-05-01T20:00Z');
    await fc.assert(
      fc.asyncProperty(
        randomMinutes(start, 600),
        fc.infiniteStream(fc.boolean()),
        async (all, isLate) => {
          const late = Map.groupBy(all, () => isLate.next().value === true);
          const task = taskAt('2026-05-04T12:00Z');
          const [home, fresh] = [emptyRecords(), emptyRecords()];
          for (const part of [late.get(false) ?? [], late.get(true) ?? []]) {
            writeMinutes(home, part);
            await settle({ ...task, records: home, data: home });
          }
          writeMinutes(fresh, all);
          await settle({ ...task, records: fresh, data: fresh });
          assert.deepEqual(madeOf(home), madeOf(fresh));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('lets what is measured otherwise through, also where that is less', async () => {
    const task = taskAt('2026-05-03T12:00Z');
    writeMinutes(records, minutesFrom(at('2026-05-01T00:00Z'), 1440));
    await settle(task);
    const less = { ...goodMinute(0).energy, solar_kwh: 0.01 };
    writeMinutes(records, [goodMinute(at('2026-05-01T22:00Z'), { rev: 2, energy: less })]);
    await settle(task);
    assert.equal(daysIn(records)[0]?.energy.solar_kwh, 71.96);
    const fresh = onlyFinest(records);
    await settle({ ...task, records: fresh, data: fresh });
    assert.deepEqual(madeOf(records), madeOf(fresh));
  });

  describe('days whose quarter hours are damaged', () => {
    const NAME = 'quarter/2026-05.jsonl';
    const task = (zone?: string) => taskAt('2026-06-02T12:00Z', {}, zone);
    const cutPacked = () => {
      const packed = gzipSync(readFileSync(path(NAME)));
      writeFileSync(path(`${NAME}.gz`), packed.subarray(0, Math.floor(packed.length * 0.6)));
      rmSync(path(NAME));
    };
    const cases: [string, () => void, string[]][] = [
      ['by zeros', () => spoil(NAME, zeros(20_000, 24_096)), [`bad_line ${NAME}`]],
      ['packed, by a cut', cutPacked, [`packed_damaged ${NAME}.gz`]],
      [
        'by a cut between two lines',
        () => spoil(NAME, (all) => all.subarray(0, all.indexOf('\n', 80_000) + 1)),
        [],
      ],
    ];
    for (const [how, damage, told] of cases) {
      it(`keep their rows: ${how}`, async () => {
        writeMinutes(records, minutesFrom(at('2026-05-01T00:00Z'), 6 * 1440, alive));
        await settle(task());
        rmSync(path('minute'), { recursive: true });
        const rows = () =>
          ['day/2026.jsonl', 'month.jsonl'].map((file) => readFileSync(path(file)));
        const [before, days] = [rows(), daysIn(records)];
        damage();
        await settle(task());
        assert.deepEqual(rows(), before);
        assert.deepEqual(await look(task()), [...told, 'kept day/2026.jsonl']);
        await settle(task('America/Chicago'));
        rmSync(path('quarter'), { recursive: true });
        assert.equal(wholeSum(daysIn(records)), wholeSum(days));
      });
    }

    it('keep their rows also where little was covered', async () => {
      const half = (_: number, index: number) => (index % 1440 < 720 ? alive() : dead());
      writeMinutes(records, minutesFrom(at('2026-05-01T00:00Z'), 6 * 1440, half));
      await settle(task());
      rmSync(path('minute'), { recursive: true });
      const days = daysIn(records);
      const lines = readFileSync(path(NAME), 'utf8').split('\n');
      const isLost = (line: string) => /T(13|19):/.test(line);
      writeFileSync(path(NAME), lines.map((line) => (isLost(line) ? '\0' : line)).join('\n'));
      await settle(task());
      assert.deepEqual(daysIn(records), days);
    });
  });

  it('sees the other days of a damaged month under a correction, and again without', async () => {
    const meters = { mains: { role: 'grid' }, pv: { role: 'solar' } } as const;
    const config = configOf(meters, { site: { timezone: 'UTC' } });
    const upright = configOf(
      { ...meters, mains: { role: 'grid', invert: true } },
      { site: { timezone: 'UTC' } },
    );
    const days = ['2026-05-01', '2026-05-02', '2026-05-03'];
    writeDays(records, { days, config, shown: { mains: -0.01, pv: 0.02 } });
    const task = { ...taskAt('2026-06-02T12:00Z'), config };
    await settle(task);
    const before = madeOf(records);
    rmSync(path('minute'), { recursive: true });
    spoil('quarter/2026-05.jsonl', zeros(2_000, 6_000));
    keepConfig(records, hashOf(upright), recordedConfig(upright));
    const stretch = { from: '2026-05-01T00:00:00.000Z', to: '2026-06-01T00:00:00.000Z' };
    addCorrection(records, { made_at: stretch.to, ...stretch, config: hashOf(upright) });
    await settle(task);
    const imported = () => daysIn(records).map(({ energy }) => energy.import_kwh);
    assert.deepEqual(imported().slice(0, 3), [0, 14.4, 14.4]);
    rmSync(path('corrections.json'));
    await settle(task);
    assert.equal(madeOf(records)['day/2026.jsonl'], before['day/2026.jsonl']);
  });

  it('keeps a month of whose days some were lost', async () => {
    const task = taskAt('2026-06-02T12:00Z');
    writeMinutes(records, minutesFrom(at('2026-05-01T00:00Z'), 6 * 1440));
    await settle(task);
    for (const finer of ['minute', 'quarter']) rmSync(path(finer), { recursive: true });
    const months = monthsIn(records);
    spoil('day/2026.jsonl', zeros(10, 900));
    await settle(task);
    assert.deepEqual(monthsIn(records), months);
  });

  describe('what was measured while a meter was dead', () => {
    const sums = () => ({
      quarters: wholeSum(quartersIn(records)),
      days: daysIn(records).map(({ date, energy }) => [date, energy.import_kwh]),
      months: monthsIn(records),
    });

    it('outlives its minutes, also where a later minute tells of the same time', async () => {
      writeMinutes(records, [
        ...minutesFrom(at('2026-05-01T00:00Z'), 1440, alive),
        ...minutesFrom(at('2026-05-02T00:00Z'), 1440, dead),
        goodMinute(at('2026-05-03T00:00Z'), {
          ...alive(),
          recovered_s: 86_400,
          recovered: {
            from: '2026-05-02T00:00:00.000Z',
            to: '2026-05-03T00:00:00.000Z',
            energy: { solar_kwh: 20, home_kwh: 34.4 },
            channels: { 'main/pv': { import_kwh: 20, export_kwh: 0 } },
          },
        }),
        ...minutesFrom(at('2026-05-03T00:01Z'), 1439 + 1440, alive),
      ]);
      const keep = { retention: { minute_days: 2 } };
      await settle(taskAt('2026-05-05T00:30Z', keep));
      const before = sums();
      for (const now of ['2026-05-05T00:31Z', '2026-05-05T06:31Z']) {
        await maintain(taskAt(now, keep));
        await settle(taskAt(now, keep));
      }
      assert.ok(!readdirSync(path('minute')).some((name) => name.startsWith('2026-05-02')));
      assert.deepEqual(sums(), before);
    });

    it('outlives its quarter hours and its days', async () => {
      const isDead = (ms: number) => ms >= at('2026-01-11') && ms < at('2026-01-16');
      const hourly = Array.from({ length: 95 * 24 }, (_, hour) => {
        const ms = at('2026-01-01T00:00Z') + hour * 3_600_000;
        return goodMinute(ms, isDead(ms) ? dead() : alive());
      });
      writeMinutes(records, hourly);
      const keep = { retention: { minute_days: 1, quarter_days: 40, day_days: 400 } };
      const task = taskAt('2026-04-06T00:30Z', keep);
      await settle(task);
      const { days, months } = sums();
      for (let night = 0; night < 4; night += 1) await maintain(task);
      await settle(task);
      assert.ok(!quartersIn(records).some(({ ts }) => ts < '2026-02'));
      assert.deepEqual([sums().days, sums().months], [days, months]);
    });
  });

  it('packs no damaged day: packed anew it would pass for whole', async () => {
    writeMinutes(records, minutesFrom(at('2026-05-01T00:00Z'), 3 * 1440));
    const task = taskAt('2026-05-06T12:00Z');
    await settle(task);
    spoil('minute/2026-05-01.jsonl', zeros(100_000, 300_000));
    const long = new Date(at('2026-05-04T00:00Z'));
    for (const day of ['01', '02']) utimesSync(path(`minute/2026-05-${day}.jsonl`), long, long);
    await maintain(task);
    assert.ok(existsSync(path('minute/2026-05-01.jsonl')));
    assert.ok(gunzipSync(readFileSync(path('minute/2026-05-02.jsonl.gz'))).length > 0);
  });
});
