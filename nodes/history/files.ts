/** Files of records as the reader needs them: which there are, whether they changed, what is in them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';

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
export function unpacked(bytes: Buffer): string | null {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  } catch {
    return null;
  }
}

/** The text of a file, `.gz` or not; empty where there is none or it is damaged. */
export function textOf(file: string): string {
  const bytes = bytesOf(file);
  if (bytes === null) return '';
  return file.endsWith('.gz') ? (unpacked(bytes) ?? '') : bytes.toString();
}

const HEAD = '{"v":1,"ts":"';
const TS_LENGTH = '2026-11-23T00:00:00.000Z'.length;

/** When the record of a line begins, of a line as we write it; null for any other. */
export function startOf(text: string, at: number): string | null {
  if (!text.startsWith(HEAD, at)) return null;
  const end = at + HEAD.length + TS_LENGTH;
  return text.startsWith('Z"', end - 1) ? text.slice(at + HEAD.length, end) : null;
}
