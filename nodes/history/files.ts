/** Files of records as the reader needs them: which there are, whether they changed, what is in them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';

/** A day of minutes is some 1.5 MB: few pieces to put together. */
const CHUNK_BYTES = 256 * 1024;

/** The names in a folder that look right, in order; none where there is no folder. */
export function listed(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .sort();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
}

/** Another text once a file is another file, or has changed; of all that are given. */
export function stampOf(...files: string[]): string {
  return files
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((stat) => (stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : '-'))
    .join();
}

/** Null where there is none. */
export function bytesOf(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw thrown;
  }
}

/** What an archive holds, also of one without an end; null where it is damaged. */
export function unpacked(bytes: Buffer): Buffer | null {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: CHUNK_BYTES });
  } catch {
    return null;
  }
}

/** The content of a file, `.gz` or not; empty where there is none or it is damaged. */
export function contentOf(file: string): Buffer {
  const bytes = bytesOf(file);
  const content = bytes && file.endsWith('.gz') ? unpacked(bytes) : bytes;
  return content ?? Buffer.alloc(0);
}

/** Where a line is, and when its record begins: null where it is none as we write it. */
export interface Line {
  start: number;
  end: number;
  ts: string | null;
}

/** The lines of a file. They become text one by one: a file as one text is much to collect. */
export function linesOf(content: Buffer): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < content.length; ) {
    const newline = content.indexOf(NEWLINE, start);
    const end = newline < 0 ? content.length : newline;
    lines.push({ start, end, ts: startOf(content, start) });
    start = end + 1;
  }
  return lines;
}

/** Where the last line begins. */
export function lastLineOf(content: Buffer): number {
  const end = content.at(-1) === NEWLINE ? content.length - 1 : content.length;
  return end === 0 ? 0 : content.lastIndexOf(NEWLINE, end - 1) + 1;
}

const NEWLINE = 10;
const HEAD = '{"v":1,"ts":"';
const HEAD_LENGTH = `${HEAD}2026-11-23T00:00:00.000Z"`.length;

/** When the record of a line begins, of a line as we write it; null for any other. */
export function startOf(content: Buffer, at: number): string | null {
  const head = content.toString('latin1', at, at + HEAD_LENGTH);
  if (head.length < HEAD_LENGTH || !head.startsWith(HEAD) || !head.endsWith('Z"')) return null;
  return head.slice(HEAD.length, -1);
}
