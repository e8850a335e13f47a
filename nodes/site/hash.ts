/** The short hash by which a minute record names the configuration that made it. */
import { createHash } from 'node:crypto';
import type { SiteConfig } from './schema.ts';

/** What the numbers of a record depend on. Ports, passwords and looks are not in it. */
export type RecordedConfig = Pick<
  SiteConfig,
  'site' | 'ct_profiles' | 'meters' | 'poll' | 'solar_position'
>;

export function recordedConfig(config: RecordedConfig): RecordedConfig {
  const { site, ct_profiles, meters, poll, solar_position } = config;
  return { site, ct_profiles, meters, poll, solar_position };
}

/** 12 hex digits; the same configuration has the same hash, in whatever order it was written. */
export function hashOf(config: RecordedConfig): string {
  return shortHash(recordedConfig(config));
}

/** 12 hex digits of any JSON value; the order of its keys does not matter. */
export function shortHash(value: unknown): string {
  const text = JSON.stringify(sorted(value));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
