import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLocked, takeLock } from '../../../nodes/site/lock.ts';
import { temporaryFolder } from '../../support/appliance.ts';

describe("the writers' lock", () => {
  it('is there while it is held', () => {
    const folder = temporaryFolder();
    const lock = takeLock(folder);
    assert.ok(isLocked(folder));
    lock.release();
    assert.ok(!isLocked(folder));
    assert.ok(!existsSync(join(folder, 'lock')));
  });

  it('cannot be taken from a living process, but from a dead one', async () => {
    const folder = temporaryFolder();
    const module = new URL('../../../nodes/site/lock.ts', import.meta.url).href;
    const script = `(await import('${module}')).takeLock(process.argv[1]); console.log('held'); process.stdin.resume();`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    try {
      assert.throws(() => takeLock(folder), { code: 'already_running' });
      fillDisk(folder);
      assert.throws(() => takeLock(folder), { code: 'already_running' });
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
    takeLock(folder).release();
  });

  it('is not fooled by another program that got the old number', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'lock'), `${process.ppid} 1\n`);
    const lock = takeLock(folder);
    assert.match(readFileSync(join(folder, 'lock'), 'utf8'), new RegExp(`^${process.pid} `));
    lock.release();
  });

  it('does without where the disk is full: nothing can be written there by two', () => {
    const folder = temporaryFolder();
    fillDisk(folder);
    takeLock(folder).release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('takes a file that says nothing for nobody’s', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'lock'), '');
    takeLock(folder).release();
  });
});

/** A device that has no room stands where the lock would be drafted. */
function fillDisk(folder: string): void {
  symlinkSync('/dev/full', join(folder, `lock.${process.pid}`));
}
