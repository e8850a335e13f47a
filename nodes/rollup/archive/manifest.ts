/** What an archive says of itself: `manifest.json`, its last file. Without it the archive is half. */
import { createHash } from 'node:crypto';
import { z } from 'zod';

export const MANIFEST = 'manifest.json';
export const FORMAT = 'solthrive-records';

/** Of `solthrive-records` archives, the version that this release writes and reads. */
export const VERSION = 1;

const fileSchema = z.strictObject({
  path: z.string(),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** For files of records: how many, and the time of the first and the last. */
  records: z.int().min(0).optional(),
  first: z.string().optional(),
  last: z.string().optional(),
});

export const manifestSchema = z.looseObject({
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
export type ArchivedFile = Manifest['files'][number];

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
