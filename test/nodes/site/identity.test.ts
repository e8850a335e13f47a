import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureToken, isTooOpen } from '../../../nodes/site/identity.ts';

describe('identity', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'solthrive-identity-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const modeOf = (file: string) => statSync(file).mode & 0o777;

  it('makes a token of 32 random bytes that only its owner can read, and keeps it', () => {
    const token = ensureToken({ etc: root });
    assert.equal(Buffer.from(token, 'base64url').length, 32);
    assert.equal(modeOf(join(root, 'token')), 0o600);
    assert.equal(ensureToken({ etc: root }), token);
    assert.notEqual(ensureToken({ etc: join(root, 'other') }), token);
  });

  it('tightens a token that others may read, and leaves one for the group alone', () => {
    const file = join(root, 'token');
    writeFileSync(file, 'chosen by hand\n');
    for (const [before, after] of [
      [0o644, 0o600],
      [0o660, 0o600],
      [0o640, 0o640],
      [0o600, 0o600],
    ] as const) {
      chmodSync(file, before);
      assert.equal(isTooOpen(file), before !== after);
      assert.equal(ensureToken({ etc: root }), 'chosen by hand');
      assert.equal(modeOf(file), after);
    }
  });

  it('makes a token where the file is empty', () => {
    writeFileSync(join(root, 'token'), '\n');
    assert.equal(ensureToken({ etc: root }).length, 43);
  });
});
