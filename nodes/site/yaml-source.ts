/** Turns the text of one YAML file into a tree of places, and its slips into problems. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  type ParsedNode,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type { ConfigProblem } from './config.ts';
import { describeFound, say } from './describe.ts';
import type { Entry, MapTree, Origin, Tree } from './tree.ts';

export interface YamlSource {
  /** Null where the file cannot be used at all. */
  tree: MapTree | null;
  problems: ConfigProblem[];
}

/** Parses one file. A file with nothing in it (comments only) is an empty map. */
export function parseYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const reader = new Reader(file, lines);
  // A tag such as `!secret` is only a warning to the library: the value would be taken as text.
  for (const slip of [...document.errors, ...document.warnings]) reader.report(slip);
  if (reader.problems.length > 0) return { tree: null, problems: reader.problems };

  const root = document.contents === null ? null : reader.read(document.contents);
  if (root === null || (root.kind === 'scalar' && root.value === null)) {
    const origin = { file, line: 1, column: 1 };
    return { tree: { kind: 'map', origin, entries: new Map() }, problems: [] };
  }
  if (root.kind !== 'map') {
    reader.add(root.origin, describeFound(documentValue(root)), say('expected.map'));
    return { tree: null, problems: reader.problems };
  }
  return { tree: reader.problems.length > 0 ? null : root, problems: reader.problems };
}

/** Slips that have words of their own; the library's English stands for the others. */
const KNOWN_SLIPS = ['DUPLICATE_KEY', 'TAB_AS_INDENT', 'BAD_INDENT', 'MULTIPLE_DOCS'];

class Reader {
  readonly problems: ConfigProblem[] = [];
  readonly file: string;
  readonly lines: LineCounter;

  constructor(file: string, lines: LineCounter) {
    this.file = file;
    this.lines = lines;
  }

  add(origin: Origin, found: string, expected: string): void {
    this.problems.push({ ...origin, path: '', found, expected });
  }

  report({ code, message, pos }: YAMLError): void {
    const known = KNOWN_SLIPS.includes(code);
    const found = known ? say(`yaml.${code}.found`) : say('yaml.other.found', { message });
    const expected = say(known ? `yaml.${code}.expected` : 'yaml.other.expected');
    this.add(this.placeAt(pos[0]), found, expected);
  }

  read(node: ParsedNode): Tree {
    const origin = this.placeAt(node.range[0]);
    if (isMap(node)) return { kind: 'map', origin, entries: new Map(this.entries(node.items)) };
    if (isSeq(node)) {
      return {
        kind: 'list',
        origin,
        items: node.items.map((item) => this.read(item as ParsedNode)),
      };
    }
    if (isAlias(node)) this.add(origin, say('yaml.alias.found'), say('yaml.alias.expected'));
    return { kind: 'scalar', origin, value: isScalar(node) ? node.value : null };
  }

  private entries(pairs: Pair[]): [string, Entry][] {
    return pairs.map((pair) => {
      const key = pair.key as ParsedNode;
      const origin = this.placeAt(key.range[0]);
      const name = isScalar(key) ? String(key.value) : '';
      if (!isScalar(key)) this.add(origin, say('yaml.key.found'), say('yaml.key.expected'));
      // `key:` at the end of a file has no value node of its own.
      const value = pair.value as ParsedNode | null;
      const tree = value === null ? nothing(origin) : this.read(value);
      return [name, { key: origin, value: tree }];
    });
  }

  private placeAt(offset: number): Origin {
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

function nothing(origin: Origin): Tree {
  return { kind: 'scalar', origin, value: null };
}

function documentValue(root: Tree): unknown {
  return root.kind === 'scalar' ? root.value : [];
}
