import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packageRoot } from '../../../nodes/site/package.ts';
import { createFolders, deskMode, sitePaths } from '../../../nodes/site/paths.ts';

describe('folders', () => {
  it('of an appliance are fixed; the older boot folder wins over the newer', () => {
    const { shipped, ...paths } = sitePaths({}, { kind: 'appliance' });
    assert.deepEqual(paths, {
      etc: '/etc/solthrive',
      boot: ['/boot/firmware/solthrive/config.yaml', '/boot/solthrive/config.yaml'],
      data: '/var/lib/solthrive',
      run: '/run/solthrive',
      records: '/var/lib/solthrive',
    });
    assert.equal(shipped, join(packageRoot, 'config'));
  });

  it('on a desk are all below .solthrive', () => {
    const { shipped: _, ...paths } = sitePaths({}, deskMode('/desk'));
    assert.deepEqual(paths, {
      etc: '/desk/.solthrive/etc',
      boot: ['/desk/.solthrive/boot/config.yaml'],
      data: '/desk/.solthrive/data',
      run: '/desk/.solthrive/run',
      records: '/desk/.solthrive/data',
    });
  });

  it('follow the variables, each by itself; an empty one says nothing', () => {
    const env = { SOLTHRIVE_DATA: '/mnt/data', SOLTHRIVE_BOOT: 'usb.yaml', SOLTHRIVE_RUN: '' };
    const paths = sitePaths(env, { kind: 'appliance' });
    assert.equal(paths.data, '/mnt/data');
    assert.equal(paths.records, '/mnt/data');
    assert.deepEqual(paths.boot, [resolve('usb.yaml')]);
    assert.equal(paths.run, '/run/solthrive');
    assert.equal(paths.etc, '/etc/solthrive');
  });

  it('are made where they are not there, closed to others', () => {
    const root = mkdtempSync(join(tmpdir(), 'solthrive-paths-'));
    try {
      const paths = sitePaths({}, deskMode(root));
      createFolders(paths);
      createFolders(paths);
      const modeOf = (folder: string) => statSync(folder).mode & 0o777;
      assert.deepEqual([modeOf(paths.etc), modeOf(paths.run)], [0o750, 0o750]);
      assert.equal(modeOf(paths.data), 0o700);
      assert.equal(existsSync(join(root, '.solthrive/boot')), false);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
