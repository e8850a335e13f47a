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

  it('every language has every text, with the same places to fill', () => {
    const catalogues = list(
      '{nodes,runtime,cli,ui,build}/**/locales/en-US/*.json',
      'ui/strings/en.json',
    );
    const offences = catalogues.flatMap((english) => {
      const said = textsOf(english);
      return translationsOf(english).flatMap((translation) => {
        if (!existsSync(join(root, translation))) return [`${translation} is missing`];
        const spoken = textsOf(translation);
        const keys = new Set([...said.keys(), ...spoken.keys()]);
        return [...keys]
          .filter((key) => placesIn(said.get(key)) !== placesIn(spoken.get(key)))
          .map((key) => `${translation}: ${key}`);
      });
    });
    assert.deepEqual(offences, []);
  });

  it("every language has every node's help, about the same names", () => {
    const offences = adapters.flatMap((html) => {
      const english = helpIn(html);
      return LANGUAGES.map((language) => join(dirname(html), 'locales', language, basename(html)))
        .filter(
          (help) => !existsSync(join(root, help)) || namesIn(helpIn(help)) !== namesIn(english),
        )
        .map((help) => `${help} is missing, or tells of other names`);
    });
    assert.deepEqual(offences, []);
  });
});

/** The languages that are shipped beside English. */
const LANGUAGES = ['de', 'es', 'fr'];

function translationsOf(english: string): string[] {
  return LANGUAGES.map((language) =>
    english.includes('/en-US/')
      ? english.replace('/en-US/', `/${language}/`)
      : english.replace('en.json', `${language}.json`),
  );
}

/** The texts of a catalogue by their whole key, `a.b.c`. */
function textsOf(file: string): Map<string, string> {
  const walk = (value: unknown, path: string[]): [string, string][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, below]) => walk(below, [...path, key]))
      : [[path.join('.'), String(value)]];
  return new Map(walk(JSON.parse(read(file)), []));
}

/**
 * What a translation has to leave as it is, in any order: `{name}`, Node-RED's `__name__`, and what
 * stands in backticks. A text that is not there differs from one without any.
 */
function placesIn(text: string | undefined): string | undefined {
  const places = text?.match(/\{\w+\}|__\w+__|`[^`]+`/g);
  return text === undefined ? undefined : [...new Set(places)].sort().join(' ');
}

const helpIn = (file: string) =>
  /<script type="text\/html" data-help-name=[\s\S]*?<\/script>/.exec(read(file))?.[0] ?? '';

/** The node, properties and topics that a help tells of: its type, its terms and its code. */
function namesIn(help: string): string {
  const names = help.match(/data-help-name="[^"]+"|<(dt|code)\b[^>]*>[\s\S]*?<\/\1>/g);
  return [...(names ?? [])].sort().join('\n');
}
