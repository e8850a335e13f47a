/** The minutes of a UTC day as the rollup reads them: strictly, so that a disk that fails is no gap. */
import { join } from 'node:path';
import { mergeMinutes } from '../../journal/merge.ts';
import type { MinuteRecord } from '../../journal/minute.ts';
import { asMinute, minuteFolder, type Stretch } from '../../journal/minutes.ts';
import { isoTime } from '../../site/clock.ts';
import { LineFile, type LineKind, type RecordDisk, recordDisk } from './store.ts';

export const DAY_MS = 86_400_000;

const MINUTE: LineKind<MinuteRecord> = {
  parse: asMinute,
  key: ({ ts, run, rev }) => `${ts} ${run} ${rev}`,
  shared: true,
};

export function minuteFile(disk: RecordDisk, records: string, day: string): LineFile<MinuteRecord> {
  return new LineFile(disk, join(minuteFolder(records), `${day}.jsonl`), MINUTE);
}

/** The UTC days of which there are minutes, the newest first. */
export async function minuteDays(
  records: string,
  disk: RecordDisk = recordDisk,
): Promise<string[]> {
  const names = await disk.list(minuteFolder(records));
  const days = names.filter((name) => /^\d{4}-\d\d-\d\d\.jsonl(\.gz)?$/.test(name));
  return [...new Set(days.map((name) => name.slice(0, 10)))].sort().reverse();
}

/** The minutes of a UTC day that can be read, one record each. */
export interface MinuteDay {
  minutes: MinuteRecord[];
  /** There may have been more. */
  damaged: boolean;
}

/** @throws the system's error */
export async function readMinuteDay(
  disk: RecordDisk,
  records: string,
  day: string,
): Promise<MinuteDay> {
  const { known, bad } = await minuteFile(disk, records, day).read();
  const minutes = mergeMinutes([...known.values()].map(({ record }) => record));
  // A file without a line is what is left of one.
  return { minutes, damaged: bad > 0 || minutes.length === 0 };
}

export function stretchOfDay(day: string): Stretch {
  const fromMs = Date.parse(`${day}T00:00:00Z`);
  return { fromMs, toMs: fromMs + DAY_MS };
}

export function utcDay(ms: number): string {
  return isoTime(ms).slice(0, 10);
}
