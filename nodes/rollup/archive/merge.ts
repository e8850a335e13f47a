/**
 * What of an archive's file is new here. What is here already stays as it is, also where the archive
 * says something else: of one time either all lines are taken or none.
 */

import { join } from 'node:path';
import { DAY_MS, utcDay } from '../files/minute-days.ts';
import { LineFile, type RecordDisk } from '../files/store.ts';
import { isKnown } from '../reconcile/gives-way.ts';
import type { DayRecord, MonthRecord } from '../records.ts';
import type { Here } from './here.ts';
import type { AnyRecord, LevelName } from './levels.ts';
import type { RecordsFile } from './open.ts';
import { isRecord } from './record-schemas.ts';

/** Why a line is not taken; told in words of the command line. */
export type Refusal =
  /** It is no record of its level. */
  | 'shape'
  /** It belongs into another file. */
  | 'wrong_file'
  /** It tells of a home that is made up. */
  | 'foreign'
  /** Its time has not ended, or its day is still being written. */
  | 'open'
  /** 15 minutes of a day of which there are minutes here: these decide. */
  | 'minutes_decide';

/** Lines of a file that are not taken, all for the same reason. */
export interface Refused {
  file: string;
  /** The first of them, 1-based. */
  line: number;
  /** How many. */
  lines: number;
  reason: Refusal;
}

export interface Merged {
  added: number;
  /** Time of the first and the last that was added. */
  first?: string;
  last?: string;
  /** Lines that are here already. */
  there: number;
  /** 15 minutes that are made from the archive's own minutes. */
  derived: number;
  /** Times of which something else is known here. */
  conflicts: string[];
  refused: Refused[];
}

export interface Home {
  records: string;
  disk: RecordDisk;
  nowMs: number;
  /** A home that is made up. */
  simulated: boolean;
  /** What is told here, before anything is taken. */
  here: Here;
  /** UTC days of which there are minutes in the archive that may be taken. */
  archivedDays: ReadonlySet<string>;
}

/**
 * @param apply  whether what is new is written
 * @throws the system's error
 */
export async function mergeFile(
  { level, stem }: RecordsFile,
  bytes: Buffer,
  { apply, ...home }: Home & { apply: boolean },
): Promise<Merged> {
  const name = level.file(stem);
  const merged: Merged = { added: 0, there: 0, derived: 0, conflicts: [], refused: [] };
  const offered = new Map<string, { record: AnyRecord; text: string }[]>();
  for (const [index, text] of bytes.toString('utf8').split('\n').entries()) {
    if (text === '') continue;
    const record = parsed(text, { level, stem });
    const verdict = record === null ? 'shape' : verdictOn(record, { level, stem }, home);
    if (verdict === 'derived') merged.derived += 1;
    else if (verdict !== null) {
      refuse(merged.refused, { file: name, line: index + 1, lines: 1, reason: verdict });
    }
    if (record === null || verdict !== null) continue;
    const time = level.time(record);
    offered.set(time, [...(offered.get(time) ?? []), { record, text }]);
  }
  const file = new LineFile(home.disk, join(home.records, name), level);
  const { known } = await file.read();
  const there = Map.groupBy(known.values(), ({ record }) => level.time(record));
  const lines = new Map([...known].map(([key, { text }]) => [key, text]));
  for (const [time, list] of [...offered].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const own = there.get(time) ?? [];
    const isTold =
      own.some(({ record }) => tellsOf(level.name, record)) ||
      list.some(({ record }) => home.here.tells(level, record));
    if (own.length > 0 && list.every(({ text }) => own.some((line) => line.text === text))) {
      merged.there += list.length;
    } else if (isTold) merged.conflicts.push(time);
    else {
      for (const { record, text } of list) lines.set(level.key(record), text);
      merged.added += list.length;
      merged.first ??= time;
      merged.last = time;
    }
  }
  if (apply && merged.added > 0) {
    await file.write([...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text));
  }
  return merged;
}

function refuse(told: Refused[], one: Refused): void {
  const alike = told.find(({ reason }) => reason === one.reason);
  if (alike) alike.lines += one.lines;
  else told.push(one);
}

/** Rows of days and months are also made of times of which nobody knows anything. */
function tellsOf(level: LevelName, record: AnyRecord): boolean {
  return level === 'minute' || level === 'quarter' || isKnown(record as DayRecord | MonthRecord);
}

function parsed(text: string, { level }: RecordsFile): AnyRecord | null {
  try {
    const value = JSON.parse(text) as unknown;
    return isRecord(level.name, value) ? level.parse(value) : null;
  } catch {
    return null;
  }
}

type Verdict = Refusal | 'derived' | null;

function verdictOn(
  record: AnyRecord,
  { level, stem }: RecordsFile,
  home: Omit<Home, 'disk'>,
): Verdict {
  if (level.stemOf(record) !== stem) return 'wrong_file';
  if (record.simulated && !home.simulated) return 'foreign';
  const { startMs, endMs } = level.bounds(record);
  // The journal writes into the day of minutes that is going on, and nobody else does.
  const untilMs = level.name === 'minute' ? Math.floor(home.nowMs / DAY_MS) * DAY_MS : home.nowMs;
  if (endMs > untilMs) return 'open';
  if (level.name !== 'quarter' || home.here.tells(level, record)) return null;
  const day = utcDay(startMs);
  if (home.archivedDays.has(day)) return 'derived';
  return home.here.minuteDays.has(day) ? 'minutes_decide' : null;
}
