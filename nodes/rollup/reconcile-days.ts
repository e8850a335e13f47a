/**
 * Makes the day files say what the quarter hours say, one day after the other, as a bill goes on from
 * day to day. A day whose quarter hours are gone stays as it is.
 */

import { priceDay } from './bill.ts';
import type { BillState } from './bill-state.ts';
import { dateAt, dayBounds, monthBounds, monthOf } from './calendar.ts';
import { makeDay } from './day.ts';
import { DayFiles, type Row } from './day-files.ts';
import { QUARTER_MS } from './files.ts';
import type { PastView } from './past-view.ts';
import { type PriceBook, tariffOn } from './price-book.ts';
import { QuarterSource } from './quarter-source.ts';
import type { DayRecord, MonthRecord, QuarterRecord } from './records.ts';
import { knownSeconds } from './seconds.ts';
import type { RecordDisk } from './store.ts';
import { type Tile, tilesFrom } from './tile.ts';

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
    bill = day.bill;
  }
  const changed = await files.write(days, before);
  return { days, changed, open: plan.open };
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
  open: Tile | null;
}

async function planDays(task: DayTask, rows: readonly Row[], source: QuarterSource): Promise<Plan> {
  const { fromMs = Number.NEGATIVE_INFINITY } = task;
  const settled = rows.filter(({ endMs }) => endMs <= fromMs);
  const since = settled.at(-1);
  const starts = await source.starts(since?.record.end.slice(0, 7));
  const known = new Times(starts);
  const kept = rows.filter(
    (row) => row.endMs > fromMs && isKnown(row.record) && !known.has(row.startMs, row.endMs),
  );
  const stays = monthsThatStay(task, kept, known);
  const silence = new Times([
    ...starts.flatMap((ms) => [ms, ms + QUARTER_MS]),
    ...[...settled, ...kept].flatMap(({ startMs, endMs }) => [startMs, endMs]),
  ]);
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
  let seam = firstSeam(task.zone, since, [starts[0], kept[0]?.startMs]);
  if (seam === null) return { parts, open };
  for (const row of kept) {
    if (row.startMs > seam.startMs) fill(seam, row);
    parts.push(row);
    seam = { startMs: row.endMs, after: row.record.date };
  }
  fill(seam, null);
  return { parts, open };
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

function isKnown(record: DayRecord | MonthRecord): boolean {
  return knownSeconds(record) > 0;
}

/** Instants in order, to be searched. */
class Times {
  readonly #sorted: number[];

  constructor(times: readonly number[]) {
    this.#sorted = [...times].sort((a, b) => a - b);
  }

  /** Whether one lies in a half-open stretch. */
  has(fromMs: number, toMs: number): boolean {
    const next = this.next(fromMs);
    return next !== undefined && next < toMs;
  }

  /** The first at an instant or after it. */
  next(ms: number): number | undefined {
    return this.#sorted[this.#index(ms)];
  }

  /** The last before an instant or at it. */
  last(ms: number): number | undefined {
    return this.#sorted[this.#index(ms + 1) - 1];
  }

  /** How many lie before. */
  #index(ms: number): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? 0) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
