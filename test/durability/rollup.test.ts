import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readMinutes } from '../../nodes/journal/minutes.ts';
import { recordsFolder } from '../nodes/journal/samples.ts';
import { quartersIn } from '../nodes/rollup/records-home.ts';
import { requireDisk, sweep, type Victim } from '../support/power-cut.ts';
import { DAYS, minutesOf, night, prepareRecords } from './rollup-home.ts';

const ALWAYS = { fromMs: 0, toMs: Date.parse('2100-01-01T00:00:00Z') };
const STAMPS = DAYS.flatMap(minutesOf).map(({ ts }) => ts);

/** Every file of the records by name, as text that can be compared. */
function bytesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names
    .filter((name) => !name.startsWith('lost+found'))
    .filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(
    files.map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );
}

/** Minutes that are nowhere any more, and minutes that are there twice. */
async function faultsOf(folder: string): Promise<string[]> {
  const { minutes } = await readMinutes(folder, ALWAYS);
  const found = new Map(minutes.map((minute) => [minute.ts, minute]));
  const rolled = new Set(quartersIn(folder).map(({ ts }) => ts));
  return [
    ...STAMPS.filter((ts) => !found.has(ts) && !rolled.has(ts)).map((ts) => `${ts} is lost`),
    ...minutes.filter(({ covered_s }) => covered_s !== 60).map(({ ts }) => `${ts} is there twice`),
  ];
}

describe('the rollup, cut off from power', function () {
  this.timeout(240_000);
  const prepared = recordsFolder();
  let expected: Record<string, string>;
  const victim: Victim = {
    script: join(import.meta.dirname, 'rollup-child.ts'),
    prepare: prepareRecords,
    async check(folder) {
      const cut = await faultsOf(folder);
      await night(folder);
      const found = bytesOf(folder);
      const names = new Set([...Object.keys(found), ...Object.keys(expected)]);
      const differing = [...names].filter((name) => found[name] !== expected[name]);
      return [...cut, ...differing.map((name) => `${name} is another than without the cut`)];
    },
  };
  before(async function () {
    requireDisk.call(this);
    await prepareRecords(prepared);
    await night(prepared);
    expected = bytesOf(prepared);
  });

  it('leaves the same bytes as without a cut, whichever call was the last', async () => {
    assert.deepEqual(Object.keys(expected), [
      'day/2026.jsonl',
      'minute/2026-05-31.jsonl.gz',
      'minute/2026-06-01.jsonl',
      'month.jsonl',
      'price-book.json',
      'quarter/2026-05.jsonl.gz',
      'quarter/2026-06.jsonl',
    ]);
    const { cuts, violations } = await sweep(victim);
    assert.deepEqual(violations, []);
    for (const kind of ['write', 'fdatasync', 'fsync', 'rename', 'unlink']) {
      assert.ok((cuts[kind] ?? 0) > 0, `${kind} was cut before`);
    }
  });

  it('would be caught without its flushes', async () => {
    const { violations } = await sweep({ ...victim, args: ['careless'] }, ['unlink']);
    assert.ok(violations.length > 0);
  });
});
