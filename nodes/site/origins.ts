/** Where each value of the configuration in force came from. */
import { say } from './describe.ts';
import { entryAt, formatOrigin, formatPath, type Path, type Tree } from './tree.ts';

/** `http.port` -> where it was written, or `default` where no file says anything. */
export function originsOf(config: unknown, tree: Tree): Record<string, string> {
  return Object.fromEntries(
    leaves(config).map((path) => {
      const entry = entryAt(tree, path);
      const origin = entry === undefined ? say('origin.default') : formatOrigin(entry.value.origin);
      return [formatPath(path), origin];
    }),
  );
}

/** Paths of all single values; an empty list or map counts as one. */
export function leaves(value: unknown, at: Path = []): Path[] {
  const children: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [];
  if (children.length === 0) return [at];
  return children.flatMap(([step, child]) => leaves(child, [...at, step]));
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (found, step) =>
      typeof found === 'object' && found !== null
        ? (found as Record<string | number, unknown>)[step]
        : undefined,
    value,
  );
}
