/** The site as every room sees it: one validated configuration, its folders, and where it came from. */
import type { SiteConfig } from './schema.ts';

/** Absolute folders of one appliance. */
export interface SitePaths {
  /** The site's own configuration: `base.yaml`, `meter.yaml`, ..., `meters/`, `token`. */
  etc: string;
  /** Boot overrides in the order they apply; later wins. Files that may not exist. */
  boot: string[];
  data: string;
  run: string;
  /** Where records go: `data`, or `data/simulated` for a simulated home. */
  records: string;
  /** The shipped `config/` folder. */
  shipped: string;
}

/** One mistake in the configuration, for a person to mend. */
export interface ConfigProblem {
  file: string;
  /** 1-based; 0 where the mistake has no place in a file (an environment variable). */
  line: number;
  column: number;
  /** `meters[0].unit` */
  path: string;
  found: string;
  expected: string;
  /** The nearest right key, where a key is unknown. */
  suggestion?: string;
}

export interface Site {
  config: SiteConfig;
  /** Short hash of the configuration, as minute records carry it. */
  hash: string;
  paths: SitePaths;
  /** Set when a home made of numbers stands in for meters. */
  simulated: { port: number } | null;
  /** Mistakes found in the files; when there are any, `config` is the last good one. */
  problems: ConfigProblem[];
  /** Where each value came from: `http.port` -> `/etc/solthrive/api.yaml:2:9`. */
  origins: Record<string, string>;
  version: string;
}
