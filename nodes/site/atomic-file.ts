/** Replaces a file as a whole: after a power cut there is the old one or the new one, never half. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes `text` to `file`, making its folder (mode 0700) where there is none.
 * @throws the system's error where that fails
 */
export function replaceFile(file: string, text: string, mode: number): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode, flush: true });
    renameSync(temporary, file);
  } catch (thrown) {
    // A full disk leaves an empty draft behind.
    rmSync(temporary, { recursive: true, force: true });
    throw thrown;
  }
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
