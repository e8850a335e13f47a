import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '../support/appliance.ts';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const TOOLS = ['typescript', '@typescript', 'esbuild', '@esbuild', '@types', 'undici-types'];

describe('preparing a checkout', function () {
  this.timeout(60_000);
  let root: string;

  beforeEach(() => {
    root = temporaryFolder();
    for (const name of ['build', 'package.json', 'package-lock.json', 'tsconfig.json']) {
      cpSync(join(CHECKOUT, name), join(root, name), { recursive: true });
    }
    cpSync(join(CHECKOUT, 'tsconfig.build.json'), join(root, 'tsconfig.build.json'));
    for (const name of TOOLS) {
      mkdirSync(join(root, 'node_modules'), { recursive: true });
      symlinkSync(join(CHECKOUT, 'node_modules', name), join(root, 'node_modules', name));
    }
    write('node_modules/.package-lock.json', '{}');
    write('nodes/one/one.ts', "export const one: string = 'one';\n");
    write('nodes/one/one.html', '<p>one</p>');
    write('nodes/one/locales/en-US/one.json', '{}');
  });

  const write = (name: string, text: string) => {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  const has = (name: string) => existsSync(join(root, name));

  /** An npm that only says what it was asked for, and leaves the mark of a finished installation. */
  const NPM = `
    console.log('npm', process.argv.slice(2).join(' '));
    require('node:fs').writeFileSync('node_modules/.package-lock.json', '{}');
  `;

  function prepare() {
    write('npm.cjs', NPM);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['build/prepare.js'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, npm_execpath: join(root, 'npm.cjs') },
    });
    return { status, output: stdout + stderr };
  }

  const edit = (name: string, change: (content: Record<string, unknown>) => void) => {
    const content = JSON.parse(readFileSync(join(root, name), 'utf8'));
    change(content);
    write(name, JSON.stringify(content));
  };

  it('installs when an installation is missing, unfinished or not the one that is wanted', () => {
    assert.doesNotMatch(prepare().output, /npm install/, 'a finished one that is newer');
    rmSync(join(root, 'node_modules/.package-lock.json'));
    assert.match(prepare().output, /npm install --no-audit/);
    assert.equal(prepare().output, '');
    edit('package.json', (content) => {
      content.version = '9.9.9';
    });
    assert.equal(prepare().output, '', 'a new version of our own needs nothing');
    edit('package.json', (content) => {
      content.dependencies = {};
    });
    assert.match(prepare().output, /npm install/);
  });

  it('compiles, copies, bundles, and then leaves well alone', () => {
    write('ui/elements/index.ts', "customElements.define('x-y', class extends HTMLElement {});\n");
    assert.equal(prepare().status, 0);
    for (const name of ['one.js', 'one.d.ts', 'one.html', 'locales/en-US/one.json']) {
      assert.ok(has(`dist/nodes/one/${name}`), name);
    }
    assert.ok(has('dist/ui/assets/solthrive.js'));
    assert.deepEqual(prepare(), { status: 0, output: '' });
  });

  it('forgets a node whose source is gone', () => {
    prepare();
    rmSync(join(root, 'nodes/one'), { recursive: true });
    write('nodes/two/two.ts', 'export const two = 2;\n');
    assert.equal(prepare().status, 0);
    assert.ok(!has('dist/nodes/one/one.js') && !has('dist/nodes/one/one.html'));
    assert.ok(has('dist/nodes/two/two.js'));
  });

  it('says where a type is wrong, each time until it is mended', () => {
    write('nodes/one/one.ts', "export const one: number = 'one';\n");
    for (let times = 0; times < 2; times++) {
      const { status, output } = prepare();
      assert.equal(status, 1);
      assert.match(output, /one\.ts\D+1\D+14/);
      assert.match(output, /mistakes above/);
    }
    write('nodes/one/one.ts', 'export const one: number = 1;\n');
    assert.equal(prepare().status, 0);
  });
});
