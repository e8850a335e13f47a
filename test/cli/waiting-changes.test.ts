import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { runCli } from '../../cli/run.ts';
import { loadSite } from '../../nodes/site/load.ts';
import { sitePaths } from '../../nodes/site/paths.ts';
import { openControl } from '../../runtime/control.ts';

describe('settings that were changed while the service runs', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'solthrive-waiting-'));
    for (const name of ['etc', 'run']) mkdirSync(join(root, name));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (name: string, text: string) => writeFileSync(join(root, 'etc', name), text);
  async function run(...args: string[]) {
    let [text, errors] = ['', ''];
    await runCli(args, {
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
    return { text, errors };
  }
  const settings = async () =>
    (await run('check')).text.split('\n').find((line) => line.includes('settings')) ?? '';

  it('are named by check and config show until it has started again', async () => {
    const paths = sitePaths({}, { kind: 'folder', folder: root });
    write('api.yaml', 'http: { host: 127.0.0.1 }');
    // What no file says does not count.
    loadSite({ paths, env: { SOLTHRIVE_PORT: '8099' } });
    const service = await openControl(paths.run, { 'GET /status': () => ({}) });
    assert.match(await settings(), /✓/);
    write('api.yaml', '# the same in other words\nhttp:\n  host: "127.0.0.1"\n');
    assert.match(await settings(), /✓/);

    write('base.yaml', 'site: { name: Hut, timezone: Europe/Madrid }');
    assert.match(await settings(), /^! .* 2 settings were changed .*: site\.name, site\.timezone$/);
    const { text, errors } = await run('config', 'show');
    assert.equal((parse(text) as { site: { name: string } }).site.name, 'Hut');
    assert.match(errors, /still runs with the values from before: site\.name, site\.timezone/);

    loadSite({ paths, env: {} });
    assert.match(await settings(), /✓/);
    write('base.yaml', 'site: { name: Cabin }');
    await service.close();
    assert.match(await settings(), /✓/);
    assert.equal((await run('config', 'show')).errors, '');
  });
});
