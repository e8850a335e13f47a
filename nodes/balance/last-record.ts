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

/**
 * The newest of the days' last states: the one with the most settlements. A clock that was set back
 * has put the newest record into an older file.
 * @param parse  a line's state; null for a line that has none
 */
export async function lastRecorded(
  records: string,
  parse: (line: string) => LedgerState | null,
): Promise<LedgerState | null> {
  const folder = join(records, 'minute');
  const files = await readdir(folder).catch(() => []);
  const days = files.filter((name) => /^\d{4}-\d\d-\d\d\.jsonl(\.gz)?$/.test(name)).sort();
  let newest: LedgerState | null = null;
  for (const name of days.slice(-DAYS_BACK).reverse()) {
    // A closed day is of use only where none is open; to unpack one takes its time.
    if (newest !== null && name.endsWith('.gz')) continue;
    const text = await readTail(join(folder, name)).catch(() => '');
    const state = lastOf(text.split('\n'), parse);
    if (state !== null && state.n > (newest?.n ?? -1)) newest = state;
  }
  return newest;
}

/** Lines are appended: the last that has a state has the newest of its file. */
function lastOf(
  lines: readonly string[],
  parse: (line: string) => LedgerState | null,
): LedgerState | null {
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
