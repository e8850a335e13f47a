/**
 * The lines of the quarter hours of a stretch, read as fast as this machine can: a line as the rollup
 * writes it is taken at its word, any other is looked at as closely as the rollup does.
 */
import { join } from 'node:path';
import type { Stretch } from '../journal/minutes.ts';
import { quarterKey } from '../rollup/derive.ts';
import { asQuarter, QUARTER_MS, quarterFolder } from '../rollup/files.ts';
import type { QuarterRecord } from '../rollup/records.ts';
import { isoTime } from '../site/clock.ts';
import { listed, startOf, textOf } from './files.ts';

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

/** @param whole  false: without peaks, and without what the channels say */
export function quarterLines(
  records: string,
  { fromMs, toMs }: Stretch,
  whole: boolean,
): QuarterRecord[] {
  const [first, last] = [isoTime(fromMs), isoTime(toMs)];
  const lines: QuarterRecord[] = [];
  for (const file of quarterFiles(records)) {
    const month = file.slice(quarterFolder(records).length + 1).slice(0, 7);
    if (month < first.slice(0, 7) || month > last.slice(0, 7)) continue;
    collect(textOf(file), { first, last, whole }, lines);
  }
  return inOrder(lines);
}

interface Wanted {
  first: string;
  last: string;
  whole: boolean;
}

function collect(text: string, { first, last, whole }: Wanted, lines: QuarterRecord[]): void {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const ts = startOf(text, start);
    if (ts === null || (ts >= first && ts < last)) {
      const line = parsed(whole ? text.slice(start, end) : short(text.slice(start, end)));
      if (line && line.ts >= first && line.ts < last) lines.push(line);
    }
    start = end + 1;
  }
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
function inOrder(lines: QuarterRecord[]): QuarterRecord[] {
  const sorted = lines.every(
    (line, index) => index === 0 || (lines[index - 1]?.ts ?? '') < line.ts,
  );
  if (sorted) return lines;
  const byKey = new Map(lines.map((line) => [quarterKey(line), line]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}
