import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCli } from '../../cli/run.ts';
import { spool } from '../../nodes/rollup/archive/spool.ts';
import { minuteFile } from '../../nodes/rollup/files/minute-days.ts';
import { recordDisk } from '../../nodes/rollup/files/store.ts';
import { JOBS } from '../../nodes/rollup/jobs.ts';
import { reconcile } from '../../nodes/rollup/reconcile/reconcile.ts';
import { isoTime, systemClock } from '../../nodes/site/clock.ts';
import { SolthriveError } from '../../nodes/site/errors.ts';
import { loadSite } from '../../nodes/site/load.ts';
import { createFolders, sitePaths } from '../../nodes/site/paths.ts';
import { type ControlRoutes, openControl } from '../../runtime/control.ts';
import { bytesOf, writeDays } from '../nodes/rollup/kept-home.ts';
import { temporaryFolder } from '../support/appliance.ts';

const METERS = `
meters:
  - id: main
    source: external
    channels:
      - { id: mains, role: grid }
      - { id: pv, role: solar }
`;
const YESTERDAY = isoTime(systemClock.now() - 86_400_000).slice(0, 10);

/** A configured site without records. */
function siteIn(root: string) {
  const paths = sitePaths({}, { kind: 'folder', folder: root });
  createFolders(paths);
  writeFileSync(join(paths.etc, 'meter.yaml'), METERS);
  writeFileSync(join(paths.etc, 'base.yaml'), 'site: { timezone: UTC }');
  const { config } = loadSite({ paths, env: {} });
  return { paths, config, data: paths.data };
}

async function runIn(root: string, ...args: string[]) {
  let [text, errors] = ['', ''];
  const code = await runCli(args, {
    env: {},
    mode: { kind: 'folder', folder: root },
    write: (part) => {
      text += part;
    },
    writeError: (part) => {
      errors += part;
    },
    colour: false,
  });
  return { code, text, errors };
}

describe('solthrive-cli and archives', () => {
  let root: string;
  let other: string;
  let file: string;
  let home: ReturnType<typeof siteIn>;

  beforeEach(async () => {
    [root, other] = [temporaryFolder(), temporaryFolder()];
    file = join(temporaryFolder(), 'a.tar.gz');
    home = siteIn(root);
    const { data, config } = home;
    writeDays(data, { days: [YESTERDAY], config, shown: { mains: 0.03, pv: 0.05 } });
    await reconcile({ records: data, data, config, clock: systemClock });
    // As the night after does; what is taken over is packed at once.
    await minuteFile(recordDisk, data, YESTERDAY).close();
  });

  const recordsIn = (data: string) =>
    Object.fromEntries(
      Object.entries(bytesOf(data)).filter(([name]) => /^(minute|quarter|day|month)/.test(name)),
    );

  it('export writes one file, and no second one over it', async () => {
    const made = await runIn(root, 'export', '--out', file);
    assert.equal(made.code, 0, made.errors);
    assert.match(made.text, /a\.tar\.gz: 1440 minutes, 96 quarter hours, 1 day,/);
    const bytes = readFileSync(file);
    const again = await runIn(
      root,
      'export',
      '--out',
      file,
      '--from',
      '2020-01-01',
      '--to',
      '2020-01-02',
    );
    assert.equal(again.code, 1);
    assert.match(again.errors, /is there already/);
    assert.deepEqual(readFileSync(file), bytes);
    const forced = await runIn(root, 'export', '--out', file, '--force', '--json');
    assert.equal(JSON.parse(forced.text).records.minute, 1440);
  });

  it('export writes nothing where nothing is recorded', async () => {
    const empty = await runIn(root, 'export', '--out', file, '--to', '2020-01-02');
    assert.equal(empty.code, 1);
    assert.match(empty.errors, /Nothing is recorded in this time/);
    assert.deepEqual(readdirSync(dirname(file)), []);
  });

  it('export says what it cannot do', async () => {
    const turned = ['--from', '2026-11-22', '--to', '2026-11-20'];
    const backwards = await runIn(root, 'export', '--out', file, ...turned);
    assert.deepEqual([backwards.code, existsSync(file)], [2, false]);
    assert.match(backwards.errors, /--from 2026-11-22 is after --to 2026-11-20/);
    const date = await runIn(root, 'export', '--from', 'may');
    assert.deepEqual([date.code, /--from takes a date/.test(date.errors)], [2, true]);
    const nowhere = await runIn(root, 'export', '--out', join(file, 'x'));
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.errors, /cannot be written/);
    assert.match((await runIn(temporaryFolder(), 'export', '--out', file)).errors, /no records in/);
  });

  it('import shows first, then brings everything back, then nothing', async () => {
    await runIn(root, 'export', '--out', file);
    const { data } = siteIn(other);
    const seen = await runIn(other, 'import', file);
    assert.equal(seen.code, 0, seen.errors);
    assert.match(seen.text, /minutes +1440 +0 +0 +0 +0\n/);
    assert.match(seen.text, /Nothing has been changed/);
    assert.deepEqual(recordsIn(data), {});
    const done = await runIn(other, 'import', file, '--apply');
    assert.match(done.text, /Done\.\n/);
    assert.deepEqual(recordsIn(data), recordsIn(home.data));
    assert.match(
      (await runIn(other, 'import', file, '--apply')).text,
      /minutes +0 +1440 +0 +0 +0\n/,
    );
    assert.deepEqual(readdirSync(join(data, 'spool')), []);
  });

  it('import tells once per file why lines are refused', async () => {
    const today = isoTime(systemClock.now()).slice(0, 10);
    writeDays(home.data, { days: [today], config: home.config, shown: { mains: 0.03, pv: 0.05 } });
    await runIn(root, 'export', '--out', file);
    const { text } = await runIn(root, 'import', file);
    assert.match(text, /\.jsonl: 1440 lines from line 1 on: its time has not ended/);
    assert.equal(text.match(/has not ended/g)?.length, 1);
    assert.doesNotMatch(text, /and \d+ more/);
  });

  it('import says what is wrong with a file', async () => {
    assert.equal((await runIn(root, 'import')).code, 2);
    const missing = await runIn(root, 'import', join(root, 'none.tar.gz'));
    assert.equal(missing.code, 1);
    assert.match(missing.errors, /none\.tar\.gz cannot be read/);
    writeFileSync(file, 'nonsense');
    const damaged = await runIn(root, 'import', file);
    assert.equal(damaged.code, 1);
    assert.match(damaged.errors, /no whole archive.*Nothing was taken/);
    assert.deepEqual(readdirSync(join(home.data, 'spool')), []);
  });

  it('import --v1 says what is in the files, and takes them over', async () => {
    const { data } = siteIn(other);
    const folder = join(temporaryFolder(), 'v1');
    mkdirSync(folder);
    const lines = Array.from({ length: 120 }, (_, second) =>
      JSON.stringify({
        timestamp: `2026-01-05T10:${String(10 + Math.floor(second / 60))}:${String(second % 60).padStart(2, '0')}Z`,
        solar_w: 1000,
        grid_w: second === 7 ? 1e9 : -400,
        mood: 'good',
      }),
    );
    writeFileSync(join(folder, 'day.jsonl'), [...lines, 'nonsense'].join('\n'));
    const seen = await runIn(other, 'import', '--v1', folder);
    assert.equal(seen.code, 0, seen.errors);
    assert.match(seen.text, /1 file with 120 samples: 2 minutes of 1 day/);
    assert.match(seen.text, /does not name: mood \(120\)/);
    assert.match(seen.text, /1 line is no sample: .*:\n {2}\S+day\.jsonl:121\n/);
    assert.match(seen.text, /day\.jsonl:8: grid 1000000000 W > /);
    assert.match(seen.text, /minutes +2 +0 /);
    assert.deepEqual(recordsIn(data), {});
    assert.equal((await runIn(other, 'import', '--v1', folder, '--apply')).code, 0);
    assert.ok('quarter/2026-01.jsonl' in recordsIn(data));
    assert.match((await runIn(other, 'import', '--v1', folder)).text, /minutes +0 +2 /);
  });

  it('import --v1 names a mistake in a map', async () => {
    const map = join(temporaryFolder(), 'map.yaml');
    writeFileSync(map, 'timestamp: { fields: [ts] }\npower: { sun: { fields: [a] } }\n');
    const { code, errors } = await runIn(other, 'import', '--v1', root, '--map', map);
    assert.equal(code, 1);
    assert.match(errors, /map\.yaml cannot be read: .*sun/s);
    assert.equal((await runIn(other, 'import', '--v1')).code, 2);
  });

  describe('while the service runs', () => {
    const serve = (routes: ControlRoutes) => {
      mkdirSync(join(other, 'run'), { recursive: true });
      return openControl(join(other, 'run'), routes);
    };

    it('the service gets the bytes and takes them over', async () => {
      await runIn(root, 'export', '--out', file);
      const { data, config } = siteIn(other);
      const control = await serve({
        'PUT /spool': async (bytes) => ({
          spooled: await spool(data, bytes as AsyncIterable<Buffer>),
        }),
        'POST /records/import': async function* (params) {
          const context = { records: data, data, config, clock: systemClock, progress() {} };
          yield { result: await JOBS.import?.(context, params) };
        },
      });
      const done = await runIn(other, 'import', file, '--apply');
      await control.close();
      assert.equal(done.code, 0, done.errors);
      assert.deepEqual(recordsIn(data), recordsIn(home.data));
    });

    it('hears why the service could not keep them', async () => {
      writeFileSync(file, Buffer.alloc(3_000_000));
      const control = await serve({
        'PUT /spool': async (bytes) => {
          for await (const _ of bytes as AsyncIterable<Buffer>) break;
          throw new SolthriveError('storage_failed', { file: 'spool', what: 'ENOSPC' });
        },
      });
      const { code, errors } = await runIn(other, 'import', file);
      await control.close();
      assert.equal(code, 1);
      assert.match(errors, /spool cannot be written: ENOSPC/);
      assert.equal(existsSync(join(other, 'data', 'spool')), false);
    });
  });
});
