/**
 * Keeps log lines in files, apart from whatever else the program does: lines wait in memory for a
 * second and are written together, errors are flushed with them, and a file that is full is put away.
 * A disk that takes nothing costs lines, which are counted; it never holds anybody up.
 */
import { appendFileSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import type { Clock, Timer } from '../nodes/site/clock.ts';
import { type LogLine, logFile, logFiles } from '../nodes/site/site-log.ts';

export interface LogFileOptions {
  folder: string;
  sizeBytes: number;
  /** Old files beside the one that is written. */
  keep: number;
  clock: Clock;
  /** The line that tells, once the disk takes lines again, how many it did not take. */
  missed: (count: number) => LogLine;
}

const WRITE_AFTER_MS = 1_000;
/** A flush costs the card a block, so what is no error waits for the system's own. */
const FLUSH_EVERY_MS = 5_000;
const TRY_AGAIN_MS = 30_000;
/** Lines that wait while the disk hangs. */
const MOST_WAITING = 1_000;

export class LogFile {
  readonly #options: LogFileOptions;
  #waiting: LogLine[] = [];
  #missed = 0;
  #timer: Timer | null = null;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #handle: FileHandle | null = null;
  #size = 0;
  #flushedMs = Number.NEGATIVE_INFINITY;
  #closed = false;
  /** The file may end within a line. */
  #torn = false;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  write(line: LogLine): void {
    if (this.#closed) return;
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(line);
    else this.#missed += 1;
    this.#writeAfter(WRITE_AFTER_MS);
  }

  /** Writes what waits; resolves when it is on the disk, or lost. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#startWriting();
    await this.#writing;
    this.#timer?.cancel();
    await this.#handle?.close().catch(() => undefined);
    this.#handle = null;
  }

  /** For the last moment of a program that ends by an error: writes what waits, without waiting. */
  spill(): void {
    const text = this.#waiting.splice(0).map(asText).join('');
    if (text === '') return;
    try {
      appendFileSync(logFile(this.#options.folder), text, { flush: true });
    } catch {
      // It has been said on the error stream too, and nobody is left to tell.
    }
  }

  #writeAfter(ms: number): void {
    if (this.#isWriting) return;
    this.#timer ??= this.#options.clock.after(ms, () => {
      this.#startWriting();
    });
  }

  #startWriting(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
  }

  async #write(): Promise<void> {
    const lines = this.#waiting.splice(0);
    const missed = this.#missed;
    this.#missed = 0;
    this.#isWriting = true;
    try {
      await this.#append(missed > 0 ? [this.#options.missed(missed), ...lines] : lines);
    } catch {
      this.#missed += missed + lines.length;
      // Opened again, it shows whether a part of them is in it.
      await this.#handle?.close().catch(() => undefined);
      this.#handle = null;
    }
    this.#isWriting = false;
    if (this.#missed > 0) this.#writeAfter(TRY_AGAIN_MS);
    else if (this.#waiting.length > 0) this.#writeAfter(WRITE_AFTER_MS);
  }

  async #append(lines: readonly LogLine[]): Promise<void> {
    if (lines.length === 0) return;
    if (this.#size >= this.#options.sizeBytes) await this.#putAway();
    this.#handle ??= await this.#open();
    const text = `${this.#torn ? '\n' : ''}${lines.map(asText).join('')}`;
    await this.#handle.appendFile(text);
    this.#torn = false;
    this.#size += Buffer.byteLength(text);
    await this.#flushErrors(this.#handle, lines);
  }

  async #flushErrors(handle: FileHandle, lines: readonly LogLine[]): Promise<void> {
    const nowMs = this.#options.clock.mono();
    const grave = lines.some(({ level }) => level === 'error' || level === 'fatal');
    if (!grave || nowMs - this.#flushedMs < FLUSH_EVERY_MS) return;
    this.#flushedMs = nowMs;
    await handle.datasync();
  }

  async #open(): Promise<FileHandle> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const handle = await open(logFile(folder), 'a+', 0o600);
    const { size } = await handle.stat();
    this.#size = size;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    this.#torn = size > 0 && buffer.toString() !== '\n';
    return handle;
  }

  async #putAway(): Promise<void> {
    const { folder, keep } = this.#options;
    await this.#handle?.close();
    this.#handle = null;
    for (const file of logFiles(folder).slice(0, -keep)) await rm(file, { force: true });
    for (let age = keep - 1; age >= 0; age--) {
      await rename(logFile(folder, age), logFile(folder, age + 1)).catch(unlessMissing);
    }
  }
}

function asText(line: LogLine): string {
  return `${JSON.stringify(line)}\n`;
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
