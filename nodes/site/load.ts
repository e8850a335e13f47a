/**
 * Decides which configuration is in force: the files' where they are right, else the last good one,
 * else the shipped defaults with no meter. Never a half of any.
 */
import type { ConfigProblem, Site, SitePaths } from './config.ts';
import { say } from './describe.ts';
import { hashOf } from './hash.ts';
import { keepLastGood, keepRecordedConfig, type LastGood, readLastGood } from './last-good.ts';
import { environmentLayer, fileLayers, shippedLayer } from './layers.ts';
import { merge } from './merge.ts';
import { originsOf } from './origins.ts';
import { packageVersion } from './package.ts';
import type { Environment } from './paths.ts';
import { problemsOf, sortProblems } from './problems.ts';
import { type SiteConfig, siteConfigSchema } from './schema.ts';
import { entryAt, plain, type Tree, treeOf } from './tree.ts';
import { shippedLanguage } from './words.ts';

export interface LoadOptions {
  paths: SitePaths;
  /** `SOLTHRIVE_PORT` is the last layer; the variables that choose folders are in `paths`. */
  env: Environment;
}

/** The language that the files ask for, whatever else is wrong in them; undefined where it is not shipped. */
export function configuredLanguage(paths: SitePaths): string | undefined {
  const language = entryAt(fileLayers(paths).tree, ['site', 'language'])?.value;
  return language?.kind === 'scalar' && typeof language.value === 'string'
    ? shippedLanguage(language.value)
    : undefined;
}

/** What the files and variables say, right or wrong. Reads, writes nothing, never throws. */
interface Verdict {
  /** Null where there is any problem. */
  right: { config: SiteConfig; origins: Record<string, string>; toKeep: LastGood } | null;
  problems: ConfigProblem[];
}

/**
 * The site that is in force, whatever state the files are in. Mistakes are in `problems`. A right
 * configuration is kept as the last good one.
 */
export function loadSite(options: LoadOptions): Site {
  const verdict = readConfiguration(options);
  const site = siteFrom(verdict, options);
  if (verdict.right !== null) keep(site, verdict.right.toKeep);
  return site;
}

/** The same without keeping anything: for those who only look. */
export function peekSite(options: LoadOptions): Site {
  return siteFrom(readConfiguration(options), options);
}

function readConfiguration({ paths, env }: LoadOptions): Verdict {
  const layers = fileLayers(paths);
  const tree = merge(layers.tree, environmentLayer(env));
  const parsed = siteConfigSchema.safeParse(plain(tree));
  const issues = parsed.error?.issues ?? [];
  // What a broken file would have declared is missing now: a reference to it may be quite right.
  const telling = issues.filter(({ code }) => layers.problems.length === 0 || code !== 'custom');
  const problems = [...layers.problems, ...problemsOf(tree, telling)];
  if (!parsed.success || problems.length > 0) {
    return { right: null, problems: sortProblems(problems, layers.files) };
  }
  const config = parsed.data;
  const toKeep = {
    config: plain(layers.tree) as Record<string, unknown>,
    origins: originsOf(config, layers.tree),
  };
  return { right: { config, origins: originsOf(config, tree), toKeep }, problems };
}

function siteFrom({ right, problems }: Verdict, options: LoadOptions): Site {
  const { config, origins } = right ?? lastGood(options) ?? shippedDefaults(options);
  const { paths } = options;
  const version = packageVersion;
  return { config, hash: hashOf(config), paths, simulated: null, problems, origins, version };
}

type InForce = Pick<Site, 'config' | 'origins'>;

/** Null where there is none, or where this release does not understand it any more. */
function lastGood({ paths, env }: LoadOptions): InForce | null {
  const kept = readLastGood(paths);
  if (kept === null) return null;
  const tree = treeOf(kept.config, { file: say('origin.last_good'), line: 0, column: 0 });
  const inForce = withEnvironment(tree, env);
  if (inForce === null) return null;
  const origins = Object.entries(inForce.origins).map(([path, origin]) => {
    const first = kept.origins[path];
    return [path, origin === say('origin.last_good') && first ? `${origin}: ${first}` : origin];
  });
  return { config: inForce.config, origins: Object.fromEntries(origins) };
}

function shippedDefaults({ paths, env }: LoadOptions): InForce {
  const shipped = withEnvironment(shippedLayer(paths).tree, env);
  if (shipped !== null) return shipped;
  const config = siteConfigSchema.parse({});
  return { config, origins: originsOf(config, treeOf({}, { file: '', line: 0, column: 0 })) };
}

/** A variable that is wrong is left out here: it has been reported, and is no reason to stop. */
function withEnvironment(tree: Tree, env: Environment): InForce | null {
  for (const candidate of [merge(tree, environmentLayer(env)), tree]) {
    const { data } = siteConfigSchema.safeParse(plain(candidate));
    if (data !== undefined) return { config: data, origins: originsOf(data, candidate) };
  }
  return null;
}

function keep(site: Site, good: LastGood): void {
  try {
    keepLastGood(site.paths, good);
    keepRecordedConfig(site);
  } catch {
    // A disk that cannot be written to must not stop the start: the site is right without it, and
    // the journal, which writes there every minute, is the one who raises `storage_failed`.
  }
}
