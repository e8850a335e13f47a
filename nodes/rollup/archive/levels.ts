/** The kinds of records an archive holds: where their files lie, and what tells one line from another. */
import { join } from 'node:path';
import type { MinuteRecord } from '../../journal/minute.ts';
import { asMinute } from '../../journal/minutes.ts';
import type { Bounds } from '../calendar.ts';
import { asDay, asMonth, asQuarter, QUARTER_MS } from '../files/files.ts';
import { minuteDays } from '../files/minute-days.ts';
import { dayYears, quarterMonths } from '../files/read.ts';
import type { LineKind } from '../files/store.ts';
import { quarterKey } from '../reconcile/derive.ts';
import type { DayRecord, MonthRecord, QuarterRecord } from '../records.ts';

export const LEVEL_NAMES = ['minute', 'quarter', 'day', 'month'] as const;
export type LevelName = (typeof LEVEL_NAMES)[number];

export interface Level<T> extends LineKind<T> {
  name: LevelName;
  /** Stems of the files there are, in order. */
  stems(records: string): Promise<string[]>;
  /** Below a records folder, in its open form. */
  file(stem: string): string;
  /** The stem of the file that a record belongs to. */
  stemOf(record: T): string;
  /** The time, date or month it tells of: lines of one time stand or fall together. */
  time(record: T): string;
  bounds(record: T): Bounds;
  /** Hashes of the configurations it was made with. */
  configs(record: T): string[];
}

const minute: Level<MinuteRecord> = {
  name: 'minute',
  parse: asMinute,
  key: ({ ts, run, rev }) => `${ts} ${run} ${rev}`,
  shared: true,
  stems: async (records) => (await minuteDays(records)).reverse(),
  file: (day) => join('minute', `${day}.jsonl`),
  stemOf: ({ ts }) => ts.slice(0, 10),
  time: ({ ts }) => ts,
  bounds: ({ ts }) => from(Date.parse(ts), 60_000),
  configs: ({ config }) => [config],
};

const quarter: Level<QuarterRecord> = {
  name: 'quarter',
  parse: asQuarter,
  key: quarterKey,
  stems: quarterMonths,
  file: (month) => join('quarter', `${month}.jsonl`),
  stemOf: ({ ts }) => ts.slice(0, 7),
  time: ({ ts }) => ts,
  bounds: ({ ts }) => from(Date.parse(ts), QUARTER_MS),
  configs: ({ config, as }) => (as === undefined ? [config] : [config, as]),
};

const day: Level<DayRecord> = {
  name: 'day',
  parse: asDay,
  key: ({ date }) => date,
  stems: dayYears,
  file: (year) => join('day', `${year}.jsonl`),
  stemOf: ({ date }) => date.slice(0, 4),
  time: ({ date }) => date,
  bounds: ({ start, end }) => ({ startMs: Date.parse(start), endMs: Date.parse(end) }),
  configs: () => [],
};

const month: Level<MonthRecord> = {
  name: 'month',
  parse: asMonth,
  key: ({ month }) => month,
  stems: async () => ['month'],
  file: () => 'month.jsonl',
  stemOf: () => 'month',
  time: ({ month }) => month,
  bounds: ({ start, end }) => ({ startMs: Date.parse(start), endMs: Date.parse(end) }),
  configs: () => [],
};

export type AnyRecord = MinuteRecord | QuarterRecord | DayRecord | MonthRecord;

/** From the finest on. A level is only ever handed what its own `parse` gave. */
export const LEVELS = [minute, quarter, day, month] as unknown as readonly Level<AnyRecord>[];

function from(startMs: number, lengthMs: number): Bounds {
  return { startMs, endMs: startMs + lengthMs };
}
