/**
 * Makes the 15-minute files say what the minutes say. What has no minutes any more stays as it is:
 * it is all that is left of its time.
 */
import type { MinuteRecord } from '../journal/minute.ts';
import type { Stretch } from '../journal/minutes.ts';
import { isoTime } from '../site/clock.ts';
import { deriveQuarters, quarterKey } from './derive.ts';
import { asQuarter, quarterFile } from './files.ts';
import { DAY_MS, minuteDays, readMinuteDay, stretchOfDay, utcDay } from './minute-days.ts';
import type { PastView } from './past-view.ts';
import type { QuarterRecord } from './records.ts';
import { knownSeconds } from './seconds.ts';
import { LineFile, type LineKind, type RecordDisk } from './store.ts';

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

/** A UTC day with what its minutes give; `whole` is false where it has no minutes that can be read. */
interface DerivedDay {
  day: string;
  whole: boolean;
  lines: QuarterRecord[];
}

/**
 * @returns the starts of the quarters that changed, in no order
 * @throws the system's error; what was written until then is right, the rest is as it was
 */
export async function reconcileQuarters(task: QuarterTask): Promise<string[]> {
  const changed: string[] = [];
  let month: DerivedDay[] = [];
  for await (const derived of deriveDays(task)) {
    if (month[0] && month[0].day.slice(0, 7) !== derived.day.slice(0, 7)) {
      changed.push(...(await writeMonth(task, month)));
      month = [];
    }
    month.push(derived);
  }
  if (month.length > 0) changed.push(...(await writeMonth(task, month)));
  return changed;
}

/** The newest day first: what was recovered for a time is told by a minute after it. */
async function* deriveDays(task: QuarterTask): AsyncGenerator<DerivedDay> {
  const { records, disk, view, openFromMs, stretch } = task;
  const fromMs = stretch?.fromMs ?? Number.NEGATIVE_INFINITY;
  const toMs = Math.min(openFromMs, stretch?.toMs ?? Number.POSITIVE_INFINITY);
  const days = (await minuteDays(records, disk)).filter((day) => stretchOfDay(day).toMs > fromMs);
  const derive = (day: string, minutes: readonly MinuteRecord[], whole: boolean): DerivedDay => {
    const own = stretchOfDay(day);
    const ended = { fromMs: own.fromMs, toMs: Math.min(own.toMs, openFromMs) };
    return { day, whole, lines: deriveQuarters(minutes, ended, view) };
  };
  const isWanted = (day: string) => {
    const own = stretchOfDay(day);
    return own.fromMs < toMs && own.toMs > fromMs;
  };
  /** Later minutes that tell what passed before the day looked at. */
  let telling: MinuteRecord[] = [];
  for (const [index, day] of days.entries()) {
    const minutes = await readMinuteDay(disk, records, day);
    const all = [...(minutes ?? []), ...telling];
    if (isWanted(day)) yield derive(day, all, minutes !== null);
    const startMs = stretchOfDay(day).fromMs;
    telling = all.filter(({ recovered }) => recovered && Date.parse(recovered.from) < startMs);
    const before = days[index + 1];
    for (const silent of silentDays(telling, { day, before })) {
      if (isWanted(silent)) yield derive(silent, telling, false);
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
): Promise<string[]> {
  const month = derived[0]?.day.slice(0, 7) ?? '';
  const file = quarterLines(disk, records, month);
  const { known } = await file.read();
  const before = new Map([...known].map(([key, { text }]) => [key, text]));
  const after = new Map(before);
  const open = isoTime(openFromMs);
  for (const { day, whole, lines } of derived) {
    const measured = new Set(
      [...known.values()]
        .filter(({ record }) => record.ts.startsWith(day) && isMeasured(record))
        .map(({ record }) => record.ts),
    );
    const isOurs = (ts: string) => ts < open && (whole || !measured.has(ts));
    const derivedTs = new Set(lines.map(({ ts }) => ts));
    for (const [key, { record }] of known) {
      const replaced = whole || derivedTs.has(record.ts);
      if (record.ts.startsWith(day) && replaced && isOurs(record.ts)) after.delete(key);
    }
    for (const line of lines) {
      if (isOurs(line.ts)) after.set(quarterKey(line), JSON.stringify(line));
    }
  }
  const keys = [...after.keys()].sort();
  await file.write(keys.map((key) => after.get(key) ?? ''));
  return [...new Set([...before.keys(), ...keys])]
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => key.slice(0, key.indexOf(' ')));
}

/** Whether somebody looked at all in that time: a block alone can be told again, a measurement cannot. */
function isMeasured(record: QuarterRecord): boolean {
  return knownSeconds({ ...record, recovered_s: 0 }) > 0;
}
