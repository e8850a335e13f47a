/** Which settings the files hold otherwise than the service that runs took up when it started. */
import type { SitePaths } from './config.ts';
import { shortHash } from './hash.ts';
import { readLastGood } from './last-good.ts';
import { fileLayers } from './layers.ts';
import { formatPath, type Path, plain } from './tree.ts';

/**
 * Paths of the settings that were changed since the last start; a list counts as one. Variables and
 * the simulated home, which no file holds, do not count.
 * @returns none where the files were never right, or cannot be read as they are now
 */
export function changedSinceStart(paths: SitePaths): string[] {
  const kept = readLastGood(paths);
  const { tree, problems } = fileLayers(paths);
  if (kept === null || problems.length > 0) return [];
  return differences(kept.config, plain(tree)).map(formatPath);
}

function differences(before: unknown, after: unknown, at: Path = []): Path[] {
  if (isMap(before) && isMap(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], [...at, key]));
  }
  return isSame(before, after) ? [] : [at];
}

function isSame(before: unknown, after: unknown): boolean {
  return shortHash({ value: before }) === shortHash({ value: after });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
