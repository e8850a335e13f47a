import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { type Entry, readTarball, writeTarball } from '../../../../nodes/rollup/archive/tarball.ts';

describe('an archive of files', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'solthrive-tarball-'));
    file = join(folder, 'a.tar.gz');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  // Not to be packed, so that the file is long and its end far from its beginning.
  let seed = 1;
  const noise = Buffer.from(
    Uint8Array.from({ length: 400_000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed & 255;
    }),
  );
  const files: Entry[] = [
    { path: 'empty', bytes: Buffer.alloc(0) },
    { path: 'records/minute/2026-11-23.jsonl', bytes: Buffer.from('{"a":1}\n') },
    { path: 'block', bytes: Buffer.alloc(512, 7) },
    { path: 'large', bytes: noise },
  ];
  async function* given(entries = files) {
    yield* entries;
  }
  async function read(): Promise<Entry[]> {
    const entries: Entry[] = [];
    await readTarball(file, async (entry) => {
      await new Promise(setImmediate);
      entries.push(entry);
    });
    return entries;
  }

  it('comes back as it was, in its order', async () => {
    await writeTarball(file, given(), 0);
    assert.deepEqual(await read(), files);
  });

  it('is the same bytes for the same files and time', async () => {
    await writeTarball(file, given(), 1e12);
    const first = readFileSync(file);
    await writeTarball(file, given(), 1e12);
    assert.deepEqual(readFileSync(file), first);
  });

  it('reads what others packed', async () => {
    writeFileSync(join(folder, 'large'), noise);
    await create({ file, gzip: true, cwd: folder }, ['large']);
    assert.deepEqual(await read(), [files[3]]);
  });

  it('has no name before it is complete', async () => {
    const broken = (async function* () {
      yield* files;
      throw new Error('disk');
    })();
    await assert.rejects(writeTarball(file, broken, 0), /disk/);
    assert.deepEqual([existsSync(file), existsSync(`${file}.tmp`)], [false, false]);
  });

  it('is refused where it is cut off, damaged, or none', async () => {
    await writeTarball(file, given(), 0);
    const whole = readFileSync(file);
    const turned = Buffer.from(whole);
    turned.writeUInt8(turned.readUInt8(whole.length >> 1) ^ 255, whole.length >> 1);
    for (const bytes of [
      whole.subarray(0, -10),
      whole.subarray(0, 3000),
      turned,
      Buffer.from('no'),
    ]) {
      writeFileSync(file, bytes);
      await assert.rejects(read());
    }
  });

  it('is refused with anything but files in it', async () => {
    symlinkSync('/etc/passwd', join(folder, 'link'));
    await create({ file, gzip: true, cwd: folder }, ['link']);
    await assert.rejects(read(), /SymbolicLink/);
  });

  it('hands on what its reader throws', async () => {
    await writeTarball(file, given(), 0);
    const refuse = () => {
      throw new Error('enough');
    };
    await assert.rejects(readTarball(file, refuse), /enough/);
  });
});
