/** The state of the energy at the end of the newest minute record, whatever the clock did since. */
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { LedgerState } from './measured.ts';

/** More than enough for the last record of a day. */
const TAIL_BYTES = 64 * 1024;
/** As many days as there are records of minutes, and those that a wrong clock has made. */
const DAYS_BACK = 35;

type ParseLine = (line: string) => LedgerState | null;

/**
 * The newest of the days' last states: the one with the most settlements. A clock that was set back
 * has put the newest record into an older file.
 * @param parse  a line's state; null for a line that has none
 */
export async function lastRecorded(records: string, parse: ParseLine): Promise<LedgerState | null> {
  const folder = join(records, 'minute');
  const days = await namesIn(folder, /^\d{4}-\d\d-\d\d\.jsonl(\.gz)?$/);
  let newest: LedgerState | null = null;
  for (const name of days.slice(-DAYS_BACK).reverse()) {
    // A closed day is of use only where none is open; to unpack one takes its time.
    if (newest !== null && name.endsWith('.gz')) continue;
    newest = newer(newest, await lastState(join(folder, name), parse));
  }
  return newest;
}

/** The newest state of the minutes that wait for a date: they are on record as well. */
export async function lastHeld(records: string, parse: ParseLine): Promise<LedgerState | null> {
  const folder = join(records, 'undated');
  let newest: LedgerState | null = null;
  for (const name of await namesIn(folder, /\.jsonl$/)) {
    newest = newer(newest, await lastState(join(folder, name), parse));
  }
  return newest;
}

/** Of two states the one with more settlements. */
export function newer(a: LedgerState | null, b: LedgerState | null): LedgerState | null {
  if (a === null || b === null) return a ?? b;
  return b.n > a.n ? b : a;
}

async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => pattern.test(name)).sort();
}

async function lastState(file: string, parse: ParseLine): Promise<LedgerState | null> {
  const text = await readTail(file).catch(() => '');
  return lastOf(text.split('\n'), parse);
}

/** Lines are appended: the last that has a state has the newest of its file. */
function lastOf(lines: readonly string[], parse: ParseLine): LedgerState | null {
  for (const line of lines.toReversed()) {
    const state = line === '' ? null : parse(line);
    if (state !== null) return state;
  }
  return null;
}

async function readTail(file: string): Promise<string> {
  if (file.endsWith('.gz')) {
    const bytes = await promisify(gunzip)(await readFile(file));
    return bytes.subarray(-TAIL_BYTES).toString();
  }
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString();
  } finally {
    await handle.close();
  }
}
