import assert from 'node:assert/strict';
import { createWriteStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync, gzipSync } from 'node:zlib';
import { Header, type HeaderData } from 'tar';
import { type ExportTask, exportRecords } from '../../../../nodes/rollup/archive/export.ts';
import { type Imported, importArchive } from '../../../../nodes/rollup/archive/import-job.ts';
import { type Manifest, sha256 } from '../../../../nodes/rollup/archive/manifest.ts';
import { spoolFolder } from '../../../../nodes/rollup/archive/spool.ts';
import { type Entry, readTarball, writeTarball } from '../../../../nodes/rollup/archive/tarball.ts';
import { bytesOf, contextAt } from '../kept-home.ts';
import { minutesFrom } from '../minutes-of.ts';
import { emptyRecords, writeMinutes, zoneSite } from '../records-home.ts';

const NOW = '2026-05-05T12:00:00Z';
const NAME = 'a.tar.gz';

describe('an archive that nobody of ours has made', () => {
  let root: string;
  let file: string;
  beforeEach(async () => {
    root = emptyRecords();
    await mkdir(spoolFolder(root));
    file = join(spoolFolder(root), NAME);
  });

  const take = (records = root) =>
    importArchive(
      { ...contextAt(root, zoneSite('UTC'), NOW), records },
      { spooled: NAME, apply: true },
    ) as Promise<Imported>;

  /** Refused as damaged, and nothing is written anywhere. */
  const refused = async (message: RegExp) => {
    await assert.rejects(take(), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'archive_damaged', String(error));
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual(bytesOf(root), {});
  };

  async function write(entries: Iterable<Entry>): Promise<void> {
    await writeTarball(file, Readable.from(entries), 0);
  }

  /** With a manifest that lists them all. */
  async function listed(files: Record<string, string>): Promise<void> {
    const entries = Object.entries(files).map(([path, text]) => ({
      path,
      bytes: Buffer.from(text),
    }));
    const manifest: Manifest = {
      format: 'solthrive-records',
      version: 1,
      product: 'x',
      created: '2026-05-05T00:00:00.000Z',
      timezone: 'UTC',
      simulated: false,
      from: null,
      to: null,
      files: entries.map(({ path, bytes }) => ({
        path,
        bytes: bytes.length,
        sha256: sha256(bytes),
      })),
    };
    await write([
      ...entries,
      { path: 'manifest.json', bytes: Buffer.from(JSON.stringify(manifest)) },
    ]);
  }

  async function blocks(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    await pipeline(chunks, createGzip({ level: 1 }), createWriteStream(file));
  }
  function header(data: HeaderData): Buffer {
    const block = Buffer.alloc(512);
    new Header({ mode: 0o644, mtime: new Date(0), size: 0, ...data }).encode(block);
    return block;
  }

  it('writes to no path that it names', async () => {
    const minute = `${JSON.stringify(minutesFrom(Date.parse('2026-05-01T00:00Z'), 1)[0])}\n`;
    await listed({
      '../outside.json': '{}',
      '/tmp/solthrive-outside.json': '{}',
      'records/minute/../../outside.jsonl': minute,
      'records/minute/...jsonl': minute,
      'records/minute/2026-05-01\u0001.jsonl': minute,
      'records/day/../month.jsonl': '{}\n',
      'configs/../../x.json': '{}',
    });
    const { levels } = await take();
    assert.ok(Object.values(levels).every(({ added }) => added === 0));
    assert.deepEqual(bytesOf(root), {});
    assert.ok(!existsSync('/tmp/solthrive-outside.json'));
    assert.deepEqual(
      readdirSync(join(root, '..')).filter((name) => name.includes('outside')),
      [],
    );
  });

  for (const [type, name, linkpath] of [
    ['SymbolicLink', 'a link', '/etc/passwd'],
    ['Link', 'a hard link', '/etc/passwd'],
    ['CharacterDevice', 'a device', ''],
    ['Directory', 'a folder', ''],
  ] as const) {
    it(`is refused with ${name} in it`, async () => {
      const path = 'records/minute/2026-05-01.jsonl';
      await blocks([header({ path, type, linkpath }), Buffer.alloc(1024)]);
      await refused(new RegExp(type));
    });
  }

  it('is refused where it ends early, packed or not', async () => {
    const source = emptyRecords();
    writeMinutes(source, minutesFrom(Date.parse('2026-05-01T00:00Z'), 60));
    const task = { records: source, data: source, timezone: 'UTC', simulated: false };
    await exportRecords({ ...task, file, product: 'x', nowMs: 0 } as ExportTask);
    const whole = readFileSync(file);
    const plain = gunzipSync(whole);
    for (const bytes of [
      whole.subarray(0, whole.length >> 1),
      whole.subarray(0, -1),
      gzipSync(plain.subarray(0, plain.length >> 1)),
      gzipSync(plain.subarray(0, 512 * 3)),
      Buffer.alloc(0),
    ]) {
      writeFileSync(file, bytes);
      await refused(/./);
    }
  });

  it('is refused with files without end, long before the last', async () => {
    let made = 0;
    await blocks(
      (function* () {
        for (; made < 100; made += 1) {
          const thousand = Array.from({ length: 1_000 }, (_, index) =>
            header({ path: `${made}/${index}`, type: 'File' }),
          );
          yield Buffer.concat(thousand);
        }
      })(),
    );
    let taken = 0;
    await assert.rejects(
      readTarball(file, () => {
        taken += 1;
      }),
      /more than 20000 files/,
    );
    assert.ok(taken <= 20_000);
    await refused(/more than 20000 files/);
  });

  it('is refused with more in it than any records can be', async () => {
    const zeros = Buffer.alloc(1 << 20);
    const limits = { mostBytes: 8 << 20 };
    await write(Array.from({ length: 9 }, (_, index) => ({ path: `${index}`, bytes: zeros })));
    await assert.rejects(
      readTarball(file, () => undefined, limits),
      /more than 8388608 bytes/,
    );
    // What the tar format calls its own is no file, and counts.
    await blocks(
      (function* () {
        for (let index = 0; index < 20_000; index += 1) {
          yield header({ path: 'x', type: 'ExtendedHeader', size: 512 });
          yield Buffer.alloc(512);
        }
      })(),
    );
    await assert.rejects(readTarball(file, () => undefined, limits));
  });

  it('is refused with a file that is larger than its like can be', async () => {
    await listed({ 'corrections.json': `"${'x'.repeat(17 << 20)}"` });
    await refused(/corrections\.json is too large/);
    await listed({ 'records/minute/2026-05-01.jsonl': '{}\n'.repeat(100_001) });
    await refused(/more than 100000 lines/);
  });

  describe('of a home that is made up', () => {
    const path = 'records/minute/2026-05-01.jsonl';
    const lines = (change: object) =>
      minutesFrom(Date.parse('2026-05-01T00:00Z'), 15, () => change)
        .map((minute) => `${JSON.stringify(minute)}\n`)
        .join('');

    it('brings no minute into a real one, whatever its manifest says', async () => {
      await listed({ [path]: lines({ simulated: true }) });
      const { levels, refused: told } = await take();
      assert.deepEqual([levels.minute.added, levels.minute.refused], [0, 15]);
      assert.deepEqual(told[0], {
        file: 'minute/2026-05-01.jsonl',
        line: 1,
        lines: 15,
        reason: 'foreign',
      });
    });

    it('takes none of a real one', async () => {
      await listed({ [path]: lines({}) });
      await assert.rejects(take(join(root, 'simulated')), { code: 'archive_foreign' });
      assert.ok(!existsSync(join(root, 'simulated')));
    });
  });
});
