import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import type { Site } from '../../../nodes/site/config.ts';
import { peekSite } from '../../../nodes/site/load.ts';
import { sitePaths } from '../../../nodes/site/paths.ts';
import { standInForMeters } from '../../../nodes/site/simulated.ts';
import siteNode from '../../../nodes/site/site.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

const FLOW = [{ id: 'home', type: 'solthrive-site', name: 'Home' }];

describe('the site node', () => {
  let userDir: string;
  beforeEach(async () => {
    userDir = mkdtempSync(join(tmpdir(), 'solthrive-node-'));
    await new Promise<void>((done) => helper.startServer(done));
  });
  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((done) => helper.stopServer(done));
    rmSync(userDir, { recursive: true });
  });

  async function loaded(settings: object): Promise<Site | undefined> {
    helper.settings({ userDir, ...settings });
    await helper.load(siteNode, FLOW);
    return (helper.getNode('home') as unknown as { site?: Site }).site;
  }

  it('hands on the site that the launcher has loaded, and keeps what its records depend on', async () => {
    const paths = sitePaths({}, { kind: 'folder', folder: join(userDir, 'mine') });
    const site = standInForMeters(peekSite({ paths, env: {} }), 1502);
    assert.equal(await loaded({ solthriveSite: site }), site);
    assert.deepEqual(readdirSync(join(paths.data, 'configs')), [`${site.hash}.json`]);
  });

  it('is no less a site where that cannot be kept, and says why', async () => {
    const paths = sitePaths({}, { kind: 'folder', folder: join(userDir, 'mine') });
    mkdirSync(paths.data, { recursive: true });
    writeFileSync(join(paths.data, 'configs'), 'a file in the way');
    const site = standInForMeters(peekSite({ paths, env: {} }), 1502);
    assert.equal(await loaded({ solthriveSite: site }), site);
    const node = helper.getNode('home') as unknown as Record<
      'error' | 'warn',
      { callCount: number }
    >;
    assert.equal(node.error.callCount, 0, 'it is not unusable');
    assert.equal(node.warn.callCount, 1);
  });

  it('loads its own in a Node-RED that is not ours, and simulates nothing', async () => {
    mkdirSync(join(userDir, 'solthrive/etc'), { recursive: true });
    writeFileSync(join(userDir, 'solthrive/etc/base.yaml'), 'site: { name: Hut }');
    const site = await loaded({});
    assert.equal(site?.config.site.name, 'Hut');
    assert.equal(site?.simulated, null);
    assert.equal(site?.paths.records, join(userDir, 'solthrive/data'));
    assert.ok(readdirSync(join(userDir, 'solthrive/etc')).includes('token'));
  });

  it('stays without a site, and says so, where the folder cannot be made', async () => {
    writeFileSync(join(userDir, 'solthrive'), 'a file in the way');
    assert.equal(await loaded({}), undefined);
  });
});
