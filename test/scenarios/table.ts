/**
 * Reads a table of scenarios. What is wrong is said by its place in the file, what was found and what
 * is allowed there.
 */
import { readFileSync } from 'node:fs';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { nearest } from '../../nodes/site/nearest.ts';
import { type Scenario, scenarioSchema } from './format.ts';
import { merged } from './merged.ts';
import { mistakesIn } from './site.ts';

const fileSchema = z.strictObject({
  about: z.string().optional(),
  defaults: z.record(z.string(), z.unknown()).default({}),
  pieces: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  scenarios: z.array(z.record(z.string(), z.unknown())).min(1),
});

export interface WrittenScenario extends Scenario {
  /** `file.yaml:12`, where it begins. */
  where: string;
  /** As written, put together: a worker is handed this and parses it again. */
  source: Record<string, unknown>;
}

/** A table that cannot be used; the message has a line for each mistake. */
export class TableError extends Error {}

/** @throws TableError */
export function readTable(file: string): WrittenScenario[] {
  return parseTable(file, readFileSync(file, 'utf8'));
}

/** @throws TableError */
export function parseTable(file: string, text: string): WrittenScenario[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const places = new Places(file, document, lines);
  if (document.errors.length > 0) {
    throw new TableError(document.errors.map(({ message }) => `${file}: ${message}`).join('\n'));
  }
  const parsed = fileSchema.safeParse(document.toJS());
  if (!parsed.success) throw new TableError(places.tell(parsed.error.issues, []));
  const { defaults, pieces, scenarios } = parsed.data;
  const mistakes: string[] = [];
  const names = new Set<string>();
  const found = scenarios.flatMap((written, index): WrittenScenario[] => {
    const { use, ...own } = written;
    const where = places.at(['scenarios', index]);
    const named = use === undefined ? [] : Array.isArray(use) ? use : [use];
    const stranger = named.find((name) => !Object.hasOwn(pieces, String(name)));
    if (stranger !== undefined) {
      mistakes.push(
        `${where}: use: ${stranger}: there are ${Object.keys(pieces).join(', ') || 'no pieces'}`,
      );
      return [];
    }
    const source = [...named.map((name) => pieces[String(name)] ?? {}), own].reduce(
      merged,
      defaults,
    );
    const scenario = scenarioSchema.safeParse(source);
    if (!scenario.success) {
      mistakes.push(places.tell(scenario.error.issues, ['scenarios', index]));
      return [];
    }
    for (const { key, schema, issues } of mistakesIn(scenario.data)) {
      mistakes.push(places.tell(issues, ['scenarios', index, key], schema));
    }
    const { name } = scenario.data;
    if (names.has(name)) mistakes.push(`${where}: there is another scenario "${name}"`);
    names.add(name);
    return [{ ...scenario.data, where, source }];
  });
  if (mistakes.length > 0) throw new TableError(mistakes.join('\n'));
  return found;
}

type Path = readonly (string | number)[];

class Places {
  readonly #file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
  }

  /** Where a path was written, or the nearest thing round it. */
  at(path: Path): string {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) {
        return `${this.#file}:${this.#lines.linePos(node.range[0]).line}`;
      }
    }
    return `${this.#file}:1`;
  }

  /** One line an issue. */
  tell(
    issues: readonly z.core.$ZodIssue[],
    under: Path,
    schema: z.ZodType = scenarioSchema,
  ): string {
    return issues.map((issue) => this.#tellOne(issue, under, schema)).join('\n');
  }

  #tellOne(issue: z.core.$ZodIssue, under: Path, schema: z.ZodType): string {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    const where = this.at([...under, ...path]);
    const inside = [...under.slice(2), ...path].join('.');
    return `${where}:${inside && ` ${inside}:`} ${messageOf(issue, path, schema)}`;
  }
}

function messageOf(issue: z.core.$ZodIssue, path: Path, of: z.ZodType): string {
  if (issue.code === 'unrecognized_keys') {
    const known = knownAt(path, of);
    const [key = ''] = issue.keys;
    const meant = nearest(key, known);
    const allowed = known.length > 0 ? `; allowed are ${known.join(', ')}` : '';
    return `unknown key ${issue.keys.join(', ')}${meant ? ` (${meant}?)` : ''}${allowed}`;
  }
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.flat().map((each) => messageOf(each, [], of));
    return [...new Set(inner)].join(', or ') || issue.message;
  }
  return issue.message;
}

/** The keys that a place may have, for the few places where keys are mistyped. */
function knownAt(path: Path, of: z.ZodType): string[] {
  let schema: unknown = z.toJSONSchema(of, { io: 'input', unrepresentable: 'any' });
  for (const step of path) {
    const { properties, items } = mapOf(schema);
    schema = typeof step === 'number' ? items : properties?.[step];
  }
  return Object.keys(mapOf(schema).properties ?? {});
}

interface JsonSchema {
  properties?: Record<string, unknown>;
  items?: unknown;
  anyOf?: JsonSchema[];
}

/** Of what may be null as well, the part with keys. */
function mapOf(schema: unknown): JsonSchema {
  const found = (schema ?? {}) as JsonSchema;
  return found.anyOf?.find(({ properties, items }) => properties ?? items) ?? found;
}
