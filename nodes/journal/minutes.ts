/** The minute files of a records folder: their names, and their records read back. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isoTime } from '../site/clock.ts';
import { type ReadTally, readJsonLines } from '../site/jsonl.ts';
import { mergeMinutes } from './merge.ts';
import type { MinuteRecord } from './minute.ts';

const MINUTE_MS = 60_000;
/** A longer outage is a clock that was wrong. */
const LONGEST_OUTAGE_MS = 366 * 86_400_000;

/** `<records>/minute` */
export function minuteFolder(records: string): string {
  return join(records, 'minute');
}

/** The UTC day a record belongs to, and so its file: `2026-11-23`. */
export function dayOf(ts: string): string {
  return ts.slice(0, 10);
}

/** A half-open stretch of time, ms. */
export interface Stretch {
  fromMs: number;
  toMs: number;
}

/**
 * The minutes that begin within a stretch, one record each, in order, and how many lines were bad.
 * A day may have a closed file and an open one; both are read.
 */
export async function readMinutes(
  records: string,
  { fromMs, toMs }: Stretch,
): Promise<{ minutes: MinuteRecord[]; bad: number }> {
  const tally: ReadTally = { bad: 0 };
  const found: MinuteRecord[] = [];
  const [first, last] = [isoTime(fromMs), isoTime(toMs)];
  for (const file of await filesBetween(records, dayOf(first), dayOf(last))) {
    for await (const value of readJsonLines(file, tally)) {
      const record = asMinute(value);
      if (record === null) tally.bad += 1;
      else if (record.ts >= first && record.ts < last) found.push(record);
    }
  }
  return { minutes: mergeMinutes(found), bad: tally.bad };
}

async function filesBetween(records: string, first: string, last: string): Promise<string[]> {
  const folder = minuteFolder(records);
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /^\d{4}-\d\d-\d\d\.jsonl(\.gz)?$/.test(name))
    .filter((name) => dayOf(name) >= first && dayOf(name) <= last)
    .sort()
    .map((name) => join(folder, name));
}

/**
 * A value as a minute record where it has the shape of one, else null. What it recovered is told of
 * a time that can be.
 */
export function asMinute(value: unknown): MinuteRecord | null {
  if (typeof value !== 'object' || value === null) return null;
  const record = value as Record<string, unknown>;
  const { v, ts, run, rev, covered_s, power, energy, channels, recovered } = record;
  const whole = typeof ts === 'string' && isMinuteStart(ts);
  const known = v === 1 && typeof run === 'string' && Number.isInteger(rev);
  const parts = isObject(power) && isObject(energy) && isObject(channels);
  const shaped = parts && ['solar', 'home', 'grid'].every((key) => isStats(power[key]));
  const measured = typeof covered_s === 'number' && (recovered === undefined || isBlock(recovered));
  return whole && known && shaped && measured ? within(value as MinuteRecord) : null;
}

/**
 * A wrong clock may have told an outage of decades, or one that is still to come: a block lies in the
 * year before the end of its minute, and where none of it does, in its minute.
 */
function within(minute: MinuteRecord): MinuteRecord {
  const { recovered } = minute;
  if (!recovered) return minute;
  const startMs = Date.parse(minute.ts);
  const endMs = startMs + MINUTE_MS;
  const [saidFromMs, saidToMs] = [Date.parse(recovered.from), Date.parse(recovered.to)];
  const fromMs = Math.max(saidFromMs, startMs - LONGEST_OUTAGE_MS);
  const toMs = Math.min(saidToMs, endMs);
  if (fromMs === saidFromMs && toMs === saidToMs) return minute;
  const told = fromMs < toMs ? { fromMs, toMs } : { fromMs: startMs, toMs: endMs };
  const [from, to] = [isoTime(told.fromMs), isoTime(told.toMs)];
  return { ...minute, recovered: { ...recovered, from, to } };
}

function isBlock(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.energy) || !isObject(value.channels)) return false;
  const { from, to } = value;
  return typeof from === 'string' && typeof to === 'string' && Date.parse(from) < Date.parse(to);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isStats(value: unknown): boolean {
  return (
    value === null || (Array.isArray(value) && value.length === 3 && value.every(Number.isFinite))
  );
}

/** Exactly the form in which minutes are written: others would sort and compare wrongly. */
function isMinuteStart(ts: string): boolean {
  const ms = Date.parse(ts);
  return ms % MINUTE_MS === 0 && isoTime(ms) === ts;
}
