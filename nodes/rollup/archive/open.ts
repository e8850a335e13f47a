/** Looks at an archive as a whole before anything is taken from it: all there, nothing else, each byte right. */
import { z } from 'zod';
import { asError, SolthriveError, sayWhat } from '../../site/errors.ts';
import { type RecordedConfig, shortHash } from '../../site/hash.ts';
import { type CorrectionEntry, correctionsSchema } from '../correct/corrections.ts';
import { type PriceBook, priceBookSchema } from '../tariff/price-book.ts';
import { type AnyRecord, LEVELS, type Level } from './levels.ts';
import { MANIFEST, type Manifest, manifestSchema, sha256 } from './manifest.ts';
import { readTarball } from './tarball.ts';

const [CORRECTIONS, PRICES] = ['corrections.json', 'price-book.json'];
const CONFIG = /^configs\/([0-9a-f]{12})\.json$/;
const RECORDS = /^records\/(?:(minute|quarter|day)\/)?([\d-]+|month)\.jsonl$/;
/** What is read as a whole: of 20,000 files, the manifest is 4 MB. */
const MOST_JSON = 16 * 1024 * 1024;
/** More than any day of minutes or month of quarter hours. */
const MOST_LINES = 100_000;

export interface Archive {
  manifest: Manifest;
  configs: Map<string, RecordedConfig>;
  corrections: CorrectionEntry[];
  prices: PriceBook;
}

/** The records of one file of an archive. */
export interface RecordsFile {
  level: Level<AnyRecord>;
  stem: string;
}

/** What a path in an archive holds; null where it is not records. */
export function recordsFile(path: string): RecordsFile | null {
  const [, folder = 'month', stem = ''] = RECORDS.exec(path) ?? [];
  const level = LEVELS.find(({ name }) => name === folder);
  return level && path === `records/${level.file(stem)}` ? { level, stem } : null;
}

/**
 * @throws SolthriveError `archive_damaged` where it is not whole
 * @throws the system's error where the file cannot be read
 */
export async function openArchive(file: string): Promise<Archive> {
  const found = new Map<string, { bytes: number; sha256: string }>();
  const small = new Map<string, unknown>();
  let json = 0;
  try {
    await readTarball(file, ({ path, bytes }) => {
      if (found.has(path)) throw new Error(sayWhat('twice', { name: path }));
      found.set(path, { bytes: bytes.length, sha256: sha256(bytes) });
      if (recordsFile(path) !== null && lineCount(bytes) > MOST_LINES) {
        throw new Error(sayWhat('archive.lines', { name: path, most: MOST_LINES }));
      }
      if (!isRead(path)) return;
      json += bytes.length;
      if (json > MOST_JSON) throw new Error(sayWhat('archive.large', { name: path }));
      small.set(path, JSON.parse(bytes.toString('utf8')));
    });
    return archiveOf(small, found);
  } catch (thrown) {
    if (thrown instanceof Error && 'syscall' in thrown) throw thrown;
    const what = thrown instanceof z.ZodError ? z.prettifyError(thrown) : asError(thrown).message;
    throw new SolthriveError('archive_damaged', { what }, thrown);
  }
}

function isRead(path: string): boolean {
  return [MANIFEST, CORRECTIONS, PRICES].includes(path) || CONFIG.test(path);
}

function lineCount(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

function archiveOf(
  small: ReadonlyMap<string, unknown>,
  found: ReadonlyMap<string, { bytes: number; sha256: string }>,
): Archive {
  if (!found.has(MANIFEST)) throw new Error(sayWhat('missing', { name: MANIFEST }));
  const manifest = manifestSchema.parse(small.get(MANIFEST));
  const listed = new Map(manifest.files.map((entry) => [entry.path, entry]));
  for (const [path, { bytes, sha256 }] of found) {
    if (path === MANIFEST) continue;
    const wanted = listed.get(path);
    if (!wanted) throw new Error(sayWhat('archive.unlisted', { name: path }));
    if (wanted.bytes !== bytes || wanted.sha256 !== sha256)
      throw new Error(sayWhat('archive.changed', { name: path }));
  }
  const missing = manifest.files.find(({ path }) => !found.has(path));
  if (missing) throw new Error(sayWhat('missing', { name: missing.path }));
  return {
    manifest,
    configs: configsOf(small),
    corrections: correctionsSchema.parse(small.get(CORRECTIONS) ?? []),
    prices: priceBookSchema.parse(small.get(PRICES) ?? []),
  };
}

function configsOf(small: ReadonlyMap<string, unknown>): Map<string, RecordedConfig> {
  const configs = new Map<string, RecordedConfig>();
  for (const [path, value] of small) {
    const hash = CONFIG.exec(path)?.[1];
    if (hash === undefined) continue;
    if (shortHash(value) !== hash) throw new Error(sayWhat('archive.misnamed', { name: path }));
    configs.set(hash, value as RecordedConfig);
  }
  return configs;
}
