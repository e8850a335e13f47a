/**
 * Which stretches of the past are to be seen under another configuration than the one that measured
 * them, or with other prices: `<records>/corrections.json`. The records stay as they were measured,
 * and so does the price book: what was asked for is in this one file, written as a whole.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../site/atomic-file.ts';
import { asError, SolthriveError } from '../../site/errors.ts';
import { isDate } from '../calendar.ts';
import { joinBooks, type PriceBook, priceBookSchema, readPriceBook } from '../tariff/price-book.ts';

const HASH = /^[0-9a-f]{12}$/;

const date = z.string().refine(isDate);

const priceCorrectionSchema = z.object({
  /** Local dates, half-open. */
  from: date,
  until: date,
  book: priceBookSchema,
});

/** What the days of a stretch are priced with, whatever the price book says. */
export type PriceCorrection = z.output<typeof priceCorrectionSchema>;

const correctionSchema = z.object({
  id: z.string().min(1),
  /** When it was decided, UTC. */
  made_at: z.iso.datetime(),
  /** The records that begin in here, UTC, half-open. */
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  /** Short hash of the configuration they are seen under; null where only prices were changed. */
  config: z.string().regex(HASH).nullable(),
  /** Left out where prices were not changed. */
  prices: priceCorrectionSchema.optional(),
});

export const correctionsSchema = z.array(correctionSchema);

export type CorrectionEntry = z.output<typeof correctionSchema>;

export interface Correction extends CorrectionEntry {
  /** `from` and `to` in ms. */
  fromMs: number;
  toMs: number;
}

/** `<records>/corrections.json` */
export function correctionsFile(records: string): string {
  return join(records, 'corrections.json');
}

/**
 * All corrections in the order in which they were made; none where there is no file.
 * @throws SolthriveError `corrections_damaged` for a file that cannot be understood: to take it for
 *   none would show the wrong past again without a word
 */
export function readCorrections(records: string): Correction[] {
  const file = correctionsFile(records);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw damaged(file, thrown);
  }
  try {
    return correctionsSchema.parse(JSON.parse(text)).map(withMs);
  } catch (thrown) {
    throw damaged(file, thrown);
  }
}

/**
 * Adds an entry under the next free number.
 * @throws SolthriveError `corrections_damaged`; the system's error where it cannot be written
 */
export function addCorrection(records: string, entry: Omit<CorrectionEntry, 'id'>): Correction {
  const known = readCorrections(records);
  const id = String(1 + Math.max(0, ...known.map((other) => Number(other.id) || 0)));
  const added = { id, ...entry };
  write(records, [...known, added]);
  return withMs(added);
}

/**
 * Takes an entry out again.
 * @returns what it said
 * @throws SolthriveError `correction_unknown`, `corrections_none`, `corrections_damaged`; the system's error
 */
export function removeCorrection(records: string, id: string): Correction {
  const known = readCorrections(records);
  const removed = known.find((entry) => entry.id === id);
  if (!removed) {
    if (known.length === 0) throw new SolthriveError('corrections_none', { id });
    const ids = known.map((entry) => entry.id).join(', ');
    throw new SolthriveError('correction_unknown', { id, known: ids });
  }
  write(
    records,
    known.filter((entry) => entry !== removed),
  );
  return removed;
}

/**
 * Under which configuration a record is to be seen: of the corrections that hold for its time the
 * last one made, else its own.
 * @param tsMs  start of the record
 * @param ownHash  the configuration that measured it
 */
export function effectiveConfig(
  corrections: readonly Correction[],
  tsMs: number,
  ownHash: string,
): string {
  for (let index = corrections.length - 1; index >= 0; index -= 1) {
    const correction = corrections[index];
    if (!correction || correction.config === null) continue;
    if (tsMs >= correction.fromMs && tsMs < correction.toMs) return correction.config;
  }
  return ownHash;
}

/** What each day is priced with: of the corrections that hold for it the last one made, else the book. */
export function correctedPrices(
  book: PriceBook,
  corrections: readonly Pick<Correction, 'prices'>[],
): PriceBook {
  return corrections.reduce(
    (seen, { prices }) =>
      prices ? joinBooks(joinBooks(seen, prices.book, prices.from), seen, prices.until) : seen,
    book,
  );
}

/**
 * The price book of a records folder as it is to be seen.
 * @throws SolthriveError `config_unreadable`, `corrections_damaged`
 */
export function readPrices(records: string): PriceBook {
  return correctedPrices(readPriceBook(records), readCorrections(records));
}

function withMs(entry: CorrectionEntry): Correction {
  return { ...entry, fromMs: Date.parse(entry.from), toMs: Date.parse(entry.to) };
}

/** Without an entry there is no file, as if there had never been one. */
function write(records: string, entries: readonly (CorrectionEntry | Correction)[]): void {
  if (entries.length === 0) {
    rmSync(correctionsFile(records), { force: true });
    return;
  }
  const plain = entries.map((entry) => correctionSchema.parse(entry));
  replaceFile(correctionsFile(records), `${JSON.stringify(plain, null, 2)}\n`, 0o600);
}

function damaged(file: string, thrown: unknown): SolthriveError {
  const what = thrown instanceof z.ZodError ? z.prettifyError(thrown) : asError(thrown).message;
  return new SolthriveError('corrections_damaged', { file, what }, thrown);
}
