/**
 * Makes the day files say what the quarter hours say, one day after the other, as a bill goes on from
 * day to day. A day stays as it is where its quarter hours are gone, or know less than it does.
 */

import { dateAt, dayBounds, monthBounds, monthOf } from '../calendar.ts';
import type { PastView } from '../correct/past-view.ts';
import { DayFiles, type Row } from '../files/day-files.ts';
import { QUARTER_MS } from '../files/files.ts';
import { QuarterSource } from '../files/quarter-source.ts';
import type { RecordDisk } from '../files/store.ts';
import type { DayRecord, MonthRecord, QuarterRecord } from '../records.ts';
import { makeDay } from '../sums/day.ts';
import { type Tile, tilesFrom } from '../sums/tile.ts';
import { Times } from '../sums/times.ts';
import { priceDay } from '../tariff/bill.ts';
import type { BillState } from '../tariff/bill-state.ts';
import { type PriceBook, tariffOn } from '../tariff/price-book.ts';
import { givesWay, isKnown, measuredSeconds, toldBy } from './gives-way.ts';

/** A longer silence is a clock that was wrong: nobody pays fees for the years since 1970. */
const LONGEST_SILENCE_MS = 366 * 86_400_000;

export interface DayTask {
  records: string;
  disk: RecordDisk;
  view: PastView;
  zone: string;
  book: PriceBook;
  /** What has not ended by then is no day yet. */
  horizonMs: number;
  /** The months on disk: those whose days are gone stand for them. */
  months: readonly MonthRecord[];
  /** Days that ended before stay as they are; left out, all are looked at. */
  fromMs?: number;
}

export interface Days {
  /** All rows, in order. */
  days: DayRecord[];
  /** Of those, the ones that are new or not what they were. */
  changed: DayRecord[];
  /** Dates of those that know more than the quarter hours below them. */
  kept: string[];
  /** The day that goes on; null where nothing was ever recorded. */
  open: Tile | null;
}

/** @throws the system's error; what was written until then is right, the rest is as it was */
export async function reconcileDays(task: DayTask): Promise<Days> {
  const files = new DayFiles(task.disk, task.records);
  const before = await files.read();
  const source = new QuarterSource(task.records, task.disk, task.view);
  const plan = await planDays(task, before, source);
  const days: DayRecord[] = [];
  let bill: BillState | null = null;
  for (const part of plan.parts) {
    const day: DayRecord =
      'record' in part ? part.record : await deriveDay(task, { tile: part, source, bill });
    days.push(day);
    bill = day.bill ?? bill;
  }
  const changed = await files.write(days, before);
  return { days, changed, kept: plan.kept, open: plan.open };
}

/** A day of these quarter hours, with its price. @param untilMs  how far it has come, where it goes on */
export function dayOf(
  { zone, book }: Pick<DayTask, 'zone' | 'book'>,
  { date, startMs, endMs }: Tile,
  {
    quarters,
    bill,
    untilMs = endMs,
  }: { quarters: readonly QuarterRecord[]; bill: BillState | null; untilMs?: number },
): DayRecord {
  const day = makeDay({ date, zone, startMs, endMs, quarters });
  const tariff = tariffOn(book, date);
  if (tariff === null) return { ...day, tariff: null, money: null, bill: null };
  const length_s = (Math.min(endMs, untilMs) - startMs) / 1000;
  const priced = priceDay({ date, zone, length_s, quarters }, { tariff, before: bill });
  return { ...day, tariff: priced.mark, money: priced.money, bill: priced.bill };
}

async function deriveDay(
  task: DayTask,
  { tile, source, bill }: { tile: Tile; source: QuarterSource; bill: BillState | null },
): Promise<DayRecord> {
  const quarters = await source.between(tile.startMs, tile.endMs);
  return dayOf(task, tile, { quarters, bill });
}

interface Plan {
  /** Rows that stay and days to be made, in order. */
  parts: (Row | Tile)[];
  /** Dates of those that stay though there are quarter hours of them. */
  kept: string[];
  open: Tile | null;
}

async function planDays(task: DayTask, rows: readonly Row[], source: QuarterSource): Promise<Plan> {
  const { fromMs = Number.NEGATIVE_INFINITY } = task;
  const settled = rows.filter(({ endMs }) => endMs <= fromMs);
  const since = settled.at(-1);
  const known = new Times(await source.seconds(since?.record.end.slice(0, 7)));
  const stay: Row[] = [];
  for (const row of rows) {
    if (row.endMs <= fromMs || !isKnown(row.record)) continue;
    if (!(await isMadeAnew(row, known, source))) stay.push(row);
  }
  const stays = monthsThatStay(task, stay, known);
  const silence = new Times(
    new Map(
      [
        ...known.all.flatMap((ms) => [ms, ms + QUARTER_MS]),
        ...[...settled, ...stay].flatMap(({ startMs, endMs }) => [startMs, endMs]),
      ].map((ms) => [ms, 0]),
    ),
  );
  const isWanted = ({ date, startMs, endMs }: Tile) => {
    if (known.has(startMs, endMs)) return true;
    const next = silence.next(startMs + 1) ?? task.horizonMs;
    const last = silence.last(startMs) ?? startMs;
    return !stays.has(monthOf(date)) && next - last <= LONGEST_SILENCE_MS;
  };

  const parts: (Row | Tile)[] = [...settled];
  let open: Tile | null = null;
  const fill = (seam: { startMs: number; after: string | null }, next: Row | null) => {
    const limits = { horizonMs: task.horizonMs, zone: task.zone };
    const nextTile = next && { ...next, date: next.record.date };
    for (const tile of tilesFrom({ ...seam, ...limits, next: nextTile })) {
      if (tile.endMs > task.horizonMs && !next) open = tile;
      else if (isWanted(tile)) parts.push(tile);
    }
  };
  const kept = stay
    .filter(({ startMs, endMs }) => known.has(startMs, endMs))
    .map(({ record }) => record.date);
  let seam = firstSeam(task.zone, since, [known.all[0], stay[0]?.startMs]);
  if (seam === null) return { parts, kept, open };
  for (const row of stay) {
    if (row.startMs > seam.startMs) fill(seam, row);
    parts.push(row);
    seam = { startMs: row.endMs, after: row.record.date };
  }
  fill(seam, null);
  return { parts, kept, open };
}

/** Whether there are quarter hours for which a row gives way, in whatever zone a day is made of them. */
async function isMadeAnew(
  { record, startMs, endMs }: Row,
  known: Times,
  source: QuarterSource,
): Promise<boolean> {
  if (!known.has(startMs, endMs)) return false;
  const seconds = known.sum(startMs, endMs);
  if (seconds < measuredSeconds(record)) return false;
  // All that there can be is there, or the file says all it ever said: then the seconds say enough.
  const isWhole = known.count(startMs, endMs) * QUARTER_MS >= endMs - startMs;
  const damaged = !isWhole && source.isDamaged(startMs, endMs);
  if (!damaged && measuredSeconds(record) > 0) return true;
  return givesWay(record, toldBy(await source.between(startMs, endMs)), { damaged });
}

/** Where the first day begins that is not settled; null where there is nothing yet. */
function firstSeam(
  zone: string,
  since: Row | undefined,
  [firstQuarterMs, firstRowMs]: [number | undefined, number | undefined],
): { startMs: number; after: string | null } | null {
  if (since) return { startMs: since.endMs, after: since.record.date };
  if (firstRowMs !== undefined && firstRowMs <= (firstQuarterMs ?? firstRowMs)) {
    return { startMs: firstRowMs, after: null };
  }
  if (firstQuarterMs === undefined) return null;
  return { startMs: dayBounds(dateAt(firstQuarterMs, zone), zone).startMs, after: null };
}

/** Months on disk of whose days nothing is left: days made for them now would be empty. */
function monthsThatStay(
  { months, zone }: DayTask,
  kept: readonly Row[],
  known: Times,
): Set<string> {
  const left = new Set(kept.map(({ record }) => monthOf(record.date)));
  return new Set(
    months
      .filter((row) => isKnown(row) && !left.has(row.month))
      .map(({ month }) => ({ month, ...monthBounds(month, zone) }))
      .filter(({ startMs, endMs }) => !known.has(startMs, endMs))
      .map(({ month }) => month),
  );
}
