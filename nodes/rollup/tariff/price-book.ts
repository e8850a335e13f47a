/**
 * The price book says what each day is priced with, whatever tariff.yaml says later: a change of price
 * acts from its day on, and only asking for it gives a past day another price.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { asError, SolthriveError } from '../../site/errors.ts';
import { shortHash } from '../../site/hash.ts';
import type { TariffConfig } from '../../site/schema.ts';
import { tariff } from '../../site/tariff-schema.ts';
import { addDays, isDate } from '../calendar.ts';
import { type RecordDisk, recordDisk } from '../files/store.ts';

/** A tariff from a local date on, until the next entry; null where nothing is priced. */
export interface PriceEntry {
  from: string;
  tariff: TariffConfig | null;
}

/** In the order of the dates; before the first, nothing is priced. No two neighbours are the same. */
export type PriceBook = readonly PriceEntry[];

export const priceBookSchema = z.array(
  z.object({ from: z.string().refine(isDate), tariff: tariff.nullable() }),
);

/**
 * The book below a records folder as it was kept, without what `recompute` has changed since; empty
 * where there is none.
 * @throws SolthriveError `config_unreadable` where it is there and cannot be used: to go on without it
 *   would give the past other prices
 */
export function readPriceBook(records: string): PriceBook {
  const file = fileOf(records);
  try {
    return priceBookSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new SolthriveError('config_unreadable', { file, what: asError(thrown).message }, thrown);
  }
}

/** @throws the system's error where it cannot be written */
export async function keepPriceBook(
  records: string,
  book: PriceBook,
  disk: RecordDisk = recordDisk,
): Promise<void> {
  await disk.replace(fileOf(records), Buffer.from(`${JSON.stringify(book, null, 2)}\n`));
}

/** What a local date is priced with. */
export function tariffOn(book: PriceBook, date: string): TariffConfig | null {
  return book.findLast(({ from }) => from <= date)?.tariff ?? null;
}

export interface Adoption {
  /** The site's local date. */
  today: string;
  /** The last date with a day record: its price stays also where the clock went back. */
  lastDay: string | null;
}

/** The first date on which the configured tariffs hold whatever the book says. */
export function followsFrom({ today, lastDay }: Adoption): string {
  return lastDay !== null && lastDay >= today ? addDays(lastDay, 1) : today;
}

/**
 * The book once the configured tariffs are taken over: from today on they hold. Days before keep
 * their price; those that had none get the one that is configured for them. The same book where
 * nothing changes.
 */
export function adoptTariffs(
  book: PriceBook,
  tariffs: readonly TariffConfig[],
  adoption: Adoption,
): PriceBook {
  const open = followsFrom(adoption);
  const configured = configuredBook(tariffs);
  const adopted = compose([...datesOf(book), ...datesOf(configured), open], (date) => {
    const kept = date < open ? tariffOn(book, date) : null;
    return kept ?? tariffOn(configured, date);
  });
  return isSame(adopted, book) ? book : adopted;
}

/**
 * The book with what another one says of the days that it has not priced itself: all before the
 * first record, and those that have no price.
 * @param first  the date of the first record that was priced by `book`
 */
export function completeBook(book: PriceBook, other: PriceBook, first: string): PriceBook {
  const completed = compose([...datesOf(book), ...datesOf(other), first], (date) => {
    const [own, theirs] = [tariffOn(book, date), tariffOn(other, date)];
    return date < first ? (theirs ?? own) : (own ?? theirs);
  });
  return isSame(completed, book) ? book : completed;
}

/** One book up to a date, another from it on. */
export function joinBooks(before: PriceBook, after: PriceBook, date: string): PriceBook {
  return compose([...datesOf(before), ...datesOf(after), date], (day) =>
    tariffOn(day < date ? before : after, day),
  );
}

function fileOf(records: string): string {
  return join(records, 'price-book.json');
}

/** As configured: each version holds until the next begins. */
export function configuredBook(tariffs: readonly TariffConfig[]): PriceBook {
  return tariffs
    .map((tariff) => ({ from: tariff.valid_from, tariff }))
    .sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** A book from what holds on each date on which that may change. */
function compose(dates: string[], tariffFrom: (date: string) => TariffConfig | null): PriceBook {
  const book: PriceEntry[] = [];
  for (const from of [...new Set(dates)].sort()) {
    const tariff = tariffFrom(from);
    if (!isSame(tariff, book.at(-1)?.tariff ?? null)) book.push({ from, tariff });
  }
  return book;
}

function datesOf(book: PriceBook): string[] {
  return book.map(({ from }) => from);
}

function isSame(a: unknown, b: unknown): boolean {
  return shortHash(a) === shortHash(b);
}
