/**
 * Makes the 15-minute files say what the minutes say. What the minutes do not tell any more, as they
 * are gone or damaged, stays as it is: it is all that is left of its time.
 */
import type { MinuteRecord } from '../../journal/minute.ts';
import type { Stretch } from '../../journal/minutes.ts';
import { isoTime } from '../../site/clock.ts';
import type { PastView } from '../correct/past-view.ts';
import { asQuarter, quarterFile } from '../files/files.ts';
import { DAY_MS, minuteDays, readMinuteDay, stretchOfDay, utcDay } from '../files/minute-days.ts';
import { LineFile, type LineKind, type RecordDisk } from '../files/store.ts';
import type { QuarterRecord } from '../records.ts';
import { deriveQuarters, quarterKey } from './derive.ts';
import { givesWay, toldBy } from './gives-way.ts';

export interface QuarterTask {
  records: string;
  disk: RecordDisk;
  view: PastView;
  /** Quarters from here on have not ended. */
  openFromMs: number;
  /** The quarters looked at; left out, all. */
  stretch?: Stretch;
  /** Called after each day of minutes. */
  onDay?: (done: number, of: number) => void;
}

const QUARTER: LineKind<QuarterRecord> = { parse: asQuarter, key: quarterKey };

export function quarterLines(
  disk: RecordDisk,
  records: string,
  utcMonth: string,
): LineFile<QuarterRecord> {
  return new LineFile(disk, quarterFile(records, utcMonth), QUARTER);
}

/** A UTC day with what its minutes give. */
interface DerivedDay {
  day: string;
  /** Whether it has minutes of its own: where not, only later ones tell of it. */
  hasMinutes: boolean;
  /** Some of what tells of it may be lost: minutes of its own, or later ones. */
  damaged: boolean;
  lines: QuarterRecord[];
}

/** Starts of quarter hours, in no order. */
export interface QuartersDone {
  changed: string[];
  /** Those that know more than the minutes below them. */
  kept: string[];
}

/** @throws the system's error; what was written until then is right, the rest is as it was */
export async function reconcileQuarters(task: QuarterTask): Promise<QuartersDone> {
  const done: QuartersDone = { changed: [], kept: [] };
  let month: DerivedDay[] = [];
  const write = async () => {
    if (month.length === 0) return;
    const { changed, kept } = await writeMonth(task, month);
    done.changed.push(...changed);
    done.kept.push(...kept);
    month = [];
  };
  for await (const derived of deriveDays(task)) {
    if (month[0]?.day.slice(0, 7) !== derived.day.slice(0, 7)) await write();
    month.push(derived);
  }
  await write();
  return done;
}

/** The newest day first: what was recovered for a time is told by a minute after it. */
async function* deriveDays(task: QuarterTask): AsyncGenerator<DerivedDay> {
  const { records, disk, view, openFromMs, stretch } = task;
  const fromMs = stretch?.fromMs ?? Number.NEGATIVE_INFINITY;
  const toMs = Math.min(openFromMs, stretch?.toMs ?? Number.POSITIVE_INFINITY);
  const days = (await minuteDays(records, disk)).filter((day) => stretchOfDay(day).toMs > fromMs);
  const linesOf = (day: string, minutes: readonly MinuteRecord[]): QuarterRecord[] => {
    const own = stretchOfDay(day);
    const ended = { fromMs: own.fromMs, toMs: Math.min(own.toMs, openFromMs) };
    return deriveQuarters(minutes, ended, view);
  };
  const isWanted = (day: string) => {
    const own = stretchOfDay(day);
    return own.fromMs < toMs && own.toMs > fromMs;
  };
  /** Later minutes that tell what passed before the day looked at. */
  let telling: MinuteRecord[] = [];
  let damaged = false;
  for (const [index, day] of days.entries()) {
    const found = await readMinuteDay(disk, records, day);
    damaged ||= found.damaged;
    const all = [...found.minutes, ...telling];
    if (isWanted(day)) yield { day, hasMinutes: true, damaged, lines: linesOf(day, all) };
    const startMs = stretchOfDay(day).fromMs;
    telling = all.filter(({ recovered }) => recovered && Date.parse(recovered.from) < startMs);
    const before = days[index + 1];
    for (const silent of silentDays(telling, { day, before })) {
      if (isWanted(silent)) {
        yield { day: silent, hasMinutes: false, damaged, lines: linesOf(silent, telling) };
      }
    }
    task.onDay?.(index + 1, days.length);
  }
}

/** The days without minutes, back to `before`, of which later minutes tell something. */
function silentDays(
  telling: readonly MinuteRecord[],
  { day, before }: { day: string; before: string | undefined },
): string[] {
  const starts = telling.map(({ recovered }) => Date.parse(recovered?.from ?? ''));
  const firstMs = Math.max(
    Math.min(...starts),
    before === undefined ? Number.NEGATIVE_INFINITY : stretchOfDay(before).toMs,
  );
  const days: string[] = [];
  for (let ms = stretchOfDay(day).fromMs - DAY_MS; ms + DAY_MS > firstMs; ms -= DAY_MS) {
    days.push(utcDay(ms));
  }
  return days;
}

async function writeMonth(
  { disk, records, openFromMs }: QuarterTask,
  derived: readonly DerivedDay[],
): Promise<QuartersDone> {
  const month = derived[0]?.day.slice(0, 7) ?? '';
  const file = quarterLines(disk, records, month);
  const { known } = await file.read();
  const before = new Map([...known].map(([key, { text }]) => [key, text]));
  const after = new Map(before);
  const open = isoTime(openFromMs);
  const wereThere = Map.groupBy(
    [...known.values()].map(({ record }) => record),
    ({ ts }) => ts,
  );
  const kept: string[] = [];
  for (const { day, hasMinutes, damaged, lines } of derived) {
    const made = Map.groupBy(lines, ({ ts }) => ts);
    const here = [...wereThere.keys()].filter((ts) => ts.startsWith(day));
    for (const ts of new Set([...here, ...made.keys()])) {
      const [was, now] = [wereThere.get(ts) ?? [], made.get(ts) ?? []];
      if (ts >= open || (!hasMinutes && now.length === 0)) continue;
      if (isReplaced(was, now, damaged)) {
        for (const line of was) after.delete(quarterKey(line));
        for (const line of now) after.set(quarterKey(line), JSON.stringify(line));
      } else if (hasMinutes) kept.push(ts);
    }
  }
  const keys = [...after.keys()].sort();
  await file.write(keys.map((key) => after.get(key) ?? ''));
  const changed = [...new Set([...before.keys(), ...keys])]
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => key.slice(0, key.indexOf(' ')));
  return { changed, kept };
}

/** What was measured decides for all lines of a quarter hour: those seen otherwise are made of it. */
function isReplaced(
  was: readonly QuarterRecord[],
  now: readonly QuarterRecord[],
  damaged: boolean,
): boolean {
  if (was.length === 0) return true;
  const measured = (lines: readonly QuarterRecord[]) => lines.filter(({ as }) => as === undefined);
  return givesWay(toldBy(measured(was)), toldBy(measured(now)), { damaged });
}
