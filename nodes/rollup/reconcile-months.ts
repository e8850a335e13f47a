/** Makes the month file say what the days say; a month whose days are gone stays as it is. */
import { monthOf } from './calendar.ts';
import { monthLines } from './day-files.ts';
import { makeMonth } from './month.ts';
import type { DayRecord, MonthRecord } from './records.ts';
import type { RecordDisk } from './store.ts';

export interface MonthTask {
  records: string;
  disk: RecordDisk;
  zone: string;
  /** All days, in order. */
  days: readonly DayRecord[];
  /** The date that goes on, and with it its month; null where nothing was ever recorded. */
  openDate: string | null;
}

/**
 * @returns all months in order, and those that are new or not what they were
 * @throws the system's error
 */
export async function reconcileMonths({
  records,
  disk,
  zone,
  days,
  openDate,
}: MonthTask): Promise<{ months: MonthRecord[]; changed: MonthRecord[] }> {
  const file = monthLines(disk, records);
  const { known } = await file.read();
  const openMonth = openDate === null ? null : monthOf(openDate);
  // One that has not ended was made by a clock that was ahead.
  const hasEnded = (month: string) => openMonth === null || month < openMonth;
  const months = new Map(
    [...known.values()]
      .filter(({ record }) => hasEnded(record.month))
      .map(({ record }) => [record.month, record]),
  );
  const byMonth = Map.groupBy(days, ({ date }) => monthOf(date));
  for (const [month, own] of byMonth) {
    if (hasEnded(month)) months.set(month, makeMonth(month, zone, own));
  }
  const sorted = [...months.values()].sort((a, b) => (a.month < b.month ? -1 : 1));
  const texts = sorted.map((month) => JSON.stringify(month));
  await file.write(texts);
  const changed = sorted.filter((month, n) => known.get(month.month)?.text !== texts[n]);
  return { months: sorted, changed };
}
