import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Finding } from '../../../../nodes/rollup/verify/verify-file.ts';
import { verifyFiles } from '../../../../nodes/rollup/verify/verify-files.ts';
import { recordedConfig } from '../../../../nodes/site/hash.ts';
import { temporaryFolder } from '../../../support/appliance.ts';
import { minuteAt } from '../../journal/samples.ts';
import { configOf } from '../correct/twin-homes.ts';

const HASH = '0123456789ab';
const SUMS = {
  covered_s: 900,
  peaks: {},
  energy: { solar_kwh: 0, home_kwh: 1, import_kwh: 1, export_kwh: 0, by: 'integral' },
};

describe('every file of the records', () => {
  let records: string;
  beforeEach(() => {
    records = temporaryFolder();
    put(
      'configs/0123456789ab.json',
      JSON.stringify(recordedConfig(configOf({ mains: { role: 'grid' } }))),
    );
    put('minute/2026-06-20.jsonl', lines(minute('2026-06-20T23:59:00.000Z')));
    put(
      'quarter/2026-06.jsonl',
      lines(quarter('2026-06-20T23:30:00.000Z'), quarter('2026-06-20T23:45:00.000Z')),
    );
    put('day/2026.jsonl', lines(day('2026-06-19'), day('2026-06-20')));
    put('month.jsonl', lines({ ...day('2026-05-01'), month: '2026-05', days: 31, tariffs: [] }));
  });

  const minute = (ts: string) => minuteAt(ts, { config: HASH });
  const quarter = (ts: string) => ({
    v: 1,
    ts,
    config: HASH,
    ...SUMS,
    power: { solar: null, home: null, grid: null },
    channels: {},
  });
  const day = (date: string) => ({
    v: 1,
    date,
    timezone: 'UTC',
    start: `${date}T00:00:00.000Z`,
    end: `${date}T00:00:00.000Z`,
    ...SUMS,
    tariff: null,
    money: null,
    bill: null,
  });
  const lines = (...values: unknown[]) =>
    values.map((value) => `${JSON.stringify(value)}\n`).join('');
  function put(name: string, content: string | Buffer): string {
    const file = join(records, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }
  const path = (name: string) => join(records, name);
  const look = () => verifyFiles({ records, data: records });
  async function findings(): Promise<Omit<Finding, 'level'>[]> {
    return (await look()).findings.map(({ level: _, ...rest }) => rest);
  }

  it('is counted, and nothing is found where nothing is wrong', async () => {
    put('.tmp', 'not ours');
    const told: number[] = [];
    const report = await verifyFiles({ records, data: records }, (done, of) =>
      told.push(done / of),
    );
    assert.deepEqual(report, {
      findings: [],
      files: 4,
      records: { minute: 1, quarter: 2, day: 2, month: 1 },
    });
    assert.deepEqual(told, [0.25, 0.5, 0.75, 1]);
  });

  it('is nothing where there are no records', async () => {
    const empty = temporaryFolder();
    assert.deepEqual((await verifyFiles({ records: empty, data: empty })).findings, []);
  });

  it('tells the line that cannot be read', async () => {
    const file = put('day/2026.jsonl', lines(day('2026-06-18'), day('2026-06-19')));
    appendFileSync(file, `{"v":1,"date":\n\u0000\u0000\n${lines(day('2026-06-20'))}`);
    assert.deepEqual(await findings(), [
      { code: 'bad_line', file: 'day/2026.jsonl', line: 3 },
      { code: 'bad_line', file: 'day/2026.jsonl', line: 4 },
    ]);
  });

  it('takes a torn tail for what it is, at every byte of a line', async () => {
    const file = path('quarter/2026-06.jsonl');
    const whole = readFileSync(file, 'utf8');
    const first = whole.indexOf('\n') + 1;
    for (let length = first + 1; length < whole.length; length++) {
      truncateSync(file, length);
      const { findings: found, records: read } = await look();
      assert.deepEqual(found, [
        { code: 'torn_tail', level: 'note', file: 'quarter/2026-06.jsonl', line: 2 },
      ]);
      assert.equal(read.quarter, 1);
      writeFileSync(file, whole);
    }
  });

  it('tells what is out of order, there twice, or in the wrong file', async () => {
    put('day/2026.jsonl', lines(day('2026-06-20'), day('2026-06-19'), day('2026-06-19')));
    put('minute/2026-06-19.jsonl', lines(minute('2026-06-20T00:00:00.000Z')));
    assert.deepEqual(await findings(), [
      { code: 'wrong_file', file: 'minute/2026-06-19.jsonl', line: 1, what: '2026-06-20' },
      { code: 'order', file: 'day/2026.jsonl', line: 2, what: '2026-06-19' },
      { code: 'duplicate', file: 'day/2026.jsonl', line: 3, what: '2026-06-19' },
    ]);
  });

  it('lets minutes come late and again: the reader knows which counts', async () => {
    const late = [minute('2026-06-20T23:59:00.000Z'), minute('2026-06-20T10:00:00.000Z')];
    put('minute/2026-06-20.jsonl', lines(...late, ...late));
    assert.deepEqual(await findings(), []);
  });

  it('opens packed files, and tells one that is damaged', async () => {
    const packed = gzipSync(lines(minute('2026-06-18T10:00:00.000Z')));
    put('minute/2026-06-18.jsonl.gz', packed);
    assert.deepEqual(await findings(), []);
    put('minute/2026-06-18.jsonl.gz', packed.subarray(0, packed.length - 6));
    const [found] = await findings();
    assert.equal(found?.code, 'packed_damaged');
    assert.match(found?.what ?? '', /unexpected end of file/);
  });

  it('tells files that are none of its own', async () => {
    put('day/2026.jsonl.bak', '');
    put('minute/2026-06-20.jsonl.tmp', '');
    put('quarter/2026-05.jsonl.damaged', '');
    const levels = (await look()).findings.map(({ code, level }) => [code, level]);
    assert.deepEqual(levels, [
      ['left_over', 'note'],
      ['kept_damaged', 'note'],
      ['unknown_file', 'fault'],
    ]);
  });

  it('tells configurations that nobody knows any more', async () => {
    put('quarter/2026-06.jsonl', lines({ ...quarter('2026-06-20T23:45:00.000Z'), config: 'fff' }));
    assert.deepEqual(await findings(), [
      { code: 'config_unknown', file: 'quarter/2026-06.jsonl', what: 'fff' },
    ]);
  });

  it('tells corrections and prices that cannot be understood', async () => {
    put('corrections.json', '[');
    put('price-book.json', '{}');
    const codes = (await findings()).map(({ code }) => code);
    assert.deepEqual(codes, ['corrections_damaged', 'prices_damaged']);
  });

  it('tells minutes without a date', async () => {
    const held = { mono_ms: 60_000, record: minute('1970-01-01T00:01:00.000Z') };
    put('undated/boot-1.jsonl', lines(held, held));
    assert.deepEqual(await findings(), [
      { code: 'undated', file: 'undated/boot-1.jsonl', what: '2' },
    ]);
  });
});
