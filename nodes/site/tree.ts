/** A configuration that remembers where each part of it was written. */

/** A place in a file, 1-based; line 0 where the source has no lines (an environment variable). */
export interface Origin {
  file: string;
  line: number;
  column: number;
}

export type Tree = MapTree | ListTree | ScalarTree;

export interface MapTree {
  kind: 'map';
  origin: Origin;
  entries: ReadonlyMap<string, Entry>;
}

/** `key` is where the key was written, for mistakes in the key itself. */
export interface Entry {
  key: Origin;
  value: Tree;
}

export interface ListTree {
  kind: 'list';
  origin: Origin;
  items: readonly Tree[];
}

export interface ScalarTree {
  kind: 'scalar';
  origin: Origin;
  value: unknown;
}

/** Steps into a configuration: keys of maps, indexes of lists. */
export type Path = readonly (string | number)[];

/** A plain value as a tree whose every part has the one origin. */
export function treeOf(value: unknown, origin: Origin): Tree {
  if (Array.isArray(value)) {
    return { kind: 'list', origin, items: value.map((item) => treeOf(item, origin)) };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', origin, value };
  const entries = new Map(
    Object.entries(value).map(([key, item]) => [key, { key: origin, value: treeOf(item, origin) }]),
  );
  return { kind: 'map', origin, entries };
}

/** The values alone. */
export function plain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plain);
  // fromEntries defines keys, so that `__proto__` stays a key like any other.
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plain(value)]));
}

/** What is at a path; undefined where nothing is. */
export function entryAt(tree: Tree, path: Path): Entry | undefined {
  let found: Entry | undefined = { key: tree.origin, value: tree };
  for (const step of path) {
    if (found === undefined) return undefined;
    found = stepInto(found.value, step);
  }
  return found;
}

/** Where a path was written or, where it was not, the nearest thing round it. */
export function originNear(tree: Tree, path: Path): Origin {
  for (let length = path.length; length > 0; length -= 1) {
    const entry = entryAt(tree, path.slice(0, length));
    if (entry !== undefined) return length === path.length ? entry.value.origin : entry.key;
  }
  return tree.origin;
}

/** `meters[0].unit` */
export function formatPath(path: Path): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`,
    )
    .join('');
}

/** `/etc/solthrive/api.yaml:2:9`, or the source alone where it has no lines. */
export function formatOrigin({ file, line, column }: Origin): string {
  return line === 0 ? file : `${file}:${line}:${column}`;
}

function stepInto(tree: Tree, step: string | number): Entry | undefined {
  if (tree.kind === 'map') return tree.entries.get(String(step));
  if (tree.kind !== 'list' || typeof step !== 'number') return undefined;
  const item = tree.items[step];
  return item === undefined ? undefined : { key: item.origin, value: item };
}
