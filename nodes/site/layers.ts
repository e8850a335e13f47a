/** Which files and variables make up the configuration, in the order in which they lie on each other. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { ConfigProblem, SitePaths } from './config.ts';
import { say } from './describe.ts';
import { asError } from './errors.ts';
import { merge } from './merge.ts';
import { nearest } from './nearest.ts';
import type { Environment } from './paths.ts';
import { siteConfigSchema } from './schema.ts';
import { type MapTree, type Tree, treeOf } from './tree.ts';
import { parseYaml } from './yaml-source.ts';

/** The files of a configuration folder. Any key may be in any of them: the parting is for people. */
export const CONFIG_FILES = [
  'base.yaml',
  'network.yaml',
  'meter.yaml',
  'api.yaml',
  'logging.yaml',
  'tariff.yaml',
  'update.yaml',
] as const;

export interface Layers {
  /** All files that were there and could be used, merged. */
  tree: Tree;
  /** Files that cannot be used. */
  problems: ConfigProblem[];
  /** Every file that was looked for, in the order in which they apply. */
  files: string[];
}

/** What ships with the release. */
export function shippedLayer(paths: SitePaths): Layers {
  return readFiles(CONFIG_FILES.map((name) => join(paths.shipped, name)));
}

/** Shipped files, the site's own, the boot overrides. */
export function fileLayers(paths: SitePaths): Layers {
  const folders = [paths.shipped, paths.etc];
  const layers = readFiles([
    ...folders.flatMap((folder) => CONFIG_FILES.map((name) => join(folder, name))),
    ...paths.boot,
  ]);
  const strays = strayFiles(paths.etc);
  return {
    ...layers,
    problems: [...layers.problems, ...strays],
    files: [...layers.files, ...strays.map(({ file }) => file)],
  };
}

/** The variables that are configuration; the others (SOLTHRIVE_ETC...) choose folders. */
export function environmentLayer(env: Environment): Tree {
  const port = env.SOLTHRIVE_PORT ?? '';
  const origin = { file: 'SOLTHRIVE_PORT', line: 0, column: 0 };
  if (port === '') return treeOf({}, origin);
  return treeOf({ http: { port: /^\d+$/.test(port) ? Number(port) : port } }, origin);
}

function readFiles(files: string[]): Layers {
  const origin = { file: files[0] ?? '', line: 1, column: 1 };
  let tree: Tree = treeOf({}, origin);
  const problems: ConfigProblem[] = [];
  for (const file of files) {
    const source = readSource(file);
    problems.push(...source.problems);
    if (source.tree !== null) tree = merge(tree, withoutEmptySections(source.tree));
  }
  return { tree, problems, files };
}

function readSource(file: string): ReturnType<typeof parseYaml> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
    return parseYaml(file, text);
  } catch (thrown) {
    if (isMissing(thrown)) return { tree: null, problems: [] };
    return { tree: null, problems: [unreadable(file, thrown)] };
  }
}

/** `http:` with every line below it commented out says nothing; it does not take `http` away. */
function withoutEmptySections(tree: MapTree): MapTree {
  const entries = [...tree.entries].filter(
    ([key, { value }]) =>
      !(key in siteConfigSchema.shape && value.kind === 'scalar' && value.value === null),
  );
  return { ...tree, entries: new Map(entries) };
}

/** A file with another name would be left out without a word, and its owner would search for long. */
function strayFiles(folder: string): ConfigProblem[] {
  const known: readonly string[] = CONFIG_FILES;
  return listFolder(folder)
    .filter((name) => ['.yaml', '.yml'].includes(extname(name)) && !known.includes(name))
    .map((name) => {
      const suggestion = nearest(name, known);
      return {
        ...{ file: join(folder, name), line: 1, column: 1, path: '' },
        found: say('found.file', { name }),
        expected: say('expected.one_of', { values: known.join(', ') }),
        ...(suggestion === undefined ? {} : { suggestion }),
      };
    });
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // A folder that is not there has no files; one that may not be read shows in each file of it.
    return [];
  }
}

function unreadable(file: string, thrown: unknown): ConfigProblem {
  const message = asError(thrown).message;
  return {
    ...{ file, line: 1, column: 1, path: '' },
    found: say('found.unreadable', { message }),
    expected: say('expected.readable'),
  };
}

function isMissing(thrown: unknown): boolean {
  const code = (thrown as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
