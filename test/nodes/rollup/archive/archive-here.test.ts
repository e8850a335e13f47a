import assert from 'node:assert/strict';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { MinuteRecord } from '../../../../nodes/journal/minute.ts';
import { exportRecords } from '../../../../nodes/rollup/archive/export.ts';
import { type Imported, importArchive } from '../../../../nodes/rollup/archive/import-job.ts';
import { spool } from '../../../../nodes/rollup/archive/spool.ts';
import { reconcile } from '../../../../nodes/rollup/reconcile/reconcile.ts';
import { contextAt } from '../kept-home.ts';
import { minutesFrom } from '../minutes-of.ts';
import {
  daysIn,
  emptyRecords,
  madeOf,
  monthsIn,
  quartersIn,
  wholeSum,
  writeMinutes,
  zoneSite,
} from '../records-home.ts';

const at = (time: string) => Date.parse(`2026-05-${time}Z`);
const LATER = '2026-06-02T06:00:00Z';
/** One solar kWh of these minutes is 20 of them. */
const solar = (list: Parameters<typeof wholeSum>[0]) => wholeSum(list, 'solar_kwh') / 1e7;

describe('what is recorded here, when an archive is taken over,', () => {
  let home: string;
  let file: string;
  beforeEach(() => {
    home = emptyRecords();
    file = join(emptyRecords(), 'archive.tar.gz');
  });

  const keep = (minutes: MinuteRecord[], now: string, zone = 'UTC', folder = home) => {
    writeMinutes(folder, minutes);
    return reconcile(contextAt(folder, zoneSite(zone), now));
  };
  /** As retention does, when its time has come. */
  const remove = (folder: string, ...levels: string[]) => {
    for (const level of levels) rmSync(join(folder, level), { recursive: true });
  };
  const save = (folder = home, zone = 'UTC') =>
    exportRecords({
      file,
      records: folder,
      data: folder,
      timezone: zone,
      simulated: false,
      product: '2.0.0',
      nowMs: Date.parse(LATER),
    });
  const take = async (zone = 'UTC', apply = true) => {
    const spooled = await spool(home, createReadStream(file));
    const context = contextAt(home, zoneSite(zone), LATER);
    return (await importArchive(context, { spooled, apply })) as Imported;
  };

  it('keeps the quarter hours of a day whose minutes are gone, whatever minutes come', async () => {
    await keep(minutesFrom(at('01T00:00'), 720), '2026-05-01T12:01:00Z');
    await save();
    await keep(minutesFrom(at('01T12:00'), 720), '2026-05-02T01:00:00Z');
    remove(home, 'minute');
    const before = quartersIn(home);
    const { levels, conflicts } = await take();
    assert.deepEqual([levels.minute.added, levels.minute.conflicts], [0, 720]);
    assert.deepEqual([levels.quarter.there, levels.quarter.derived], [48, 0]);
    assert.equal(conflicts[0]?.file, 'minute/2026-05-01.jsonl');
    assert.equal(solar(daysIn(home)), 72);
    assert.deepEqual(quartersIn(home), before);
  });

  it('takes quarter hours that are missing beside others, though not their minutes', async () => {
    await keep(minutesFrom(at('01T00:00'), 1440), '2026-05-02T01:00:00Z');
    await save();
    const all = quartersIn(home);
    home = emptyRecords();
    await keep(minutesFrom(at('01T12:00'), 720), '2026-05-02T01:00:00Z');
    remove(home, 'minute');
    const { levels } = await take();
    assert.deepEqual([levels.minute.conflicts, levels.quarter.added], [1440, 48]);
    assert.deepEqual(quartersIn(home), all);
    assert.equal(solar(daysIn(home)), 72);
  });

  it('keeps days and months that have outlived what they were made of', async () => {
    await keep(minutesFrom(at('01T00:00'), 720), '2026-05-01T12:01:00Z');
    await save();
    await keep(minutesFrom(at('01T12:00'), 2160), LATER);
    remove(home, 'minute', 'quarter');
    const days = madeOf(home);
    const first = await take();
    assert.deepEqual([first.levels.minute.conflicts, first.levels.quarter.conflicts], [720, 48]);
    assert.deepEqual(madeOf(home), days);
    remove(home, 'day');
    const month = madeOf(home);
    const second = await take();
    assert.deepEqual([second.levels.minute.conflicts, second.levels.quarter.conflicts], [720, 48]);
    assert.equal(solar(monthsIn(home)), 144);
    assert.equal(madeOf(home)['month.jsonl'], month['month.jsonl']);
  });

  it('is not told twice by days of another time zone', async () => {
    const all = minutesFrom(at('08T05:00'), 6 * 1440);
    const other = emptyRecords();
    await keep(all.slice(0, 3 * 1440), '2026-05-11T06:00:00Z', 'America/Chicago', other);
    remove(other, 'minute', 'quarter');
    await save(other, 'America/Chicago');
    await keep(
      all.filter(({ ts }) => ts >= '2026-05-10T22:00'),
      '2026-05-14T06:00:00Z',
      'Europe/Berlin',
    );
    const { levels, conflicts } = await take('Europe/Berlin');
    assert.deepEqual([levels.day.added, levels.day.conflicts], [2, 1]);
    assert.deepEqual(conflicts, [{ file: 'day/2026.jsonl', time: '2026-05-10' }]);
    const rows = daysIn(home).filter(({ energy }) => energy.solar_kwh !== null);
    assert.deepEqual(
      rows.slice(0, 3).map(({ date, timezone }) => [date, timezone]),
      [
        ['2026-05-08', 'America/Chicago'],
        ['2026-05-09', 'America/Chicago'],
        ['2026-05-11', 'Europe/Berlin'],
      ],
    );
    rows.reduce((a, b) => {
      assert.ok(a.end <= b.start, `${a.date} and ${b.date} overlap`);
      return b;
    });
  });

  it('gives way where it is a day of which nobody knows anything', async () => {
    await keep(minutesFrom(at('01T00:00'), 4 * 1440), '2026-05-05T01:00:00Z');
    remove(home, 'minute', 'quarter');
    await save();
    const days = daysIn(home);
    home = emptyRecords();
    await keep(minutesFrom(at('01T00:00'), 1440), '2026-05-02T01:00:00Z');
    await keep(minutesFrom(at('04T00:00'), 1440), '2026-05-05T01:00:00Z');
    assert.deepEqual(
      daysIn(home).map(({ energy }) => energy.solar_kwh),
      [72, null, null, 72],
    );
    const { levels } = await take();
    assert.equal(levels.day.added, 2);
    assert.deepEqual(
      daysIn(home)
        .slice(0, 4)
        .map(({ energy }) => energy),
      days.map(({ energy }) => energy),
    );
  });

  it('is not told twice by energy that counters tell of the same time', async () => {
    const block = { energy: { solar_kwh: 9 }, channels: {} };
    const late = (from: string, to: string) => ({
      recovered: {
        ...block,
        from: new Date(at(from)).toISOString(),
        to: new Date(at(to)).toISOString(),
      },
    });
    const measured = minutesFrom(at('01T06:00'), 180);
    const told = minutesFrom(at('01T09:00'), 60, (_, index) =>
      index === 0 ? late('01T06:00', '01T09:00') : {},
    );
    // Here the block, there the minutes.
    const other = emptyRecords();
    await keep(measured, '2026-05-02T01:00:00Z', 'UTC', other);
    await save(other);
    await keep(told, '2026-05-02T01:00:00Z');
    assert.equal((await take()).levels.minute.conflicts, 180);
    assert.equal(solar(daysIn(home)), 12);
    // Here the minutes, there the block.
    home = emptyRecords();
    const third = emptyRecords();
    await keep(told, '2026-05-02T01:00:00Z', 'UTC', third);
    await save(third);
    await keep(measured, '2026-05-02T01:00:00Z');
    const { levels } = await take();
    assert.deepEqual([levels.minute.added, levels.minute.conflicts], [59, 1]);
    assert.equal(solar(daysIn(home)), 9 + 59 * 0.05);
  });
});
