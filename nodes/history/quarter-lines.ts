/**
 * The lines of the quarter hours of a stretch, read as fast as this machine can: a line as the rollup
 * writes it is taken at its word, any other is looked at as closely as the rollup does.
 */
import { basename, join } from 'node:path';
import type { Stretch } from '../journal/minutes.ts';
import { asQuarter, QUARTER_MS, quarterFolder } from '../rollup/files/files.ts';
import { quarterKey } from '../rollup/reconcile/derive.ts';
import type { QuarterRecord } from '../rollup/records.ts';
import { isoTime } from '../site/clock.ts';
import { contentOf, type Line, linesOf, listed } from './files.ts';

/** About a day: few enough to be gone before a collector of garbage looks for them. */
const BATCH = 96;

/** The files of quarter hours in order; the closed one of a month before the open one. */
export function quarterFiles(records: string): string[] {
  const folder = quarterFolder(records);
  const names = listed(folder, /^\d{4}-\d\d\.jsonl(\.gz)?$/);
  const isClosed = (name: string) => name.endsWith('.gz');
  const inOrder = names.sort((a, b) =>
    a.slice(0, 7) === b.slice(0, 7) ? Number(isClosed(b)) - Number(isClosed(a)) : a < b ? -1 : 1,
  );
  return inOrder.map((name) => join(folder, name));
}

interface Wanted {
  first: string;
  last: string;
  /** False: without peaks, and without what the channels say. */
  whole: boolean;
}

/** The lines that begin in a stretch, in order, some at a time; those of one quarter hour together. */
export function* quarterLines(
  records: string,
  { fromMs, toMs }: Stretch,
  whole: boolean,
): Generator<QuarterRecord[]> {
  const wanted = { first: isoTime(fromMs), last: isoTime(toMs), whole };
  const months = Map.groupBy(quarterFiles(records), (file) => basename(file).slice(0, 7));
  for (const [month, files] of months) {
    if (month < wanted.first.slice(0, 7) || month > wanted.last.slice(0, 7)) continue;
    const read = files.map(contentOf).map((content) => ({ content, lines: linesOf(content) }));
    const [only, other] = read;
    if (only && !other && isOneEach(only.lines)) yield* batches(only, wanted);
    else yield sorted(read.flatMap((file) => [...batches(file, wanted)].flat()));
  }
}

/** Whether all lines are as the rollup writes them, and of one quarter hour each, in order. */
function isOneEach(lines: readonly Line[]): boolean {
  return lines.every(({ ts }, n) => ts !== null && (n === 0 || ts > (lines[n - 1]?.ts ?? '~')));
}

function* batches(
  { content, lines }: { content: Buffer; lines: readonly Line[] },
  { first, last, whole }: Wanted,
): Generator<QuarterRecord[]> {
  let batch: QuarterRecord[] = [];
  for (const { start, end, ts } of lines) {
    if (ts !== null && (ts < first || ts >= last)) continue;
    const text = content.toString('utf8', start, end);
    const record = parsed(whole ? text : short(text));
    if (!record || record.ts < first || record.ts >= last) continue;
    batch.push(record);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Peaks and channels stand before and after the energies, and are most of a line. */
function short(line: string): string {
  const peaks = line.indexOf(',"peaks":{');
  const energy = line.indexOf(',"energy":{', peaks);
  const channels = line.indexOf(',"channels":{', energy);
  if (peaks < 0 || energy < 0 || channels < 0) return line;
  return `${line.slice(0, peaks)},"peaks":{}${line.slice(energy, channels)},"channels":{}}`;
}

function parsed(text: string): QuarterRecord | null {
  try {
    const value: unknown = JSON.parse(text);
    return isPlain(value) ? value : asQuarter(value);
  } catch {
    return null;
  }
}

function isPlain(value: unknown): value is QuarterRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { v, ts, config, as, covered_s, power, peaks, energy, events } =
    value as Partial<QuarterRecord>;
  const isObject = (part: unknown) => typeof part === 'object' && part !== null;
  return (
    v === 1 &&
    as === undefined &&
    events === undefined &&
    typeof ts === 'string' &&
    Date.parse(ts) % QUARTER_MS === 0 &&
    typeof config === 'string' &&
    typeof covered_s === 'number' &&
    isObject(power) &&
    isObject(peaks) &&
    isObject(energy)
  );
}

/** A month that was being closed when the power went is there twice: a line counts once. */
function sorted(lines: readonly QuarterRecord[]): QuarterRecord[] {
  const byKey = new Map(lines.map((line) => [quarterKey(line), line]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}
