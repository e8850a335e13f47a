/**
 * Makes the month file say what the days say. A month stays as it is where its days are gone, or know
 * less than it does.
 */
import { monthOf } from '../calendar.ts';
import { monthLines } from '../files/day-files.ts';
import type { RecordDisk } from '../files/store.ts';
import type { DayRecord, MonthRecord } from '../records.ts';
import { makeMonth } from '../sums/month.ts';
import { givesWay } from './gives-way.ts';

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
 * @returns all months in order, those that are new or not what they were, and those that know more
 *   than their days
 * @throws the system's error
 */
export async function reconcileMonths({
  records,
  disk,
  zone,
  days,
  openDate,
}: MonthTask): Promise<{ months: MonthRecord[]; changed: MonthRecord[]; kept: string[] }> {
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
  const kept: string[] = [];
  const byMonth = Map.groupBy(days, ({ date }) => monthOf(date));
  for (const [month, own] of byMonth) {
    if (!hasEnded(month)) continue;
    const [was, made] = [months.get(month), makeMonth(month, zone, own)];
    // In another zone it is another time.
    const gives = was?.timezone !== zone || givesWay(was, made, { damaged: false });
    if (gives) months.set(month, made);
    else kept.push(month);
  }
  const sorted = [...months.values()].sort((a, b) => (a.month < b.month ? -1 : 1));
  const texts = sorted.map((month) => JSON.stringify(month));
  await file.write(texts);
  const changed = sorted.filter((month, n) => known.get(month.month)?.text !== texts[n]);
  return { months: sorted, changed, kept };
}
