/** What an archive says of itself: `manifest.json`, its last file. Without it the archive is half. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Entry } from './tarball.ts';

export const MANIFEST = 'manifest.json';
const FORMAT = 'solthrive-records';

/** Of `solthrive-records` archives, the version that this release writes and reads. */
const VERSION = 1;

const fileSchema = z.object({
  path: z.string(),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** For files of records: how many, and the time of the first and the last. */
  records: z.int().min(0).optional(),
  first: z.string().optional(),
  last: z.string().optional(),
});

export const manifestSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** Release that wrote it. */
  product: z.string(),
  created: z.iso.datetime(),
  timezone: z.string(),
  /** A home made of numbers. */
  simulated: z.boolean(),
  /** Local dates that were asked for, both included; null where everything was. */
  from: z.iso.date().nullable(),
  to: z.iso.date().nullable(),
  files: z.array(fileSchema),
});

export type Manifest = z.output<typeof manifestSchema>;
type ArchivedFile = Manifest['files'][number];

/** Lists the files of an archive as they are written, for its manifest. */
export class Contents {
  readonly #files: ArchivedFile[] = [];

  /** @param more  what a file of records tells of them */
  list(entry: Entry, more: Pick<ArchivedFile, 'records' | 'first' | 'last'> = {}): Entry {
    const { path, bytes } = entry;
    this.#files.push({ path, bytes: bytes.length, sha256: sha256(bytes), ...more });
    return entry;
  }

  listJson(path: string, value: unknown): Entry {
    return this.list(json(path, value));
  }

  manifest(about: Omit<Manifest, 'format' | 'version' | 'files'>): Entry {
    return json(MANIFEST, { format: FORMAT, version: VERSION, ...about, files: this.#files });
  }
}

function json(path: string, value: unknown): Entry {
  return { path, bytes: Buffer.from(`${JSON.stringify(value, null, 2)}\n`) };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
