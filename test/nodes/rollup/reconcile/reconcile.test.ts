import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { mergeMinutes } from '../../../../nodes/journal/merge.ts';
import { TrialDisk } from '../../../../nodes/rollup/files/trial-disk.ts';
import { type ReconcileTask, reconcile } from '../../../../nodes/rollup/reconcile/reconcile.ts';
import { isoTime } from '../../../../nodes/site/clock.ts';
import { bytesOf } from '../kept-home.ts';
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
import { tariffOf } from '../tariff/bills.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (iso: string) => Date.parse(iso);

function taskOf(records: string, now: string, zone = 'UTC', more = {}): ReconcileTask {
  const config = zoneSite(zone, more);
  return { records, data: records, config, clock: clockAt(now), trusted: true };
}

describe('to reconcile the records', () => {
  it('makes quarter hours, days and months of what has ended, and nothing of the rest', async () => {
    const records = emptyRecords();
    writeMinutes(records, minutesFrom(at('2026-05-30T22:00Z'), 60 * 30));
    const task = taskOf(records, '2026-06-01T04:00:05Z');
    const done = await reconcile(task);
    assert.deepEqual(
      daysIn(records).map(({ date, covered_s }) => [date, covered_s]),
      [
        ['2026-05-30', 7200],
        ['2026-05-31', 86_400],
      ],
    );
    assert.deepEqual(
      monthsIn(records).map(({ month, days }) => [month, days]),
      [['2026-05', 2]],
    );
    assert.equal(quartersIn(records).at(-1)?.ts, '2026-06-01T03:30:00.000Z');
    assert.deepEqual(
      [done.open?.date, done.changed.length, done.months.length],
      ['2026-06-01', 2, 1],
    );
  });

  it('writes nothing the second time', async () => {
    const records = emptyRecords();
    writeMinutes(records, minutesFrom(at('2026-05-30T22:00Z'), 60 * 30));
    const task = taskOf(records, '2026-06-01T04:00:05Z');
    await reconcile(task);
    const stamp = () =>
      ['quarter/2026-05.jsonl', 'day/2026.jsonl', 'month.jsonl'].map(
        (name) => statSync(join(records, name)).ino,
      );
    const before = [stamp(), madeOf(records)];
    const again = await reconcile(task);
    assert.deepEqual([stamp(), madeOf(records)], before);
    assert.deepEqual([again.quarters, again.changed, again.changedMonths], [[], [], []]);
  });

  it('can be tried: then no file is touched, also not that of the prices', async () => {
    const records = emptyRecords();
    writeMinutes(records, minutesFrom(at('2026-05-30T22:00Z'), 60 * 30));
    const task = taskOf(records, '2026-06-01T04:00:05Z', 'UTC', { tariffs: [tariffOf({})] });
    const before = bytesOf(records);
    const disk = new TrialDisk();
    const tried = await reconcile({ ...task, disk });
    assert.deepEqual(bytesOf(records), before);
    assert.ok(disk.touched.includes(join(records, 'price-book.json')));
    assert.deepEqual((await reconcile(task)).days, tried.days);
    assert.notEqual(tried.days[0]?.money, null);
  });

  it('loses nothing and counts nothing twice, whatever the minutes', async () => {
    const start = at('2026-10-31T20:00Z');
    await fc.assert(
      fc.asyncProperty(
        randomMinutes(start, 12 * 60),
        fc.constantFrom('UTC', 'America/Chicago', 'Asia/Kathmandu', 'Australia/Lord_Howe'),
        async (minutes, zone) => {
          const records = emptyRecords();
          writeMinutes(records, minutes);
          await reconcile(taskOf(records, '2026-12-02T12:00:00Z', zone));
          const total = wholeSum(mergeMinutes(minutes));
          assert.equal(wholeSum(quartersIn(records)), total);
          assert.equal(wholeSum(daysIn(records)), total);
          assert.equal(wholeSum(monthsIn(records)), total);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gives each day the hours that its zone gives it', async () => {
    const cases = [
      ['America/Chicago', '2026-03-08', 23],
      ['America/Chicago', '2026-11-01', 25],
      ['Australia/Lord_Howe', '2026-04-05', 24.5],
      ['America/Santiago', '2026-09-06', 23],
      ['Asia/Kathmandu', '2026-06-01', 24],
    ] as const;
    for (const [zone, date, hours] of cases) {
      const records = emptyRecords();
      const from = at(`${date}T00:00Z`) - DAY;
      writeMinutes(records, minutesFrom(from, 3 * 1440));
      await reconcile(taskOf(records, isoTime(from + 4 * DAY), zone));
      const day = daysIn(records).find((row) => row.date === date);
      assert.equal(day?.covered_s, hours * 3600, `${zone} ${date}`);
    }
  });

  it('makes a row for each day that nobody saw', async () => {
    const records = emptyRecords();
    writeMinutes(records, [
      ...minutesFrom(at('2026-06-01T10:00Z'), 30),
      ...minutesFrom(at('2026-06-05T10:00Z'), 30),
    ]);
    await reconcile(taskOf(records, '2026-06-07T10:00Z'));
    const days = daysIn(records);
    assert.deepEqual(
      days.map(({ date, covered_s }) => [date.slice(8), covered_s]),
      [
        ['01', 1800],
        ['02', 0],
        ['03', 0],
        ['04', 0],
        ['05', 1800],
        ['06', 0],
      ],
    );
    assert.equal(days[1]?.energy.home_kwh, null);
  });

  it('shares what was recovered among the days it passed in, also those without minutes', async () => {
    const records = emptyRecords();
    const recovered = {
      from: '2026-06-01T22:00:00.000Z',
      to: '2026-06-04T02:00:00.000Z',
      energy: { import_kwh: 52 },
      channels: {},
    };
    writeMinutes(records, [
      ...minutesFrom(at('2026-06-01T21:00Z'), 60),
      goodMinute(at('2026-06-04T02:00Z'), { recovered, recovered_s: 52 * 3600 }),
    ]);
    await reconcile(taskOf(records, '2026-06-05T10:00Z'));
    assert.deepEqual(
      daysIn(records).map(({ energy, recovered_s }) => [energy.import_kwh, recovered_s]),
      [
        [2, 7200],
        [24, 86_400],
        [24, 86_400],
        [2, 7200],
      ],
    );
  });

  it('shares what passed in a year, and of the years since 1970 no more than one', async () => {
    const records = emptyRecords();
    const [energy, to] = [{ import_kwh: 1234.5678901 }, '2026-06-01T12:00:00.000Z'];
    const recovered = { from: '1969-12-31T00:00:06.000Z', to, energy, channels: {} };
    const minutes = [goodMinute(at('2026-06-01T12:00Z'), { recovered })];
    writeMinutes(records, minutes);
    await reconcile(taskOf(records, '2026-06-02T01:00Z'));
    assert.equal(quartersIn(records)[0]?.ts, '2025-05-31T12:00:00.000Z');
    assert.equal(wholeSum(quartersIn(records)), wholeSum(minutes));
    assert.equal(wholeSum(daysIn(records)), wholeSum(minutes));
  }).timeout(20_000);

  it('re-derives what a late minute changes, as if it had never been late', async () => {
    const records = emptyRecords();
    const minutes = minutesFrom(at('2026-05-29T00:00Z'), 4 * 1440);
    const late = minutes.filter((_, index) => index % 700 === 3);
    writeMinutes(
      records,
      minutes.filter((minute) => !late.includes(minute)),
    );
    const task = taskOf(records, '2026-06-03T10:00Z');
    await reconcile(task);
    const before = madeOf(records);
    writeMinutes(records, late);
    await reconcile({
      ...task,
      stretch: { fromMs: at(late[0]?.ts ?? ''), toMs: at('2026-06-02') },
    });
    const fresh = onlyFinest(records);
    await reconcile({ ...task, records: fresh, data: fresh });
    assert.notDeepEqual(madeOf(records), before);
    assert.deepEqual(madeOf(records), madeOf(fresh));
  });

  it('keeps what is left of a time without minutes, without quarters, without days', async () => {
    const records = emptyRecords();
    writeMinutes(records, minutesFrom(at('2026-04-20T00:00Z'), 60 * 24 * 45));
    const task = taskOf(records, '2026-06-05T10:00Z', 'America/Chicago');
    await reconcile(task);
    const before = madeOf(records);
    for (const day of ['2026-04-20', '2026-05-01', '2026-05-02']) {
      rmSync(join(records, 'minute', `${day}.jsonl`));
    }
    await reconcile(task);
    assert.deepEqual(madeOf(records), before);
    const months = monthsIn(records);
    const days = daysIn(records).filter(({ date }) => date >= '2026-05-01');
    rmSync(join(records, 'minute'), { recursive: true });
    rmSync(join(records, 'quarter'), { recursive: true });
    await reconcile(task);
    assert.deepEqual(madeOf(records)['day/2026.jsonl'], before['day/2026.jsonl']);
    writeFileSync(
      join(records, 'day/2026.jsonl'),
      days.map((day) => `${JSON.stringify(day)}\n`).join(''),
    );
    await reconcile(task);
    assert.deepEqual([daysIn(records)[0]?.date, monthsIn(records)], ['2026-05-01', months]);
  });

  it('goes on in a new time zone without losing or repeating an hour or a date', async () => {
    const records = emptyRecords();
    const minutes = minutesFrom(at('2026-04-25T00:00Z'), 60 * 24 * 20);
    writeMinutes(records, minutes);
    const now = '2026-05-20T12:00:00Z';
    await reconcile(taskOf(records, now));
    rmSync(join(records, 'minute'), { recursive: true });
    rmSync(join(records, 'quarter', '2026-04.jsonl'));
    for (const zone of ['America/Chicago', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'UTC']) {
      await reconcile(taskOf(records, now, zone));
      const days = daysIn(records);
      const dates = days.map(({ date }) => date);
      assert.equal(new Set(dates).size, dates.length);
      assert.deepEqual([...dates].sort(), dates);
      for (const [index, day] of days.entries()) {
        assert.equal(day.start, days[index - 1]?.end ?? '2026-04-25T00:00:00.000Z');
      }
      assert.equal(wholeSum(days, 'solar_kwh'), wholeSum(minutes, 'solar_kwh'), zone);
      const kept = days.filter(({ date }) => date < '2026-05-01');
      assert.ok(kept.every(({ timezone }) => timezone === 'UTC'));
      assert.equal(days.at(-1)?.timezone, zone);
    }
  });

  it('takes no clock for the truth that nobody believes', async () => {
    const records = emptyRecords();
    writeMinutes(records, minutesFrom(at('2026-05-30T00:00Z'), 3 * 1440));
    await reconcile(taskOf(records, '2026-06-02T10:00Z'));
    const before = madeOf(records);
    await reconcile({ ...taskOf(records, '1970-01-01T00:02Z'), trusted: false });
    assert.deepEqual(madeOf(records), before);
    await reconcile(taskOf(records, '2027-07-20T10:00Z'));
    assert.equal(daysIn(records).length, 3);
  });

  it('keeps no month of a time that is still to come', async () => {
    const records = emptyRecords();
    writeMinutes(records, minutesFrom(at('2026-05-30T00:00Z'), 3 * 1440));
    await reconcile(taskOf(records, '2026-12-20T10:00Z'));
    assert.deepEqual(monthsIn(records).at(-1)?.month, '2026-11');
    await reconcile(taskOf(records, '2026-06-02T10:00Z'));
    assert.deepEqual(
      monthsIn(records).map(({ month }) => month),
      ['2026-05'],
    );
  });

  it('makes no rows for the years since 1970', async () => {
    const records = emptyRecords();
    writeMinutes(records, [
      ...minutesFrom(at('1970-01-01T00:00Z'), 30),
      ...minutesFrom(at('2026-06-01T10:00Z'), 30),
    ]);
    await reconcile(taskOf(records, '2026-06-03T10:00Z'));
    assert.deepEqual(
      daysIn(records).map(({ date }) => date),
      ['1970-01-01', '2026-06-01', '2026-06-02'],
    );
  });

  it('mends torn and foreign lines, and keeps what it could not read beside the file', async () => {
    const records = emptyRecords();
    writeMinutes(records, minutesFrom(at('2026-05-30T00:00Z'), 3 * 1440));
    const task = taskOf(records, '2026-06-02T10:00Z');
    await reconcile(task);
    const before = madeOf(records);
    const file = join(records, 'quarter/2026-05.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('\n', '\nnonsense\n'));
    appendFileSync(join(records, 'day/2026.jsonl'), '{"v":1,"da');
    await reconcile(task);
    assert.deepEqual(madeOf(records), before);
    assert.match(readFileSync(`${file}.damaged`, 'utf8'), /nonsense/);
  });

  it('trusts no damaged archive of minutes more than what was made of it', async () => {
    const records = emptyRecords();
    writeMinutes(records, minutesFrom(at('2026-05-30T00:00Z'), 3 * 1440));
    const task = taskOf(records, '2026-06-02T10:00Z');
    await reconcile(task);
    const before = madeOf(records);
    const file = join(records, 'minute/2026-05-31.jsonl');
    const packed = gzipSync(readFileSync(file));
    writeFileSync(`${file}.gz`, packed.subarray(0, packed.length / 2));
    rmSync(file);
    await reconcile(task);
    assert.deepEqual(madeOf(records), before);
  });
});
