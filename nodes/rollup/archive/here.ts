/**
 * Of which time something is told here before an archive is taken over, and by which level: what is
 * here wins, so a coarser record that has outlived the finer ones must not be made anew of a part of them.
 */
import type { MinuteRecord } from '../../journal/minute.ts';
import { type Bounds, monthOf } from '../calendar.ts';
import { DayFiles, monthLines } from '../files/day-files.ts';
import { QUARTER_MS } from '../files/files.ts';
import { minuteDays, minuteFile, stretchOfDay, utcDay } from '../files/minute-days.ts';
import { quarterMonthsIn } from '../files/quarter-source.ts';
import { recordDisk } from '../files/store.ts';
import { isKnown } from '../reconcile/gives-way.ts';
import { quarterLines } from '../reconcile/reconcile-quarters.ts';
import type { AnyRecord, Level } from './levels.ts';

export class Here {
  /** UTC days of which there are minutes. */
  readonly minuteDays: ReadonlySet<string>;
  /** Starts of the quarter hours of which something is told, ms; whether some of it was recovered. */
  readonly #quarters: ReadonlyMap<number, boolean>;
  /** UTC days with such a quarter hour. */
  readonly #quarterDays: ReadonlySet<string>;
  /** Days and months of which something is known. */
  readonly #rows: readonly Bounds[];
  /** Of those, the ones of whose finer records nothing is left. */
  readonly #outlived: readonly Bounds[];

  private constructor(
    days: readonly string[],
    quarters: ReadonlyMap<number, boolean>,
    rows: { all: Bounds[]; outlived: Bounds[] },
  ) {
    this.minuteDays = new Set(days);
    this.#quarters = quarters;
    this.#quarterDays = new Set([...quarters.keys()].map(utcDay));
    this.#rows = rows.all;
    this.#outlived = rows.outlived;
  }

  /** @throws the system's error */
  static async read(records: string): Promise<Here> {
    const days = await minuteDays(records);
    const quarters = await quartersIn(records);
    await addMinutes(records, days, quarters);
    const dayRows = (await new DayFiles(recordDisk, records).read()).filter(({ record }) =>
      isKnown(record),
    );
    const daysOf = new Set(dayRows.map(({ record }) => monthOf(record.date)));
    const monthRows = [...(await monthLines(recordDisk, records).read()).known.values()]
      .map(({ record }) => record)
      .filter(isKnown)
      .map(({ month, start, end }) => ({
        month,
        startMs: Date.parse(start),
        endMs: Date.parse(end),
      }));
    return new Here(days, quarters, {
      all: [...dayRows, ...monthRows],
      outlived: [
        ...dayRows.filter((row) => !hasOneIn(quarters, row)),
        ...monthRows.filter(({ month }) => !daysOf.has(month)),
      ],
    });
  }

  /** Whether quarter hours are all that is left here of a UTC day: then minutes of it are left out. */
  hasOutlivedMinutes(day: string): boolean {
    return this.#quarterDays.has(day) && !this.minuteDays.has(day);
  }

  /** Whether the time of a record, of which its own level has none here, is told by another one. */
  tells(level: Level<AnyRecord>, record: AnyRecord): boolean {
    const bounds = level.bounds(record);
    if (level.name === 'day' || level.name === 'month') {
      return this.#hasQuarter(bounds) || overlapsOne(this.#rows, bounds);
    }
    if (overlapsOne(this.#outlived, bounds)) return true;
    return level.name === 'minute' && this.#tellsMinute(record as MinuteRecord, bounds.startMs);
  }

  #tellsMinute({ recovered }: MinuteRecord, ms: number): boolean {
    if (this.hasOutlivedMinutes(utcDay(ms))) return true;
    if (this.#quarters.get(quarterOf(ms)) === true) return true;
    if (!recovered) return false;
    const block = { startMs: Date.parse(recovered.from), endMs: Date.parse(recovered.to) };
    return this.#hasQuarter(block) || overlapsOne(this.#outlived, block);
  }

  #hasQuarter(bounds: Bounds): boolean {
    return hasOneIn(this.#quarters, bounds);
  }
}

async function quartersIn(records: string): Promise<Map<number, boolean>> {
  const quarters = new Map<number, boolean>();
  for (const month of await quarterMonthsIn(recordDisk, records)) {
    const { known } = await quarterLines(recordDisk, records, month).read();
    for (const { record } of known.values()) {
      const ms = Date.parse(record.ts);
      quarters.set(ms, quarters.get(ms) === true || (record.recovered_s ?? 0) > 0);
    }
  }
  return quarters;
}

/** The quarter hours of minutes of which nothing has been made yet. */
async function addMinutes(
  records: string,
  days: readonly string[],
  quarters: Map<number, boolean>,
): Promise<void> {
  for (const day of days) {
    const { fromMs, toMs } = stretchOfDay(day);
    if (hasOneIn(quarters, { startMs: fromMs, endMs: toMs })) continue;
    const { known } = await minuteFile(recordDisk, records, day).read();
    for (const { record } of known.values()) quarters.set(quarterOf(Date.parse(record.ts)), false);
  }
}

function hasOneIn(quarters: ReadonlyMap<number, boolean>, { startMs, endMs }: Bounds): boolean {
  for (let ms = quarterOf(startMs); ms < endMs; ms += QUARTER_MS) {
    if (quarters.has(ms)) return true;
  }
  return false;
}

function quarterOf(ms: number): number {
  return Math.floor(ms / QUARTER_MS) * QUARTER_MS;
}

function overlapsOne(list: readonly Bounds[], { startMs, endMs }: Bounds): boolean {
  return list.some((one) => one.startMs < endMs && one.endMs > startMs);
}
