/** The package as npm hands it out, in a plain Node-RED of someone's own. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import { CHECKOUT, freePort, temporaryFolder } from '../support/appliance.ts';
import { openPage } from '../support/browser.ts';
import { oneMeterOn } from '../support/one-meter.ts';
import { requireTool } from '../support/requires.ts';

const NAME = '@solthrive/monitoring';

describe('the package', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  let packed: string[];

  before(() => {
    packed = pack(folder);
    install(folder);
  });

  it('holds what runs, and nothing else', () => {
    const rooms = new Set(packed.map((file) => file.split('/')[0]));
    assert.deepEqual([...rooms].sort(), [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'config',
      'dist',
      'examples',
      'flows',
      'package.json',
      'settings.js',
    ]);
    const sources = packed.filter(
      (file) => /(?<!\.d)\.ts$|\.map$|tsbuildinfo$|\.test\./.test(file) || file.includes('/.'),
    );
    assert.deepEqual(sources, []);
  });

  it('holds every page, icon, word, default and flow that a checkout has', () => {
    const wanted = [
      ...list('{nodes,runtime,cli,ui}/**/*.{html,json,svg,css}')
        .filter((file) => !file.endsWith('tsconfig.json'))
        .map((file) => `dist/${file}`),
      ...list('{config,flows,examples}/**/*.*'),
      'dist/ui/assets/solthrive.js',
      'dist/runtime/main.js',
      'dist/cli/main.js',
    ];
    assert.deepEqual(
      wanted.filter((file) => !packed.includes(file)),
      [],
    );
  });

  it('tells a TypeScript project what the messages look like', () => {
    writeFileSync(join(folder, 'consumer.mts'), CONSUMER);
    const modules = join(CHECKOUT, 'node_modules');
    const options = ['--module', 'nodenext', '--target', 'es2024', '--strict', '--noEmit'];
    const node = ['--types', 'node', '--typeRoots', join(modules, '@types')];
    const tsc = join(modules, 'typescript', 'bin', 'tsc');
    execFileSync(process.execPath, [tsc, ...options, ...node, 'consumer.mts'], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  });

  describe('in a plain Node-RED', () => {
    let nodeRed: PlainNodeRed;

    before(async () => {
      nodeRed = await startNodeRed(folder);
    });

    after(() => nodeRed?.stop());

    it('loads every node', async () => {
      const sets = (await nodeRed.read('/nodes')) as NodeSet[];
      const ours = sets.filter((set) => set.module === NAME);
      assert.deepEqual(
        ours.filter((set) => set.err || !set.enabled),
        [],
      );
      const manifest = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'));
      assert.deepEqual(
        ours.flatMap((set) => set.types).sort(),
        Object.keys(manifest['node-red'].nodes)
          .map((name) => `solthrive-${name}`)
          .sort(),
      );
      assert.doesNotMatch(nodeRed.output(), /missing types|\[error\]/i);
    });

    it('reads the meter of meter.yaml, here the simulator on the same tab', async () => {
      const latest = await nodeRed.latest((snapshot) => snapshot.quality === 'good');
      assert.deepEqual(Object.keys(latest.channels).sort(), ['main/mains', 'main/pv']);
      assert.ok(Number(latest.home_w) > 0);
    });

    it('offers the whole chain on one tab under Import, Examples', async () => {
      const examples = await nodeRed.read(`/library/examples/flows/${NAME}`);
      assert.deepEqual(examples, ['wallbox', { fn: 'one-tab' }]);
    });

    it('shows the home on the dashboard', async function () {
      requireTool.call(this, 'chromium');
      const { page, close, problems } = await openPage(`${nodeRed.url}/dashboard`);
      try {
        await page.locator('solthrive-gauges').getByText('kW').first().waitFor();
        assert.deepEqual(problems, []);
      } finally {
        await close();
      }
    });
  });
});

const CONSUMER = `
import type { Fault, HealthReport, MinuteRecord, Reading, Snapshot } from '${NAME}/messages';
import type { DayHistory, Measured, MinuteChannel } from '${NAME}/messages';
import type { MeterStatus, StorageState } from '${NAME}/messages';

export function homeOf(snapshot: Snapshot): number | null {
  return snapshot.home_w;
}
export function described(fault: Fault, minute: MinuteRecord, health: HealthReport): string {
  return fault.message + minute.ts + health.version;
}
export type Rest = [DayHistory['t0'], Measured['by'], MinuteChannel['mean_w']];
export type States = [MeterStatus['state'], StorageState['ok']];
export const own: Reading = {
  meter: 'wallbox',
  ts: '2026-01-01T00:00:00.000Z',
  mono_ms: 0,
  ok: true,
  channels: { car: { role: 'ev', power_w: 7000 } },
};
// @ts-expect-error the types are there: a power is no text
export const wrong: Snapshot['home_w'] = 'much';
`;

interface NodeSet {
  module: string;
  types: string[];
  enabled: boolean;
  err?: string;
}

interface PlainNodeRed {
  url: string;
  output(): string;
  read(path: string): Promise<unknown>;
  /** The first snapshot that `found` likes. */
  latest(found: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
  stop(): Promise<void>;
}

/** Starts the Node-RED that was installed beside the package, with the example as its flows. */
async function startNodeRed(userDir: string): Promise<PlainNodeRed> {
  const port = await freePort();
  const meterPort = await freePort();
  mkdirSync(join(userDir, 'solthrive', 'etc'), { recursive: true });
  const bus = `{ id: line, type: tcp, host: 127.0.0.1, port: ${meterPort} }`;
  writeFileSync(join(userDir, 'solthrive', 'etc', 'meter.yaml'), oneMeterOn(bus));
  writeFileSync(
    join(userDir, 'settings.js'),
    `module.exports = { uiHost: '127.0.0.1', uiPort: ${port}, flowFile: 'flows.json', ui: { path: 'dashboard' }, telemetry: { enabled: false } };`,
  );
  const flows = JSON.parse(readFileSync(join(CHECKOUT, 'examples', 'one-tab.json'), 'utf8'));
  const simulator = flows.find(({ type }: { type: string }) => type === 'solthrive-simulator');
  Object.assign(simulator, { mode: 'always', port: String(meterPort) });
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows));

  const main = join(userDir, 'node_modules', 'node-red', 'red.js');
  const child = spawn(process.execPath, [main, '--userDir', userDir], {
    cwd: userDir,
    env: withoutOurs(process.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }

  const url = `http://127.0.0.1:${port}`;
  async function read(path: string): Promise<unknown> {
    const answer = await fetch(url + path, { headers: { Accept: 'application/json' } });
    return answer.ok ? answer.json() : undefined;
  }
  async function latest(found: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
    const deadline = performance.now() + 60_000;
    while (performance.now() < deadline) {
      const snapshot = (await read('/api/latest').catch(() => undefined)) as Snapshot | undefined;
      if (snapshot && found(snapshot)) return snapshot;
      if (child.exitCode !== null) break;
      await wait(200);
    }
    throw new Error(`no such snapshot:\n${output}`);
  }
  const started = { url, read, latest, output: () => output, stop: () => stop(child) };
  await latest(() => true).catch(async (error) => {
    await started.stop();
    throw error;
  });
  return started;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGINT');
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await once(child, 'exit');
  clearTimeout(late);
}

/** The folders of an appliance that happen to be set here are not this Node-RED's. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SOLTHRIVE_')));
}

/** Makes the tarball in `folder`; the files in it. */
function pack(folder: string): string[] {
  const told = npm(['pack', '--json', '--pack-destination', folder], CHECKOUT);
  const [tarball] = JSON.parse(told) as { files: { path: string }[] }[];
  assert.ok(tarball);
  return tarball.files.map(({ path }) => path);
}

/** As a person does it; without a network the packages of this checkout stand in for the registry's. */
function install(folder: string): void {
  const tarball = globSync('*.tgz', { cwd: folder })[0];
  assert.ok(tarball);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  try {
    npm(['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], folder, 60_000);
  } catch {
    unpack(folder, tarball);
  }
  assert.ok(existsSync(join(folder, 'node_modules', NAME, 'dist', 'nodes', 'site', 'site.js')));
}

/** Links no more than the declared dependencies, so that an undeclared one is still missed. */
function unpack(folder: string, tarball: string): void {
  const own = join(folder, 'node_modules', NAME);
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', folder]);
  cpSync(join(folder, 'package'), own, { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(CHECKOUT, 'node_modules', name), link);
  }
}

function npm(args: string[], cwd: string, timeout = 60_000): string {
  return execFileSync('npm', args, { cwd, timeout, encoding: 'utf8', stdio: 'pipe' });
}

function list(pattern: string): string[] {
  return globSync(pattern, { cwd: CHECKOUT });
}
