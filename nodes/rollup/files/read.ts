/**
 * The records above the minute, read back for whoever asks: nothing here writes. Bad lines are
 * counted and left out, and a file that is not there has no lines.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stretch } from '../../journal/minutes.ts';
import { isoTime } from '../../site/clock.ts';
import { type ReadTally, readJsonLines } from '../../site/jsonl.ts';
import { readPastView } from '../correct/past-view.ts';
import { quarterKey } from '../reconcile/derive.ts';
import type { DayRecord, MonthRecord, QuarterRecord } from '../records.ts';
import { mergeQuarters } from '../sums/quarter.ts';
import {
  asDay,
  asMonth,
  asQuarter,
  dayFile,
  dayFolder,
  monthFile,
  quarterFolder,
  type RecordFolders,
} from './files.ts';

/**
 * The quarter hours that begin within a stretch, one record each, in order, as they are to be seen:
 * with the corrections of the past.
 * @throws SolthriveError `corrections_damaged`
 */
export async function readQuarters(
  folders: RecordFolders,
  stretch: Stretch,
): Promise<{ quarters: QuarterRecord[]; bad: number }> {
  const view = readPastView(folders);
  const { lines, bad } = await readQuarterLines(folders.records, stretch);
  return { quarters: mergeQuarters(view.quarters(lines)), bad };
}

/** The lines of the quarter hours that begin within a stretch, just as they are on the disk. */
export async function readQuarterLines(
  records: string,
  { fromMs, toMs }: Stretch,
): Promise<{ lines: QuarterRecord[]; bad: number }> {
  const tally: ReadTally = { bad: 0 };
  // A month that was being closed when the power went is there twice: a line counts once.
  const found = new Map<string, QuarterRecord>();
  const [first, last] = [isoTime(fromMs), isoTime(toMs)];
  for (const file of await quarterFilesBetween(records, first, last)) {
    for await (const value of readJsonLines(file, tally)) {
      const line = asQuarter(value);
      if (line === null) tally.bad += 1;
      else if (line.ts >= first && line.ts < last) found.set(quarterKey(line), line);
    }
  }
  const lines = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  return { lines, bad: tally.bad };
}

/** The days from one date to another, both included, in order. */
export async function readDays(
  records: string,
  from: string,
  to: string,
): Promise<{ days: DayRecord[]; bad: number }> {
  const tally: ReadTally = { bad: 0 };
  const found = new Map<string, DayRecord>();
  for (const year of await dayYears(records)) {
    if (year < from.slice(0, 4) || year > to.slice(0, 4)) continue;
    for await (const value of readJsonLines(dayFile(records, year), tally)) {
      const day = asDay(value);
      if (day === null) tally.bad += 1;
      else if (day.date >= from && day.date <= to) found.set(day.date, day);
    }
  }
  const days = [...found.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
  return { days, bad: tally.bad };
}

/** All months, in order. */
export async function readMonths(records: string): Promise<{ months: MonthRecord[]; bad: number }> {
  const tally: ReadTally = { bad: 0 };
  const found = new Map<string, MonthRecord>();
  for await (const value of readJsonLines(monthFile(records), tally)) {
    const month = asMonth(value);
    if (month === null) tally.bad += 1;
    else found.set(month.month, month);
  }
  const months = [...found.values()].sort((a, b) => (a.month < b.month ? -1 : 1));
  return { months, bad: tally.bad };
}

/** The UTC months of which there are quarter hours, in order. */
export async function quarterMonths(records: string): Promise<string[]> {
  const names = await readdir(quarterFolder(records)).catch(() => []);
  const months = names.filter((name) => /^\d{4}-\d\d\.jsonl(\.gz)?$/.test(name));
  return [...new Set(months.map((name) => name.slice(0, 7)))].sort();
}

/** The years of which there are days, in order. */
export async function dayYears(records: string): Promise<string[]> {
  const names = await readdir(dayFolder(records)).catch(() => []);
  return names.flatMap((name) => /^(\d{4})\.jsonl$/.exec(name)?.[1] ?? []).sort();
}

/** The closed file of a month before the open one, where both are there. */
async function quarterFilesBetween(records: string, first: string, last: string) {
  const folder = quarterFolder(records);
  const months = await quarterMonths(records);
  return months
    .filter((month) => month >= first.slice(0, 7) && month <= last.slice(0, 7))
    .flatMap((month) => [join(folder, `${month}.jsonl.gz`), join(folder, `${month}.jsonl`)]);
}
