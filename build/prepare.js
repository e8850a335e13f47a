/**
 * Makes a checkout ready to run: installs what is missing, builds what changed into `dist/`.
 * Plain JavaScript without dependencies, because it runs before there are any, under whatever
 * Node.js the machine has. When nothing changed it only compares stamps.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROOMS = ['nodes', 'runtime', 'cli', 'ui'];
const STAMP = 'dist/.stamp.json';
const WORDS = 'build/locales';
const BUNDLE_ENTRY = 'ui/elements/index.ts';
const BUNDLE_FOLDER = join('dist', 'ui', 'assets');

const at = (...parts) => join(ROOT, ...parts);
const words = readJson(join(WORDS, languageOf(process.env), 'prepare.json'));

function readJson(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

/** That of the terminal, as the command line reads it, where it is shipped; else English. */
function languageOf({ SOLTHRIVE_LANG, LC_ALL, LC_MESSAGES, LANG }) {
  const shipped = readdirSync(at(WORDS));
  return (
    [SOLTHRIVE_LANG, LC_ALL, LC_MESSAGES, LANG]
      .map((wanted) => wanted?.split(/[-_.@]/, 1)[0])
      .map((primary) => shipped.find((name) => name.split('-', 1)[0] === primary))
      .find((name) => name !== undefined) ?? 'en-US'
  );
}

function digest(...parts) {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}

function fail(reason) {
  console.error(`\n${words[reason]}`);
  process.exit(1);
}

// --- install ---------------------------------------------------------------------------------

/** What an installation depends on: our own name, scripts and version do not count. */
function wantedDigest() {
  const { dependencies, devDependencies, allowScripts } = readJson('package.json');
  const { '': _, ...packages } = readJson('package-lock.json').packages;
  return digest(JSON.stringify({ dependencies, devDependencies, allowScripts, packages }));
}

function isInstalled() {
  // npm writes this file last: a broken installation leaves the folder without it
  const done = at('node_modules/.package-lock.json');
  const stamp = at('node_modules/.solthrive-installed');
  if (!existsSync(done)) return false;
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === wantedDigest();
  return statSync(done).mtimeMs >= statSync(at('package-lock.json')).mtimeMs;
}

function install() {
  if (!isInstalled()) {
    console.log(words.installing);
    const flags = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
    const npm = process.env.npm_execpath;
    const ran = npm?.endsWith('js')
      ? spawnSync(process.execPath, [npm, ...flags], { cwd: ROOT, stdio: 'inherit' })
      : spawnSync('npm', flags, { cwd: ROOT, stdio: 'inherit' });
    if (ran.status !== 0) fail('install_failed');
  }
  writeFileSync(at('node_modules/.solthrive-installed'), wantedDigest());
}

// --- build -----------------------------------------------------------------------------------

/** Every file below `folder`, as paths relative to the root. */
function filesBelow(folder) {
  if (!existsSync(at(folder))) return [];
  return readdirSync(at(folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function isSource(path) {
  return extname(path) === '.ts';
}

function isAsset(path) {
  return !isSource(path) && !path.endsWith('tsconfig.json');
}

/** Changes whenever a file is added, removed or written. */
function stampOf(files) {
  return digest(
    ...files.sort().map((path) => {
      const { mtimeMs, size } = statSync(at(path));
      return `${path} ${size} ${mtimeMs}`;
    }),
  );
}

/** tsc writes its output even when it finds mistakes, so that the rest can be looked at. */
function compile() {
  // its own launcher, not node_modules/.bin: that is a shell script on Windows
  const tsc = at('node_modules/typescript/bin/tsc');
  const ran = spawnSync(process.execPath, [tsc, '-p', at('tsconfig.build.json')], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  return ran.status === 0 ? null : 'types_failed';
}

function copy(assets) {
  for (const path of assets) {
    mkdirSync(dirname(at('dist', path)), { recursive: true });
    copyFileSync(at(path), at('dist', path));
  }
  return null;
}

async function bundle() {
  if (!existsSync(at(BUNDLE_ENTRY))) return null;
  const esbuild = await import(pathToFileURL(at('node_modules/esbuild/lib/main.js')).href);
  try {
    await esbuild.build({
      absWorkingDir: ROOT,
      entryPoints: [BUNDLE_ENTRY],
      outfile: join(BUNDLE_FOLDER, 'solthrive.js'),
      bundle: true,
      format: 'esm',
      target: 'es2022',
      minify: true,
      logLevel: 'warning',
    });
    return null;
  } catch {
    return 'bundle_failed';
  }
}

/** Removes what a deleted source left behind: Node-RED would go on loading a node that is gone. */
function prune(known) {
  for (const path of ROOMS.flatMap((room) => filesBelow(join('dist', room)))) {
    if (path.startsWith(BUNDLE_FOLDER + sep)) continue;
    const origin = path.slice('dist'.length + 1);
    const source = origin.replace(/(\.js\.map|\.d\.ts|\.js)$/, '.ts');
    if (!known.has(origin) && !known.has(source)) rmSync(at(path));
  }
}

async function build() {
  const files = ROOMS.flatMap(filesBelow);
  const sources = files.filter(isSource);
  const assets = files.filter(isAsset);
  const tools = ['package-lock.json', 'build/prepare.js'];
  const steps = [
    { name: 'types', inputs: [...sources, 'tsconfig.json', 'tsconfig.build.json'], run: compile },
    { name: 'assets', inputs: assets, run: () => copy(assets) },
    // the page takes pure modules and texts of the nodes along
    { name: 'bundle', inputs: files, run: bundle },
  ];

  const before = existsSync(at(STAMP)) ? readJson(STAMP) : {};
  const stamps = {};
  const due = [];
  for (const step of steps) {
    const stamp = stampOf([...step.inputs, ...tools]);
    if (before[step.name] === stamp) stamps[step.name] = stamp;
    else due.push({ ...step, stamp });
  }
  if (due.length === 0) return;

  console.log(words.building);
  mkdirSync(at('dist'), { recursive: true });
  const mistakes = [];
  for (const step of due) {
    const mistake = await step.run();
    if (mistake) mistakes.push(mistake);
    else stamps[step.name] = step.stamp;
  }
  prune(new Set(files));
  writeFileSync(at(STAMP), JSON.stringify(stamps));
  if (mistakes[0]) fail(mistakes[0]);
}

install();
await build();
