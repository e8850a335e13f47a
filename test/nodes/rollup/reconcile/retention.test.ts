import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readMinutes } from '../../../../nodes/journal/minutes.ts';
import { readQuarters } from '../../../../nodes/rollup/files/read.ts';
import { type RecordDisk, recordDisk } from '../../../../nodes/rollup/files/store.ts';
import { reconcile } from '../../../../nodes/rollup/reconcile/reconcile.ts';
import { maintain, type RetentionTask } from '../../../../nodes/rollup/reconcile/retention.ts';
import { goodMinute, minutesFrom } from '../minutes-of.ts';
import {
  clockAt,
  daysIn,
  emptyRecords,
  madeOf,
  monthsIn,
  quartersIn,
  writeMinutes,
  zoneSite,
} from '../records-home.ts';

const at = (iso: string) => Date.parse(iso);
const DAY_MS = 86_400_000;

const TARIFF = {
  id: 't',
  valid_from: '2026-01-01',
  currency: 'USD',
  tiers: { blocks: [{ upto: 40, rate: 0.1 }, { rate: 0.5 }] },
};

/** A minute each hour: as many files as a whole year has, and not as many lines. */
function sparse(from: string, days: number) {
  return minutesFrom(at(from), days * 24).map((minute, index) =>
    goodMinute(at(from) + index * 3_600_000, {
      energy: { ...minute.energy, import_kwh: 0.03, home_kwh: 0.05 },
    }),
  );
}

describe('retention', () => {
  let records: string;
  const taskOf = (now: string, retention: object, zone = 'America/Chicago'): RetentionTask => ({
    records,
    data: records,
    clock: clockAt(now),
    config: zoneSite(zone, { retention, tariffs: [TARIFF] }),
  });
  const files = (level: string) => readdirSync(join(records, level)).sort();
  /** Until nothing is removed any more. */
  const keepUp = async (task: RetentionTask): Promise<string[]> => {
    const removed = await maintain(task);
    return removed.length === 0 ? [] : [...removed, ...(await keepUp(task))];
  };

  beforeEach(() => {
    records = emptyRecords();
  });

  it('packs what is over, and reads it as before', async () => {
    writeMinutes(records, sparse('2026-04-28T00:00Z', 6));
    const task = taskOf('2026-05-04T12:00Z', {});
    await reconcile({ ...task, trusted: true });
    const stretch = { fromMs: 0, toMs: at('2027-01-01') };
    const before = [await readMinutes(records, stretch), await readQuarters(task, stretch)];
    assert.deepEqual(await maintain(task), []);
    assert.deepEqual(files('minute').slice(-2), ['2026-05-02.jsonl.gz', '2026-05-03.jsonl']);
    assert.deepEqual(files('quarter'), ['2026-04.jsonl.gz', '2026-05.jsonl']);
    assert.deepEqual(
      [await readMinutes(records, stretch), await readQuarters(task, stretch)],
      before,
    );
    const again = await reconcile({ ...task, trusted: true });
    assert.deepEqual([again.quarters, again.changed], [[], []]);
  });

  it('takes late lines into the packed file, once they are at rest', async () => {
    writeMinutes(records, sparse('2026-04-28T00:00Z', 6));
    const task = taskOf('2026-05-04T12:00Z', {});
    await reconcile({ ...task, trusted: true });
    await maintain(task);
    const late = goodMinute(at('2026-04-29T10:01Z'));
    writeMinutes(records, [late]);
    const plain = join(records, 'minute/2026-04-29.jsonl');
    utimesSync(plain, new Date(at('2026-05-04T11:30Z')), new Date(at('2026-05-04T11:30Z')));
    await maintain(task);
    assert.ok(existsSync(plain), 'somebody may still write to it');
    const done = await reconcile({ ...task, trusted: true });
    assert.deepEqual(done.quarters, ['2026-04-29T10:00:00.000Z']);
    utimesSync(plain, new Date(at('2026-05-04T09:30Z')), new Date(at('2026-05-04T09:30Z')));
    await maintain(task);
    assert.ok(!existsSync(plain));
    const packed = gunzipSync(readFileSync(`${plain}.gz`)).toString('utf8');
    assert.equal(packed.split('\n').length, 24 + 1 + 1);
    assert.ok(packed.includes(late.ts));
  });

  it('keeps as many days of minutes as it is told, and all that was made of them', async () => {
    writeMinutes(records, sparse('2026-05-01T00:00Z', 12));
    const task = taskOf('2026-05-13T12:00Z', { minute_days: 5 });
    await reconcile({ ...task, trusted: true });
    const before = madeOf(records);
    const removed = await keepUp(task);
    assert.equal(removed.length, 7);
    assert.deepEqual(files('minute')[0], '2026-05-08.jsonl.gz');
    await reconcile({ ...task, trusted: true });
    assert.deepEqual(madeOf(records), before);
  });

  it('looks at what goes, and not at all that was ever made', async () => {
    writeMinutes(records, sparse('2026-02-20T00:00Z', 81));
    const keep = { minute_days: 5 };
    await reconcile({ ...taskOf('2026-05-12T12:00Z', {}), trusted: true });
    await keepUp(taskOf('2026-05-12T12:00Z', keep));
    writeMinutes(records, sparse('2026-05-12T00:00Z', 1));
    const task = taskOf('2026-05-13T12:00Z', keep);
    await reconcile({ ...task, trusted: true });
    const read = new Set<string>();
    const disk: RecordDisk = {
      ...recordDisk,
      read(file) {
        read.add(file.slice(records.length + 1));
        return recordDisk.read(file);
      },
    };
    assert.deepEqual(await maintain({ ...task, disk }), ['2026-05-07']);
    assert.ok(read.has('quarter/2026-05.jsonl'));
    assert.ok(!read.has('quarter/2026-03.jsonl.gz'), 'a month long over');
  });

  it('removes nothing because a clock has jumped ahead', async () => {
    writeMinutes(records, sparse('2026-05-01T00:00Z', 12));
    const task = taskOf('2027-06-17T12:00Z', { minute_days: 12, quarter_days: 12, day_days: 12 });
    await reconcile({ ...task, trusted: true });
    assert.deepEqual(await keepUp(task), []);
    assert.equal(quartersIn(records).length, 12 * 24);
  });

  it('removes nothing of which something is not on the disk as it should be', async () => {
    writeMinutes(records, sparse('2026-05-01T00:00Z', 12));
    const task = taskOf('2026-05-13T12:00Z', { minute_days: 5 });
    await reconcile({ ...task, trusted: true });
    const file = join(records, 'quarter/2026-05.jsonl');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('"import_kwh":0.03', '"import_kwh":0.04'),
    );
    assert.deepEqual(await maintain(task), []);
    assert.equal(files('minute').length, 12);
    assert.equal((await maintain(task)).length, 7);
  });

  it('keeps each level for its time, and bills go on as if all were there', async () => {
    const days = 200;
    const end = at('2026-01-10T00:00Z') + days * DAY_MS;
    writeMinutes(records, sparse('2026-01-10T00:00Z', days));
    const now = new Date(end + DAY_MS / 2).toISOString();
    const task = taskOf(now, { minute_days: 10, quarter_days: 40, day_days: 90 });
    await reconcile({ ...task, trusted: true });
    const [dayRows, monthRows] = [daysIn(records), monthsIn(records)];
    await keepUp(task);
    assert.equal(files('minute').length, 10);
    // July 29 minus 40 days is in June: its quarters stay, and the tail of May that is May 31 in Chicago.
    assert.deepEqual(files('quarter'), ['2026-05.jsonl.gz', '2026-06.jsonl.gz', '2026-07.jsonl']);
    assert.equal(quartersIn(records)[0]?.ts, '2026-05-31T05:00:00.000Z');
    const left = daysIn(records);
    assert.equal(left[0]?.date, '2026-04-01');
    await reconcile({ ...task, trusted: true });
    assert.deepEqual(daysIn(records), left);
    assert.deepEqual(
      left,
      dayRows.filter(({ date }) => date >= '2026-04-01'),
    );
    assert.deepEqual(monthsIn(records), monthRows);
    const short = taskOf(now, { minute_days: 10, quarter_days: 40, day_days: 90, month_days: 100 });
    assert.deepEqual(await keepUp(short), ['2026-01', '2026-02']);
    await reconcile({ ...task, trusted: true });
    assert.equal(monthsIn(records)[0]?.month, '2026-03');
  }).timeout(60_000);

  it('leaves a damaged archive alone', async () => {
    writeMinutes(records, sparse('2026-05-01T00:00Z', 12));
    const task = taskOf('2026-05-13T12:00Z', { minute_days: 5 });
    await reconcile({ ...task, trusted: true });
    await maintain({ ...task, config: zoneSite('America/Chicago', { tariffs: [TARIFF] }) });
    const file = join(records, 'minute/2026-05-02.jsonl.gz');
    const whole = readFileSync(file);
    const damaged = whole.subarray(0, whole.length / 2);
    writeFileSync(file, damaged);
    appendFileSync(file.slice(0, -3), `${JSON.stringify(goodMinute(at('2026-05-02T12:01Z')))}\n`);
    await keepUp(task);
    assert.deepEqual(readFileSync(file), damaged);
    assert.equal(files('minute').filter((name) => name < '2026-05-08').length, 2);
  });
});
