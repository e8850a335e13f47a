/** Writes what follows from the configuration's schema: `config/schema.json` and the table of all keys. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configJsonSchema, type JsonSchema } from '../nodes/site/known-keys.ts';
import { packageRoot } from '../nodes/site/package.ts';

const PAGE = 'docs/configuration.md';

/** Each generated file's text, by its path in the package. */
export function generatedFiles(): Record<string, string> {
  return { 'config/schema.json': schemaFile(), [PAGE]: configurationPage() };
}

function schemaFile(): string {
  const { $schema, ...schema } = configJsonSchema() as JsonSchema & { $schema?: string };
  const title = 'SolThrive site configuration';
  // Our own mark is no word of JSON Schema; the descriptions tell it.
  const known = (key: string, value: unknown) => (key === 'inForce' ? undefined : value);
  return `${JSON.stringify({ $schema, title, ...schema }, known, 2)}\n`;
}

function configurationPage(): string {
  const sections = Object.entries(configJsonSchema().properties ?? {}).map(([key, schema]) =>
    section(key, schema),
  );
  return `${INTRODUCTION}${sections.join('')}`;
}

const INTRODUCTION = `# Configuration

<!-- Made by \`node build/docs.ts\` from nodes/site/schema.ts: change the schema, not this page. -->

A site is described in YAML. Write only what differs from the defaults:

| Later wins | Appliance | \`npm start\` on a desk |
|---|---|---|
| shipped defaults | \`config/*.yaml\` of the release | the same |
| the site | \`/etc/solthrive/*.yaml\` (\`SOLTHRIVE_ETC\`) | \`.solthrive/etc/*.yaml\` |
| boot override | \`/boot/firmware/solthrive/config.yaml\`, then \`/boot/solthrive/config.yaml\` (\`SOLTHRIVE_BOOT\`) | \`.solthrive/boot/config.yaml\` |
| variables | \`SOLTHRIVE_PORT\` is \`http.port\` | the same |

- Maps merge by key. A list whose items have an \`id\` merges by \`id\`; any other list, and an empty one, replaces.
- The files are called \`base.yaml\`, \`network.yaml\`, \`meter.yaml\`, \`api.yaml\`, \`logging.yaml\`, \`tariff.yaml\` and \`update.yaml\`.
  Any key may stand in any of them: the parting is for people. A file by another name is reported.
- A mistake is told with its \`file:line:column\`. As long as there is one, the last good configuration stays in force, as a
  whole; where there never was one, the shipped defaults with no meter. What a later layer replaces is not looked at: a
  boot override can mend a mistake in the site's files.
- \`solthrive-cli config validate\` tells all mistakes, \`config show --origin\` where each value comes from, \`config where\`
  which files are looked for.
- A key that is *not in force yet* is checked, and nothing in this release acts on it. Where one is set to something else
  than its default, the log says so at the start, and so do \`config validate\` and \`check\`.
- The shipped files name [\`config/schema.json\`](../config/schema.json) in their first line. An editor that knows YAML
  schemas then completes keys and explains them; give your own files such a line, with the path of that
  file.
`;

function section(key: string, schema: JsonSchema): string {
  const head = `\n## ${key}\n\n${schema.description ?? ''}\n`;
  const item = schema.items;
  if (item === undefined) return `${head}\n${table(rows(key, schema))}`;
  const empty = isSame(schema.default, []) ? ' A list; empty by default.' : '';
  const kinds = alternatives(item);
  const tables = kinds.map((kind) => {
    const name = kinds.length > 1 ? `\n### ${key}: ${kindName(kind)}\n` : '';
    return `${name}\n${table(rows('', kind))}`;
  });
  return `${head.trimEnd()}${empty}\n${tables.join('')}`;
}

interface Row {
  key: string;
  type: string;
  usual: string;
  meaning: string;
}

function rows(prefix: string, schema: JsonSchema): Row[] {
  if (schema.properties === undefined) return [row(prefix, schema, false)];
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const own = row(key, property, schema.required?.includes(name) ?? false);
    if (property.properties !== undefined) return rows(key, property);
    const below = property.items === undefined ? key : `${key}[]`;
    const kinds = alternatives(property.items ?? property).filter((kind) => kind.properties);
    return [own, ...kindRows(below, kinds)];
  });
}

/** The keys of all kinds of a union, each once, saying to which kinds it belongs. */
function kindRows(prefix: string, kinds: JsonSchema[]): Row[] {
  const all = kinds.flatMap((kind) => rows(prefix, kind).map((own) => ({ kind, own })));
  return [...Map.groupBy(all, ({ own }) => own.key).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    if (same.length === kinds.length && same.every(({ own }) => isSame(own, first.own))) {
      return [first.own];
    }
    const meaning = same.map(({ kind, own }) => `With ${code(kindName(kind))}: ${own.meaning}`);
    const type = [...new Set(same.map(({ own }) => own.type))].join(', ');
    return [{ ...first.own, type, meaning: meaning.join(' ') }];
  });
}

function row(key: string, schema: JsonSchema, required: boolean): Row {
  const usual = schema.default === undefined ? '' : code(JSON.stringify(schema.default));
  const meaning = schema.description ?? '';
  return { key: code(key), type: typeName(schema), usual: required ? 'required' : usual, meaning };
}

function table(list: Row[]): string {
  const lines = list.map(
    ({ key, type, usual, meaning }) => `| ${key} | ${type} | ${usual} | ${meaning} |`,
  );
  return `| Key | Value | Default | Meaning |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

function typeName(schema: JsonSchema): string {
  const kinds = alternatives(schema);
  if (kinds.length > 1) return kinds.map(typeName).join(' or ');
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(', ');
  if (schema.items !== undefined) return `list of ${typeName(schema.items)}`;
  if (schema.type === 'object') return kindName(schema);
  if (schema.type === 'string') return 'text';
  if (schema.type === 'boolean') return '`true`, `false`';
  if (schema.type === 'null') return '`null`';
  return `${schema.type === 'integer' ? 'whole number' : 'number'}${bounds(schema)}`;
}

function bounds({ minimum, maximum }: JsonSchema): string {
  const limited = (bound: number | undefined) =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (limited(minimum) && limited(maximum)) return ` ${minimum} to ${maximum}`;
  if (limited(maximum)) return ` up to ${maximum}`;
  return limited(minimum) ? ` from ${minimum}` : '';
}

/** What tells a kind from the others: the value of its one fixed key. */
function kindName({ properties }: JsonSchema): string {
  const fixed = Object.values(properties ?? {}).find((property) => property.const !== undefined);
  return fixed === undefined ? 'map' : String(fixed.const);
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  return schema.oneOf ?? schema.anyOf ?? [schema];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(generatedFiles())) {
    writeFileSync(join(packageRoot, file), text);
  }
}
