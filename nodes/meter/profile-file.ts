/** Reads profile files, and refuses one with a mistake by the place of the mistake. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { describeFound } from '../site/describe.ts';
import { asError, SolthriveError } from '../site/errors.ts';
import { nearest } from '../site/nearest.ts';
import {
  entryAt,
  formatOrigin,
  type Origin,
  originNear,
  plain,
  type Tree,
  treeOf,
} from '../site/tree.ts';
import { loadWords, type WordParams } from '../site/words.ts';
import { parseYaml } from '../site/yaml-source.ts';
import type { Profile } from './profile.ts';
import { profileSchema } from './profile-schema.ts';

const words = loadWords(import.meta.url, 'profile');

export interface Profiles {
  /** By id. */
  known: ReadonlyMap<string, Profile>;
  /** Why files were refused: `profile_invalid` or `config_unreadable`, with `profile` as a parameter. */
  refused: SolthriveError[];
}

/**
 * All profiles of some folders; a later folder's profile takes the place of an earlier one with the
 * same id. A refused file takes the place away too: an installer who corrects a shipped profile and
 * makes a slip must not be served the uncorrected one.
 * @param folders  absolute; one that does not exist holds no profiles
 */
export function loadProfiles(folders: readonly string[]): Profiles {
  const known = new Map<string, Profile>();
  const refused: SolthriveError[] = [];
  for (const file of folders.flatMap(profileFiles)) {
    try {
      const profile = loadProfile(file);
      known.set(profile.id, profile);
    } catch (thrown) {
      if (!(thrown instanceof SolthriveError)) throw thrown;
      known.delete(stem(file));
      refused.push(thrown);
    }
  }
  return { known, refused };
}

/**
 * Reads one profile.
 * @throws SolthriveError `profile_invalid` with `where` as `file:line:column`, or `config_unreadable`
 */
export function loadProfile(file: string): Profile {
  const { tree, problems } = parseYaml(file, readText(file));
  const [slip] = problems;
  if (slip) throw invalid(slip, slip.found, slip.expected);
  const content = tree ?? treeOf(null, { file, line: 1, column: 1 });
  const { data: profile, error } = profileSchema.safeParse(plain(content));
  const [issue] = error?.issues ?? [];
  if (!profile) throw issue ? mistake(content, issue) : error;
  if (profile.id !== stem(file)) {
    const expected = words('expected.file_name', { id: stem(file) });
    throw invalid(originNear(content, ['id']), describeFound(profile.id), expected);
  }
  return profile;
}

/** A mistake as the schema sees it, or as one of its own rules (`custom`) does. */
type Issue = z.core.$ZodIssue;
type Path = (string | number)[];

/** Rules about a key rather than about what it holds. */
const RULES_OF_KEYS = ['name', 'twice', 'too_long'];

function mistake(tree: Tree, issue: Issue): SolthriveError {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return invalid(keyPlace(tree, [...path, key]), foundKey(key), words('expected.known_key'));
  }
  if (RULES_OF_KEYS.includes(ruleOf(issue))) {
    return invalid(keyPlace(tree, path), foundKey(path.at(-1)), expectation(issue, path));
  }
  const entry = entryAt(tree, path);
  const found = describeFound(entry && plain(entry.value));
  return invalid(originNear(tree, path), found, expectation(issue, path));
}

function expectation(issue: Issue, path: Path): string {
  switch (issue.code) {
    case 'invalid_type':
      return words(`expected.${issue.expected}`, { key: path.at(-1) });
    case 'invalid_value':
      return words('expected.one_of', { choices: issue.values.join(', ') });
    case 'invalid_union':
      return words('expected.one_of', { choices: issue.errors.flatMap(literals).join(', ') });
    case 'too_small':
      return words('expected.at_least', { limit: Number(issue.minimum) });
    case 'too_big':
      return words('expected.at_most', { limit: Number(issue.maximum) });
    case 'invalid_format':
      return words('expected.id');
    case 'custom':
      return words(`expected.${ruleOf(issue)}`, ruleParams(issue, path));
    default:
      return issue.message;
  }
}

function ruleOf(issue: Issue): string {
  return issue.code === 'custom' ? String(issue.params?.rule) : '';
}

function ruleParams(issue: Extract<Issue, { code: 'custom' }>, path: Path): WordParams {
  const { names, ...params } = issue.params ?? {};
  if (!Array.isArray(names)) return params;
  return { name: nearest(String(path.at(-1)), names) ?? names.join(', ') };
}

function literals(issues: readonly Issue[]): unknown[] {
  return issues.flatMap((issue) => (issue.code === 'invalid_value' ? issue.values : []));
}

function foundKey(key: string | number | undefined): string {
  return words('found.key', { key });
}

function keyPlace(tree: Tree, path: Path): Origin {
  return entryAt(tree, path)?.key ?? originNear(tree, path);
}

function invalid({ file, line, column }: Origin, found: string, expected: string): SolthriveError {
  return new SolthriveError('profile_invalid', {
    profile: stem(file),
    where: formatOrigin({ file, line, column }),
    what: words('mistake', { found, expected }),
  });
}

function profileFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(folder, name));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    const params = { profile: stem(file), file, what: asError(thrown).message };
    throw new SolthriveError('config_unreadable', params, thrown);
  }
}

function stem(file: string): string {
  return basename(file, '.yaml');
}
