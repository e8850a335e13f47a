import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMinutes } from '../../nodes/journal/minutes.ts';
import { holdingFiles } from '../../nodes/journal/undated.ts';
import { recordsFolder } from '../nodes/journal/samples.ts';
import { requireTool } from '../support/requires.ts';

const CHILD = join(import.meta.dirname, 'clock-child.ts');
const DAY_S = 86_400;
const ALWAYS = { fromMs: 0, toMs: Date.parse('2200-01-01T00:00:00Z') };

interface Told {
  seconds: number;
  /** The year it took it for, in each part. */
  seen: string[];
  trusted: boolean[];
}

describe('the journal under a clock that jumps', function () {
  this.timeout(60_000);
  before(function () {
    requireTool.call(this, 'faketime');
  });

  /** Lives through clocks that are so many seconds off. */
  const live = (records: string, root: string, ...offsets: number[]): Told => {
    const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
    assert.ok(library);
    const setting = join(root, 'setting');
    const written = offsets.map((offset) => `${offset < 0 ? '' : '+'}${Math.round(offset)}`);
    writeFileSync(setting, written[0] ?? '');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [CHILD, records, root, setting, ...written],
      {
        encoding: 'utf8',
        env: {
          ...process.env,
          LD_PRELOAD: library,
          FAKETIME_TIMESTAMP_FILE: setting,
          FAKETIME_NO_CACHE: '1',
          // Durations stay true, and so do the ages of files.
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
          NO_FAKE_STAT: '1',
        },
      },
    );
    assert.equal(stderr, '');
    return JSON.parse(stdout) as Told;
  };

  const machine = (): { records: string; root: string } => {
    const [records, root] = [recordsFolder(), recordsFolder()];
    mkdirSync(join(root, 'proc/sys/kernel/random'), { recursive: true });
    writeFileSync(join(root, 'proc/sys/kernel/random/boot_id'), 'boot-1');
    return { records, root };
  };

  const energyOf = async (records: string): Promise<number> => {
    const { minutes, bad } = await readMinutes(records, ALWAYS);
    assert.equal(bad, 0);
    return minutes.reduce((sum, { energy }) => sum + (energy.import_kwh ?? 0), 0);
  };

  it('loses and doubles nothing from 1970 over + 400 days and - 2 days to 2038', async () => {
    const { records, root } = machine();
    const to1970 = -Date.now() / 1000 + 1_000;
    const to2038 = (Date.parse('2038-01-19T03:14:00Z') - Date.now()) / 1000;
    const hour = 3_600;
    const first = live(records, root, to1970, hour, 400 * DAY_S, 398 * DAY_S, to2038, hour);
    assert.deepEqual([first.seen[0], first.seen[4]], ['1970', '2038']);
    assert.deepEqual(first.trusted, [false, true]);
    assert.deepEqual(await holdingFiles(records), []);
    const kwh = first.seconds * (0.02 / 60);
    assert.ok(Math.abs((await energyOf(records)) - kwh) < 1e-6);
    const { minutes } = await readMinutes(records, ALWAYS);
    assert.ok(minutes.every(({ ts }) => ts > '2026'));
  });

  it('dates after a restart what it held before it', async () => {
    const { records, root } = machine();
    const early = live(records, root, -Date.now() / 1000 + 1_000);
    assert.deepEqual([early.trusted, (await holdingFiles(records)).length], [[false], 1]);
    assert.equal(await energyOf(records), 0);
    const startMs = Date.now();
    const late = live(records, root, 3_600);
    assert.deepEqual([late.trusted, await holdingFiles(records)], [[true], []]);
    const kwh = (early.seconds + late.seconds) * (0.02 / 60);
    assert.ok(Math.abs((await energyOf(records)) - kwh) < 1e-6);
    // An hour ahead, and within the minutes that this has taken.
    const { minutes } = await readMinutes(records, ALWAYS);
    for (const { ts } of minutes) {
      assert.ok(Math.abs(Date.parse(ts) - startMs - 3_600_000) < 5 * 60_000, ts);
    }
  });
});
