/** Keeps the last configuration that was right, and each one that records were made with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from './atomic-file.ts';
import type { Site, SitePaths } from './config.ts';
import { type RecordedConfig, recordedConfig } from './hash.ts';

const lastGoodSchema = z.object({
  /** As merged from the files, before defaults; a later schema may still understand it. */
  config: z.record(z.string(), z.unknown()),
  origins: z.record(z.string(), z.string()),
});

/** As much of a kept configuration as its readers go by; releases before this one wrote it. */
const recordedSchema = z.looseObject({
  site: z.looseObject({}),
  ct_profiles: z.array(z.looseObject({ id: z.string(), gain: z.number() })),
  meters: z.array(
    z.looseObject({
      id: z.string(),
      channels: z.array(
        z.looseObject({
          id: z.string(),
          role: z.string(),
          multiplier: z.number(),
          invert: z.boolean(),
        }),
      ),
    }),
  ),
  solar_position: z.enum(['load_side', 'line_side']),
});

export type LastGood = z.output<typeof lastGoodSchema>;

/** The last good configuration; null where there is none that can be read. */
export function readLastGood(paths: Pick<SitePaths, 'data'>): LastGood | null {
  try {
    const text = readFileSync(lastGoodFile(paths), 'utf8');
    return lastGoodSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** @throws the system's error where it cannot be written */
export function keepLastGood(paths: Pick<SitePaths, 'data'>, good: LastGood): void {
  replaceChanged(lastGoodFile(paths), good);
}

/**
 * Keeps what a site's records depend on under the hash that they carry.
 * @throws the system's error where it cannot be written
 */
export function keepRecordedConfig(site: Site): void {
  keepConfig(site.paths.data, site.hash, recordedConfig(site.config));
}

/** The same for whoever has no site at hand. */
export function keepConfig(data: string, hash: string, recorded: RecordedConfig): void {
  replaceChanged(recordedFile(data, hash), recorded);
}

/**
 * What was kept under a hash.
 * @param data  the data folder
 * @returns null where there is none that can be read
 */
export function readRecordedConfig(data: string, hash: string): RecordedConfig | null {
  try {
    const kept = JSON.parse(readFileSync(recordedFile(data, hash), 'utf8')) as unknown;
    return recordedSchema.safeParse(kept).success ? (kept as RecordedConfig) : null;
  } catch {
    return null;
  }
}

function recordedFile(data: string, hash: string): string {
  return join(data, 'configs', `${hash}.json`);
}

function lastGoodFile(paths: Pick<SitePaths, 'data'>): string {
  return join(paths.data, 'configs', 'last-good.json');
}

/** Each start would otherwise wear the card for the same bytes. Mode 0600: it may hold passwords. */
function replaceChanged(file: string, value: unknown): void {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (readText(file) !== text) replaceFile(file, text, 0o600);
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
