/**
 * The one way from minutes to quarter hours, days and months: at the start, after a correction, a new
 * zone or a late minute. It writes what differs, so a second time it writes nothing.
 */
import type { Stretch } from '../../journal/minutes.ts';
import type { Clock } from '../../site/clock.ts';
import type { SiteConfig } from '../../site/schema.ts';
import { dateAt } from '../calendar.ts';
import { correctedPrices, readCorrections } from '../correct/corrections.ts';
import { type PastView, readPastView } from '../correct/past-view.ts';
import { DayFiles, monthLines } from '../files/day-files.ts';
import { QUARTER_MS, type RecordFolders } from '../files/files.ts';
import { minuteDays, readMinuteDay } from '../files/minute-days.ts';
import { type RecordDisk, recordDisk } from '../files/store.ts';
import type { MonthRecord } from '../records.ts';
import {
  adoptTariffs,
  keepPriceBook,
  type PriceBook,
  readPriceBook,
} from '../tariff/price-book.ts';
import { type Days, reconcileDays } from './reconcile-days.ts';
import { reconcileMonths } from './reconcile-months.ts';
import { reconcileQuarters } from './reconcile-quarters.ts';

/** How long after a quarter hour its last minute may still be on its way to the disk. */
export const GRACE_MS = 20_000;

export interface ReconcileTask extends RecordFolders {
  config: Pick<SiteConfig, 'site' | 'tariffs'>;
  clock: Pick<Clock, 'now'>;
  /** Whether the clock can be believed; if not, the newest minute says what has ended. */
  trusted?: boolean;
  disk?: RecordDisk;
  /** What of the minutes is new; left out, everything is looked at. */
  stretch?: Stretch;
  /** So many days of minutes of so many are done. */
  progress?: (done: number, of: number) => void;
  /** In place of what is kept, to see what would come of it. */
  instead?: { view: PastView; book: PriceBook };
}

/** What is on the disk and knows more than the finer records below it, which have lost something. */
export interface Kept {
  /** Starts of quarter hours, dates, months. */
  quarters: string[];
  days: string[];
  months: string[];
}

export interface Reconciled extends Omit<Days, 'kept'> {
  /** Starts of the quarter hours that changed. */
  quarters: string[];
  months: MonthRecord[];
  changedMonths: MonthRecord[];
  kept: Kept;
  /** What begins here or later has not ended. */
  openFromMs: number;
  view: PastView;
  book: PriceBook;
}

/**
 * @throws the system's error where the disk refuses; what was written until then is right
 * @throws SolthriveError `corrections_damaged`, `config_unreadable`
 */
export async function reconcile(task: ReconcileTask): Promise<Reconciled> {
  const { records, disk = recordDisk, config, stretch } = task;
  const zone = config.site.timezone;
  const view = task.instead?.view ?? readPastView(task);
  const openFromMs = await openFrom(task);
  const quarters = await reconcileQuarters({
    records,
    disk,
    view,
    openFromMs,
    ...(stretch && { stretch }),
    ...(task.progress && { onDay: task.progress }),
  });
  const known = [...(await monthLines(disk, records).read()).known.values()];
  const book = task.instead?.book ?? (await pricesFor(task, openFromMs));
  const days = await reconcileDays({
    records,
    disk,
    view,
    zone,
    book,
    horizonMs: openFromMs,
    months: known.map(({ record }) => record),
    ...(stretch && { fromMs: stretch.fromMs }),
  });
  const openDate = days.open?.date ?? null;
  const made = await reconcileMonths({ records, disk, zone, days: days.days, openDate });
  const { months, changed: changedMonths } = made;
  const kept = { quarters: quarters.kept, days: days.kept, months: made.kept };
  return {
    ...days,
    quarters: quarters.changed,
    months,
    changedMonths,
    kept,
    openFromMs,
    view,
    book,
  };
}

/** Where the quarter hour begins that has not ended. */
async function openFrom({ records, disk = recordDisk, ...task }: ReconcileTask): Promise<number> {
  const nowMs = task.clock.now() - GRACE_MS;
  const newestMs = task.trusted ? nowMs : await newestRecord(records, disk);
  return Math.floor(Math.max(nowMs, newestMs) / QUARTER_MS) * QUARTER_MS;
}

/** Up to when something is on record, ms: that much time must have passed. */
async function newestRecord(records: string, disk: RecordDisk): Promise<number> {
  const rows = await new DayFiles(disk, records).read();
  const endedMs = rows.at(-1)?.endMs ?? Number.NEGATIVE_INFINITY;
  for (const day of await minuteDays(records, disk)) {
    const last = (await readMinuteDay(disk, records, day)).minutes.at(-1);
    if (last) return Math.max(endedMs, Date.parse(last.ts));
  }
  return endedMs;
}

/** What days are priced with, once the configured tariffs are in the price book. */
async function pricesFor(
  { records, config, disk = recordDisk }: ReconcileTask,
  openFromMs: number,
): Promise<PriceBook> {
  const book = readPriceBook(records);
  const rows = await new DayFiles(disk, records).read();
  const adopted = adoptTariffs(book, config.tariffs, {
    today: dateAt(openFromMs, config.site.timezone),
    lastDay: rows.at(-1)?.record.date ?? null,
  });
  if (adopted !== book) await keepPriceBook(records, adopted, disk);
  return correctedPrices(adopted, readCorrections(records));
}
