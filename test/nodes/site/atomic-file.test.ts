import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../../../nodes/site/atomic-file.ts';

describe('replacing a file as a whole', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'solthrive-file-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes the folder, and keeps no draft', () => {
    const file = join(folder, 'deep', 'file');
    replaceFile(file, 'one', 0o600);
    replaceFile(file, 'two', 0o600);
    assert.equal(readFileSync(file, 'utf8'), 'two');
    assert.deepEqual(readdirSync(join(folder, 'deep')), ['file']);
  });

  it('leaves the old file, and no draft, where the disk is full', () => {
    const file = join(folder, 'file');
    replaceFile(file, 'old', 0o600);
    symlinkSync('/dev/full', `${file}.${process.pid}.tmp`);
    assert.throws(() => replaceFile(file, 'new', 0o600), { code: 'ENOSPC' });
    assert.equal(readFileSync(file, 'utf8'), 'old');
    assert.deepEqual(readdirSync(folder), ['file']);
  });

  it('says what is wrong first, not what is wrong with cleaning up', () => {
    const file = join(folder, 'file');
    mkdirSync(`${file}.${process.pid}.tmp`);
    assert.throws(() => replaceFile(file, 'new', 0o600), { code: 'EISDIR', syscall: 'open' });
  });
});
