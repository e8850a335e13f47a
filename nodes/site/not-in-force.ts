/**
 * Settings that are checked but that nothing acts on in this release: whoever has set one is told,
 * rather than left to believe in it. The schema marks them.
 */
import type { Site } from './config.ts';
import { say } from './describe.ts';
import { configJsonSchema, type JsonSchema } from './known-keys.ts';
import { valueAt } from './origins.ts';
import { siteConfigSchema } from './schema.ts';
import { formatPath, type Path } from './tree.ts';

/** One line for each such setting that differs from its default, with the place where it is set. */
export function notInForce({ config, origins }: Pick<Site, 'config' | 'origins'>): string[] {
  const usual = siteConfigSchema.parse({});
  return idlePaths(configJsonSchema()).flatMap((path) => {
    const isUsual = JSON.stringify(valueAt(config, path)) === JSON.stringify(valueAt(usual, path));
    return isUsual ? [] : [lineOf(formatPath(path), origins)];
  });
}

/** Paths of the single settings that the schema marks. */
function idlePaths(schema: JsonSchema, at: Path = []): Path[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, below]) => {
    const path = [...at, key];
    if (below.properties !== undefined) return idlePaths(below, path);
    return below.inForce === false ? [path] : [];
  });
}

function lineOf(path: string, origins: Site['origins']): string {
  const params = { path, where: origins[path] ?? '' };
  const own = `not_in_force.${path}`;
  const text = say(own, params);
  return text === own ? say('not_in_force.usual', params) : text;
}
