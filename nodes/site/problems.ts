/** Turns what the schema objects to into problems with a place, for a person to mend. */
import type { z } from 'zod';
import type { ConfigProblem } from './config.ts';
import { describeFound, say } from './describe.ts';
import { configJsonSchema, knownKeys, pathsOf } from './known-keys.ts';
import { nearest } from './nearest.ts';
import { entryAt, formatPath, originNear, type Path, plain, type Tree } from './tree.ts';
import type { WordParams } from './words.ts';

type Issue = z.core.$ZodIssue;

/** All problems the schema has with a configuration, each where it was written. */
export function problemsOf(tree: Tree, issues: readonly Issue[]): ConfigProblem[] {
  const config = plain(tree);
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey({ tree, config }, pathOf(issue), key))
      : [wrongValue(tree, issue)],
  );
}

/** In the order of the files, then from top to bottom; what is in no file comes last. */
export function sortProblems(
  problems: readonly ConfigProblem[],
  files: readonly string[],
): ConfigProblem[] {
  const rank = ({ file }: ConfigProblem) =>
    files.includes(file) ? files.indexOf(file) : files.length;
  return problems.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      a.file.localeCompare(b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      a.path.localeCompare(b.path),
  );
}

/** One line: where, what was found, what was expected, what was probably meant. */
export function formatProblem(problem: ConfigProblem): string {
  const { file, line, column, path, found, expected, suggestion } = problem;
  const where = line === 0 ? file : `${file}:${line}:${column}`;
  const what = say('problem.what', { found, expected });
  const meant = suggestion === undefined ? '' : ` ${say('problem.meant', { suggestion })}`;
  return `${where}: ${path === '' ? '' : `${path}: `}${what}${meant}`;
}

interface Context {
  tree: Tree;
  config: unknown;
}

function unknownKey({ tree, config }: Context, path: Path, key: string): ConfigProblem {
  const schema = configJsonSchema();
  const known = knownKeys(schema, path, config);
  const elsewhere = pathsOf(schema, key);
  // A key that belongs in another section is right in itself: `port` at the top means `http.port`.
  const suggestion = nearest(key, known) ?? (elsewhere.length === 1 ? elsewhere[0] : undefined);
  return {
    ...(entryAt(tree, [...path, key])?.key ?? originNear(tree, path)),
    path: formatPath([...path, key]),
    found: say('found.key', { key }),
    expected: say('expected.one_of', { values: known.join(', ') }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function wrongValue(tree: Tree, issue: Issue): ConfigProblem {
  const path = pathOf(issue);
  const entry = entryAt(tree, path);
  const found = entry === undefined ? undefined : plain(entry.value);
  const suggestion = typeof found === 'string' ? nearest(found, candidatesOf(issue)) : undefined;
  return {
    ...originNear(tree, path),
    path: formatPath(path),
    found: describeFound(found),
    expected: expectedBy(issue),
    ...(suggestion === undefined || suggestion === found ? {} : { suggestion }),
  };
}

function pathOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
}

function expectedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return say(`expected.type.${issue.expected}`);
    case 'too_small':
      return limit('least', issue.origin, issue.minimum, issue.inclusive);
    case 'too_big':
      return limit('most', issue.origin, issue.maximum, issue.inclusive);
    case 'invalid_value':
    case 'invalid_union':
      return say('expected.one_of', { values: candidatesOf(issue).join(', ') });
    case 'custom':
      return say(`expected.${issue.message}`, wordsIn(issue.params));
    default:
      return say(`expected.${issue.message}`);
  }
}

/** `at least 200`, `more than 0`, `at most 64 characters`. */
function limit(
  side: 'least' | 'most',
  origin: string,
  bound: number | bigint,
  inclusive: boolean | undefined,
): string {
  const unit = origin === 'string' || origin === 'array' ? origin : 'number';
  const strict = inclusive === false ? '_not' : '';
  return say(`expected.${side}${strict}.${unit}`, { limit: String(bound) });
}

/** What the value could have been, where that is a list. */
function candidatesOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code === 'invalid_union') {
    // The types of zod 4.6 do not name what its discriminated unions list here.
    const options: unknown = 'options' in issue ? issue.options : [];
    return Array.isArray(options) ? options.filter(isWritten).map(String) : [];
  }
  const listed: unknown = issue.code === 'custom' ? issue.params?.candidates : undefined;
  return Array.isArray(listed) ? listed.map(String) : [];
}

/** A discriminator that may be left out is listed as undefined. */
function isWritten(option: unknown): boolean {
  return option !== undefined && option !== null;
}

function wordsIn(params: Record<string, unknown> | undefined): WordParams {
  const entries = Object.entries(params ?? {}).filter(
    (entry): entry is [string, string | number] =>
      typeof entry[1] === 'string' || typeof entry[1] === 'number',
  );
  return Object.fromEntries(entries);
}
