import assert from 'node:assert/strict';
import { runCli } from '../../cli/run.ts';
import { loadSite } from '../../nodes/site/load.ts';
import { createFolders, sitePaths } from '../../nodes/site/paths.ts';
import { type Control, openControl } from '../../runtime/control.ts';
import { controlRoutes } from '../../runtime/control-routes.ts';
import { createFlowDesk } from '../../runtime/flow-desk.ts';
import type { UnitInfo } from '../../runtime/flow-layers.ts';
import { temporaryFolder } from '../support/appliance.ts';

describe('solthrive-cli flows', () => {
  let root: string;
  let control: Control | undefined;
  let units: UnitInfo[];

  beforeEach(async () => {
    root = temporaryFolder();
    units = [
      { id: 'metering', kind: 'tab', label: 'Metering', state: 'edited' },
      { id: 'base', kind: 'config', label: 'base', state: 'shipped' },
      { id: 'mine', kind: 'tab', label: 'Mine', state: 'site' },
    ];
    const paths = sitePaths({}, { kind: 'folder', folder: root });
    createFolders(paths);
    const desk = createFlowDesk(
      {
        units: () => units,
        restore(id) {
          const unit = units.find((other) => other.id === id);
          if (unit) unit.state = 'shipped';
          return unit !== undefined;
        },
      },
      async () => {},
    );
    control = await openControl(paths.run, controlRoutes(loadSite({ paths, env: {} }), desk));
  });

  afterEach(() => control?.close());

  async function run(...args: string[]) {
    let text = '';
    let errors = '';
    const code = await runCli(['flows', ...args], {
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

  it('lists what became of the shipped flows', async () => {
    const { code, text } = await run('list');
    assert.equal(code, 0);
    assert.deepEqual(text.trim().split('\n'), [
      'metering  Metering  edited here',
      'mine      Mine      own',
    ]);
    assert.equal(JSON.parse((await run('list', '--all', '--json')).text).length, 3);
  });

  it('restores one', async () => {
    const { code, text } = await run('restore', 'metering');
    assert.equal(code, 0);
    assert.match(text, /metering +Metering +as shipped/);
  });

  it('says what is wrong', async () => {
    const unknown = await run('restore', 'nonsense');
    assert.equal(unknown.code, 1);
    assert.match(unknown.errors, /no shipped flows named nonsense/);
    assert.equal((await run('lsit')).code, 2);
    await control?.close();
    control = undefined;
    const down = await run('list');
    assert.equal(down.code, 1);
    assert.match(down.errors, /is not running here/);
  });
});
