/** The house rules that a machine can hold: who may import whom, sizes, words, what the palette needs. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const list = (...patterns: string[]) => globSync(patterns, { cwd: root }).sort();

const sources = list('nodes/**/*.ts', 'runtime/**/*.ts', 'cli/**/*.ts', 'ui/**/*.ts');
const adapters = list('nodes/*/*.html', 'ui/widgets/*.html');

/** For each room, the rooms whose values (not only types) it may import. */
const MAY_IMPORT: Record<string, string[]> = {
  site: [],
  bus: ['site'],
  meter: ['site', 'bus'],
  balance: ['site', 'bus', 'meter'],
  journal: ['site', 'bus', 'meter', 'balance'],
  rollup: ['site', 'bus', 'meter', 'balance', 'journal'],
  history: ['site', 'bus', 'meter', 'balance', 'journal', 'rollup'],
  simulator: ['site', 'bus', 'meter', 'balance', 'journal'],
  api: ['site', 'bus', 'meter', 'balance', 'journal', 'rollup', 'history'],
  health: ['site'],
  stream: ['site'],
  publish: ['site'],
};

function imports(file: string): { target: string; typeOnly: boolean }[] {
  const found = read(file).matchAll(/^(?:import|export)\s(type\s)?[^;]*?from\s+'(\.[^']+)'/gm);
  return [...found].map((match) => ({
    target: join(dirname(file), match[2] ?? ''),
    typeOnly: match[1] !== undefined,
  }));
}

describe('the house', () => {
  it('imports run one way between the rooms', () => {
    const offences = sources
      .filter((file) => /^nodes\/[^/]+\//.test(file))
      .flatMap((file) => {
        const room = file.split('/')[1] ?? '';
        return imports(file)
          .filter(({ target, typeOnly }) => {
            const [top, other] = target.split('/');
            if (top !== 'nodes') return true;
            return other !== room && !typeOnly && !MAY_IMPORT[room]?.includes(other ?? '');
          })
          .map(({ target }) => `${file} imports ${target}`);
      });
    assert.deepEqual(offences, []);
  });

  it('nobody but an adapter sees Node-RED', () => {
    const offences = sources.filter((file) => {
      const isAdapter = existsSync(join(root, file.replace(/\.ts$/, '.html')));
      return file.startsWith('nodes/') && !isAdapter && /\bRED\./.test(read(file));
    });
    assert.deepEqual(offences, []);
  });

  it('files stay small enough to read in one sitting', () => {
    const long = sources.filter((file) => read(file).split('\n').length > 320);
    assert.deepEqual(long, []);
  });

  it('pure code asks the clock it was handed', () => {
    const offences = sources.filter((file) => {
      const isAdapter = existsSync(join(root, file.replace(/\.ts$/, '.html')));
      if (!file.startsWith('nodes/') || isAdapter || file.endsWith('site/clock.ts')) return false;
      return /Date\.now\(\)|performance\.now\(\)|new Date\(\)|Math\.random\(\)/.test(read(file));
    });
    assert.deepEqual(offences, []);
  });

  it('every node has a literal type, help, an icon, a locale file and a place in an example', () => {
    const examples = list('examples/**/*.json').map(read).join('\n');
    for (const html of adapters) {
      const text = read(html);
      const type = /registerType\('(solthrive-[a-z-]+)'/.exec(text)?.[1];
      assert.ok(type, `${html}: a literal type name`);
      assert.match(text, new RegExp(`data-help-name="${type}"`), `${html}: help`);
      const locale = join(dirname(html), 'locales/en-US', `${basename(html, '.html')}.json`);
      assert.ok(existsSync(join(root, locale)), `${html}: ${locale}`);
      const icon = /icon:\s*'([^']+)'/.exec(text)?.[1];
      assert.ok(icon, `${html}: icon`);
      assert.ok(existsSync(join(root, dirname(html), 'icons', icon)), `${html}: icons/${icon}`);
      if (!/category:\s*'config'/.test(text)) {
        assert.ok(examples.includes(`"${type}"`), `${type} appears in no example`);
      }
    }
  });

  it('package.json names every node and what the public scorecard asks for', () => {
    const manifest = JSON.parse(read('package.json'));
    const declared = Object.values<string>(manifest['node-red'].nodes).sort();
    const built = adapters.map((html) => `dist/${html.replace(/\.html$/, '.js')}`).sort();
    assert.deepEqual(declared, built);
    assert.match(manifest.name, /^@[^/]+\//);
    assert.ok(manifest.keywords.includes('node-red'));
    assert.ok(manifest.license);
    assert.ok(manifest.repository ?? manifest.bugs);
    assert.equal(manifest.engines.node, '>=22.9');
    assert.match(manifest['node-red'].version, /^>=5/);
  });

  it('every dependency has its line in docs/dependencies.md', () => {
    const manifest = JSON.parse(read('package.json'));
    const doc = read('docs/dependencies.md');
    const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    const missing = names.filter((name) => !doc.includes(`\`${name}\``));
    assert.deepEqual(missing, []);
  });

  it('languages have the same keys', () => {
    const catalogues = list('{nodes,runtime,cli,ui}/**/locales/en-US/*.json', 'ui/strings/en.json');
    for (const english of catalogues) {
      const others = english.includes('/en-US/')
        ? list(english.replace('/en-US/', '/*/'))
        : list(english.replace('en.json', '*.json'));
      for (const other of others) {
        assert.deepEqual(keysOf(JSON.parse(read(other))), keysOf(JSON.parse(read(english))), other);
      }
    }
  });
});

function keysOf(catalogue: object, path = ''): string[] {
  return Object.entries(catalogue)
    .flatMap(([key, value]) =>
      typeof value === 'object' && value !== null ? keysOf(value, `${path}${key}.`) : [path + key],
    )
    .sort();
}
