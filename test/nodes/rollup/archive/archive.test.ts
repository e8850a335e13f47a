import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type ExportTask, exportRecords } from '../../../../nodes/rollup/archive/export.ts';
import { type Imported, importArchive } from '../../../../nodes/rollup/archive/import-job.ts';
import type { Manifest } from '../../../../nodes/rollup/archive/manifest.ts';
import { sha256 } from '../../../../nodes/rollup/archive/manifest.ts';
import { spoolFolder } from '../../../../nodes/rollup/archive/spool.ts';
import { type Entry, readTarball, writeTarball } from '../../../../nodes/rollup/archive/tarball.ts';
import { addCorrection, readCorrections } from '../../../../nodes/rollup/correct/corrections.ts';
import { minuteDays, minuteFile } from '../../../../nodes/rollup/files/minute-days.ts';
import { recordDisk } from '../../../../nodes/rollup/files/store.ts';
import { reconcile } from '../../../../nodes/rollup/reconcile/reconcile.ts';
import { keepPriceBook, readPriceBook } from '../../../../nodes/rollup/tariff/price-book.ts';
import { siteConfigSchema } from '../../../../nodes/site/schema.ts';
import { bytesOf, contextAt, writeDays } from '../kept-home.ts';
import { emptyRecords, onlyFinest } from '../records-home.ts';
import { tariffOf } from '../tariff/bills.ts';

const ZONE = 'America/Chicago';
const NOW = '2026-05-05T12:00:00Z';
const DAYS = ['2026-04-30', '2026-05-01', '2026-05-02'];
const METERS = [
  {
    id: 'main',
    source: 'external',
    channels: [
      { id: 'mains', role: 'grid' },
      { id: 'pv', role: 'solar' },
    ],
  },
];
const config = siteConfigSchema.parse({
  site: { timezone: ZONE },
  meters: METERS,
  tariffs: [tariffOf()],
});

describe('an archive of records', () => {
  let home: string;
  let file: string;

  beforeEach(async () => {
    home = emptyRecords();
    file = join(emptyRecords(), 'archive.tar.gz');
    writeDays(home, { days: DAYS, config, shown: { mains: 0.01, pv: 0.02 } });
    await reconcile(contextAt(home, config, NOW));
  });

  const exporting = (more: Partial<ExportTask> = {}) =>
    exportRecords({
      file,
      records: home,
      data: home,
      timezone: ZONE,
      simulated: false,
      product: '2.0.0',
      nowMs: Date.parse(NOW),
      ...more,
    });

  async function importing(into: string, apply: boolean, site = config): Promise<Imported> {
    mkdirSync(spoolFolder(into), { recursive: true });
    copyFileSync(file, join(spoolFolder(into), 'a.tar.gz'));
    const context = contextAt(into, site, NOW);
    try {
      return (await importArchive(context, { spooled: 'a.tar.gz', apply })) as Imported;
    } finally {
      assert.equal(existsSync(join(spoolFolder(into), 'a.tar.gz')), false);
    }
  }

  async function contents(): Promise<Map<string, Buffer>> {
    const found = new Map<string, Buffer>();
    await readTarball(file, ({ path, bytes }) => {
      found.set(path, bytes);
    });
    return found;
  }

  /** The archive with some of its files replaced; the manifest goes by them, unless it is one. */
  async function forge(changes: Record<string, string | null>, honest = true): Promise<void> {
    const files = new Map<string, Buffer>(await contents());
    for (const [path, text] of Object.entries(changes)) {
      if (text === null) files.delete(path);
      else files.set(path, Buffer.from(text));
    }
    const bytes = files.get('manifest.json');
    if (honest && bytes && !('manifest.json' in changes)) {
      const manifest = JSON.parse(bytes.toString()) as Manifest;
      manifest.files = [...files]
        .filter(([path]) => path !== 'manifest.json')
        .map(([path, body]) => ({ path, bytes: body.length, sha256: sha256(body) }));
      files.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
    }
    async function* entries(): AsyncGenerator<Entry> {
      for (const [path, body] of files) yield { path, bytes: body };
    }
    await writeTarball(file, entries(), 0);
  }

  describe('when it is made', () => {
    it('holds all levels as plain lines, their schemas, configurations and prices, each with its sum', async () => {
      const exported = await exporting();
      const found = await contents();
      const manifest = JSON.parse(found.get('manifest.json')?.toString() ?? '') as Manifest;
      assert.deepEqual(
        manifest.files.map(({ path }) => path),
        [...found.keys()].filter((path) => path !== 'manifest.json'),
      );
      for (const { path, bytes, sha256: sum } of manifest.files) {
        const body = found.get(path) ?? Buffer.alloc(0);
        assert.deepEqual([body.length, sha256(body)], [bytes, sum], path);
      }
      assert.deepEqual(exported.records, { minute: 4320, quarter: 288, day: 6, month: 1 });
      const day = manifest.files.find(({ path }) => path === 'records/minute/2026-04-30.jsonl');
      assert.deepEqual(
        [day?.records, day?.first, day?.last],
        [1440, '2026-04-30T00:00:00.000Z', '2026-04-30T23:59:00.000Z'],
      );
      assert.ok([...found.keys()].some((path) => /^configs\/[0-9a-f]{12}\.json$/.test(path)));
      assert.ok(found.has('price-book.json') && found.has('schema/minute.json'));
    });

    it('says the same of packed files as of open ones, and leaves everything as it is', async () => {
      await exporting();
      const before = readFileSync(file);
      const minutes = join(home, 'minute', '2026-04-30.jsonl');
      writeFileSync(`${minutes}.gz`, gzipSync(readFileSync(minutes)));
      rmSync(minutes);
      const bytes = bytesOf(home);
      await exporting();
      assert.deepEqual(readFileSync(file), before);
      assert.deepEqual(bytesOf(home), bytes);
    });

    it('takes only the dates that were asked for, both included', async () => {
      const { records } = await exporting({ from: '2026-04-30', to: '2026-05-01' });
      assert.deepEqual(records, { minute: 2880, quarter: 192, day: 2, month: 1 });
    });

    it('leaves lines out that nobody could read, and counts them', async () => {
      writeFileSync(join(home, 'minute', '2026-04-30.jsonl'), '{"v":1}\nnonsense\n');
      assert.equal((await exporting()).bad, 2);
    });
  });

  describe('when it is taken over', () => {
    it('is only looked at first', async () => {
      await exporting();
      const empty = emptyRecords();
      const seen = await importing(empty, false);
      assert.deepEqual(
        [
          seen.applied,
          seen.levels.minute.added,
          seen.levels.quarter.derived,
          seen.levels.day.added,
        ],
        [false, 4320, 288, 6],
      );
      assert.deepEqual([seen.conflicts, seen.refused, seen.days], [[], [], null]);
      assert.deepEqual(bytesOf(empty), {});
    });

    /** As the night after does; what is taken over is packed at once. */
    async function packHome(): Promise<void> {
      for (const day of await minuteDays(home)) await minuteFile(recordDisk, home, day).close();
    }

    it('brings everything back, byte for byte, and a second time nothing', async () => {
      await exporting();
      const empty = emptyRecords();
      const done = await importing(empty, true);
      await packHome();
      assert.deepEqual(bytesOf(empty), bytesOf(home));
      assert.equal(
        done.added.find(({ file }) => file === 'minute/2026-05-01.jsonl')?.records,
        1440,
      );
      const again = await importing(empty, true);
      assert.deepEqual([again.added, again.conflicts, again.days], [[], [], 0]);
      assert.equal(again.levels.minute.there, 4320);
      assert.deepEqual(bytesOf(empty), bytesOf(home));
    });

    it('brings back what has outlived its minutes and 15 minutes', async () => {
      rmSync(join(home, 'minute', '2026-04-30.jsonl'));
      rmSync(join(home, 'minute', '2026-05-01.jsonl'));
      await exporting();
      const empty = emptyRecords();
      await importing(empty, true);
      await packHome();
      assert.deepEqual(bytesOf(empty), bytesOf(home));
    });

    it('lets what is here win, says what conflicts, and fills in around it', async () => {
      await exporting();
      const other = emptyRecords();
      writeDays(other, { days: ['2026-05-01'], config, shown: { mains: 0.05, pv: 0.02 } });
      const [own] = Object.values(bytesOf(other, 'minute'));
      const done = await importing(other, true);
      assert.deepEqual([done.levels.minute.added, done.levels.minute.conflicts], [2880, 1440]);
      assert.equal(done.conflicts.length, 100);
      assert.deepEqual(done.conflicts[0], {
        file: 'minute/2026-05-01.jsonl',
        time: '2026-05-01T00:00:00.000Z',
      });
      assert.equal(bytesOf(other, 'minute')['minute/2026-05-01.jsonl'], own);
    });

    it('leaves out 15 minutes that the minutes of that day would contradict', async () => {
      await exporting();
      const other = emptyRecords();
      writeDays(other, { days: ['2026-05-01'], config, shown: { mains: 0.05, pv: 0.02 } });
      await forge({ 'records/minute/2026-05-01.jsonl': null });
      const seen = await importing(other, false);
      assert.equal(seen.levels.quarter.refused, 96);
      assert.equal(seen.refused[0]?.reason, 'minutes_decide');
    });

    it('takes nothing of days that still go on', async () => {
      writeDays(home, { days: ['2026-05-05'], config, shown: { mains: 0.01, pv: 0.02 } });
      await exporting();
      const seen = await importing(emptyRecords(), false);
      assert.deepEqual([seen.levels.minute.added, seen.levels.minute.refused], [4320, 1440]);
      assert.deepEqual(
        seen.refused.filter(({ file }) => file.startsWith('minute')),
        [{ file: 'minute/2026-05-05.jsonl', line: 1, lines: 1440, reason: 'open' }],
      );
    });

    it('keeps the prices that past days had, and follows the configuration from today on', async () => {
      await exporting();
      const dear = siteConfigSchema.parse({
        site: { timezone: ZONE },
        meters: METERS,
        tariffs: [tariffOf({ periods: [{ id: 'all', rate: 9 }] })],
      });
      const other = emptyRecords();
      await keepPriceBook(other, [{ from: '2026-01-01', tariff: dear.tariffs[0] ?? null }]);
      const done = await importing(other, true, dear);
      assert.equal(done.prices, true);
      assert.deepEqual(bytesOf(other, 'day'), bytesOf(home, 'day'));
      assert.deepEqual(
        readPriceBook(other).map(({ from, tariff }) => [from, tariff?.periods?.[0]?.rate]),
        [
          ['2026-01-01', 0.3],
          ['2026-05-05', 9],
        ],
      );
    });

    it('takes corrections of a time before its own records, once', async () => {
      const hash = writeDays(home, { days: [], config, shown: { mains: 0, pv: 0 } });
      addCorrection(home, {
        made_at: NOW,
        from: '2026-04-29T00:00:00.000Z',
        to: '2026-04-30T00:00:00.000Z',
        config: hash,
      });
      await exporting();
      const empty = emptyRecords();
      assert.deepEqual((await importing(empty, true)).corrections.added, ['1']);
      assert.deepEqual((await importing(empty, true)).corrections.there, ['1']);
      assert.equal(readCorrections(empty).length, 1);
      assert.deepEqual((await importing(onlyFinest(home), false)).corrections.there, ['1']);
      const used = emptyRecords();
      writeDays(used, { days: ['2026-04-29'], config, shown: { mains: 0.05, pv: 0.02 } });
      assert.deepEqual((await importing(used, true)).corrections.refused, ['1']);
    });

    it('names lines that are no records by file and line, and takes the others', async () => {
      await exporting();
      const path = 'records/minute/2026-05-01.jsonl';
      const [first = '', second = '', ...rest] = (
        (await contents()).get(path)?.toString() ?? ''
      ).split('\n');
      const wrong = JSON.stringify({ ...JSON.parse(second), covered_s: 'all' });
      const strange = first.replace('2026-05-01T00:00', '2026-07-01T00:00');
      await forge({ [path]: [strange, wrong, ...rest].join('\n') });
      const seen = await importing(emptyRecords(), false);
      assert.deepEqual(seen.refused, [
        { file: 'minute/2026-05-01.jsonl', line: 1, lines: 1, reason: 'wrong_file' },
        { file: 'minute/2026-05-01.jsonl', line: 2, lines: 1, reason: 'shape' },
      ]);
      assert.equal(seen.levels.minute.added, 4318);
    });
  });

  describe('is refused as a whole', () => {
    const path = 'records/minute/2026-05-01.jsonl';
    const cases: Record<string, [Record<string, string | null>, RegExp]> = {
      'with a file changed': [{ [path]: '' }, /2026-05-01\.jsonl was changed/],
      'with a file missing': [{ [path]: null }, /2026-05-01\.jsonl is missing/],
      'with a file too many': [{ 'records/minute/x.jsonl': '' }, /x\.jsonl is not in the manifest/],
      'without its manifest': [{ 'manifest.json': null }, /manifest\.json is missing/],
      'of another format': [{ 'manifest.json': '{"format":"other"}' }, /format/],
    };
    for (const [what, [changes, message]] of Object.entries(cases)) {
      it(what, async () => {
        await exporting();
        await forge(changes, false);
        const empty = emptyRecords();
        await assert.rejects(importing(empty, true), (error: Error & { code?: string }) => {
          assert.equal(error.code, 'archive_damaged');
          assert.match(error.message, message);
          return true;
        });
        assert.deepEqual(bytesOf(empty), {});
      });
    }

    it('with a configuration that is not what its name says', async () => {
      await exporting();
      await forge({ 'configs/0123456789ab.json': '{}' });
      await assert.rejects(importing(emptyRecords(), false), { code: 'archive_damaged' });
    });

    it('where one home is made up and the other is not', async () => {
      await exporting({ simulated: true });
      await assert.rejects(importing(emptyRecords(), false), { code: 'archive_foreign' });
    });

    it('where it does not come from the spool', async () => {
      const context = contextAt(home, config, NOW);
      for (const spooled of ['../a.tar.gz', '/etc/passwd', 'a/b.tar.gz']) {
        await assert.rejects(importArchive(context, { spooled, apply: false }), {
          code: 'body_invalid',
        });
      }
    });
  });
});
