/**
 * The minutes of one UTC day, read as fast as this machine can: what a minute file looks like when
 * nothing went wrong is taken at its word, all else goes the careful way of the journal.
 */
import { join } from 'node:path';
import type { MinuteRecord } from '../journal/minute.ts';
import { minuteFolder, readMinutes } from '../journal/minutes.ts';
import { bytesOf, linesOf, listed, unpacked } from './files.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** What of a day is wanted: a line is parsed no further than it has to be. */
export interface Wanted {
  /** Minutes that begin in here, UTC, half-open; left out, all. */
  first?: string;
  last?: string;
  /** True: what the channels say too. */
  channels: boolean;
}

/** The UTC days with a minute file, in order: `2026-11-23`. */
export function minuteDays(records: string): string[] {
  const names = listed(minuteFolder(records), /^\d{4}-\d\d-\d\d\.jsonl(\.gz)?$/);
  return [...new Set(names.map((name) => name.slice(0, 10)))];
}

/** The minutes of a UTC day, one record each, in order. */
export async function readMinuteDay(
  records: string,
  day: string,
  wanted: Wanted = { channels: true },
): Promise<MinuteRecord[]> {
  return quickly(minuteText(records, day), day, wanted) ?? carefully(records, day, wanted);
}

/** All lines of a day, as they are; null where there is not exactly one file that can be read. */
export function minuteText(records: string, day: string): Buffer | null {
  const open = bytesOf(join(minuteFolder(records), `${day}.jsonl`));
  const closed = bytesOf(join(minuteFolder(records), `${day}.jsonl.gz`));
  if (open !== null) return closed === null ? open : null;
  return closed === null ? Buffer.alloc(0) : unpacked(closed);
}

async function carefully(records: string, day: string, { first, last }: Wanted) {
  const fromMs = Date.parse(`${day}T00:00:00Z`);
  const { minutes } = await readMinutes(records, { fromMs, toMs: fromMs + DAY_MS });
  return minutes.filter(({ ts }) => ts >= (first ?? '') && ts < (last ?? '~'));
}

/** Null where a line is not what it should be, or minutes do not follow each other. */
function quickly(text: Buffer | null, day: string, wanted: Wanted): MinuteRecord[] | null {
  if (text === null) return null;
  const { first = '', last = '~' } = wanted;
  const minutes: MinuteRecord[] = [];
  let before = '';
  for (const { start, end, ts } of linesOf(text)) {
    if (ts === null || ts <= before || !ts.startsWith(day)) return null;
    before = ts;
    if (ts < first || ts >= last) continue;
    const minute = parsed(text.toString('utf8', start, end), wanted.channels);
    if (minute?.ts !== ts) return null;
    minutes.push(minute);
  }
  return minutes;
}

function parsed(line: string, channels: boolean): MinuteRecord | null {
  try {
    const value: unknown = JSON.parse(channels ? withoutLedger(line) : short(line));
    return isMinute(value) ? value : null;
  } catch {
    return null;
  }
}

/** The ledger is the last key of a line, and the longest: how a restart goes on asks nobody here. */
function withoutLedger(line: string): string {
  const ledger = line.lastIndexOf(',"ledger":{');
  return ledger < 0 ? line : `${line.slice(0, ledger)}}`;
}

/** Neither ledger nor channels; a block of what was recovered has channels of its own. */
function short(line: string): string {
  const channels = line.indexOf(',"channels":{');
  if (channels < 0 || line.lastIndexOf('"recovered":{', channels) >= 0) return withoutLedger(line);
  return `${line.slice(0, channels)},"channels":{}}`;
}

/** As `asMinute` of the journal; the time is only looked at as text. */
function isMinute(value: unknown): value is MinuteRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { v, ts, run, covered_s, power, energy, channels } = value as Partial<MinuteRecord>;
  return (
    v === 1 &&
    typeof ts === 'string' &&
    Date.parse(ts) % MINUTE_MS === 0 &&
    typeof run === 'string' &&
    typeof covered_s === 'number' &&
    typeof energy === 'object' &&
    typeof channels === 'object' &&
    typeof power === 'object' &&
    isStats(power?.solar) &&
    isStats(power?.home) &&
    isStats(power?.grid)
  );
}

function isStats(stats: unknown): boolean {
  if (stats === null) return true;
  if (!Array.isArray(stats) || stats.length !== 3) return false;
  return (
    typeof stats[0] === 'number' && typeof stats[1] === 'number' && typeof stats[2] === 'number'
  );
}
