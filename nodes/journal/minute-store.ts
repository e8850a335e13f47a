/**
 * Brings minute records to the disk and says when they are there. While the disk refuses, it keeps
 * what it can in memory and tries again each minute; it never throws at whoever measures.
 */
import { join } from 'node:path';
import { type Clock, isoTime, type Timer } from '../site/clock.ts';
import { asError, SolthriveError, sayWhat } from '../site/errors.ts';
import { type AppendFile, type Disk, realDisk } from '../site/jsonl.ts';
import type { MinuteRecord } from './minute.ts';
import { dayOf, minuteFolder } from './minutes.ts';

/** A day of minutes: older ones make room while the disk refuses. */
const MOST_WAITING = 1_440;
const RETRY_MS = 60_000;

/** A line on its way to the end of a file. */
export interface Entry {
  file: string;
  value: object;
  /** The minute that is on record with this line; left out where none is. */
  minute?: MinuteRecord;
}

/** Whether records reach the disk; on topic `storage`. */
export interface StorageState {
  ok: boolean;
  ts: string;
  /** Records that wait in memory. */
  waiting: number;
  /** Records given up since the start because too many waited. */
  lost: number;
  error?: { code: string; message: string };
}

export interface StoreOptions {
  /** The site's records folder. */
  records: string;
  clock: Clock;
  /** What another store could not write before it was closed: it goes with what comes next. */
  waiting?: readonly Entry[];
  /** These are on the disk now. */
  onWritten: (records: MinuteRecord[]) => void;
  /** On each change between well and not, and first of all. */
  onState: (state: StorageState) => void;
  disk?: Disk;
}

export class MinuteStore {
  #options: StoreOptions;
  #disk: Disk;
  #waiting: Entry[];
  #lost = 0;
  #ok: boolean | null = null;
  #open: { file: string; appender: AppendFile } | null = null;
  #writing: Promise<void> | null = null;
  #retry: Timer | null = null;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#disk = options.disk ?? realDisk;
    this.#waiting = [...(options.waiting ?? [])];
  }

  /** Takes records in order of time; resolves when the attempt to write them has ended. */
  add(records: readonly MinuteRecord[]): Promise<void> {
    return this.put(records.map((minute) => this.#entryOf(minute)));
  }

  /** As `add`, for any lines. */
  put(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) this.#waiting.push(entry);
    this.#makeRoom();
    return this.#write();
  }

  /** How many lines are not on the disk yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Takes a file away.
   * @throws the system's error where that fails
   */
  async remove(file: string): Promise<void> {
    if (this.#open?.file === file) await this.#letGo();
    await this.#disk.remove(file);
  }

  /**
   * Writes what waits, once more, and lets go of the file.
   * @returns what the disk has refused to the end
   */
  async close(): Promise<Entry[]> {
    await this.#write();
    this.#retry?.cancel();
    await this.#letGo();
    return this.#waiting;
  }

  /** A first past may be large; what was not tried yet is no backlog. */
  #makeRoom(): void {
    if (this.#ok !== false) return;
    const tooMany = Math.max(0, this.#waiting.length - MOST_WAITING);
    this.#waiting.splice(0, tooMany);
    this.#lost += tooMany;
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    this.#retry?.cancel();
    this.#retry = null;
    try {
      while (this.#waiting.length > 0) await this.#writeFile();
      this.#tell();
    } catch (thrown) {
      // After a failed flush the bytes may be gone though the file says otherwise: reopen, rewrite.
      await this.#letGo();
      this.#tell(asError(thrown));
      this.#retry = this.#options.clock.after(RETRY_MS, () => void this.#write());
    }
  }

  /** Writes those in front that belong into one file. */
  async #writeFile(): Promise<void> {
    const name = this.#waiting[0]?.file ?? '';
    const other = this.#waiting.findIndex(({ file }) => file !== name);
    const entries = this.#waiting.slice(0, other < 0 ? undefined : other);
    await this.#append(name, entries.map(({ value }) => `${JSON.stringify(value)}\n`).join(''));
    const written = new Set(entries);
    this.#waiting = this.#waiting.filter((entry) => !written.has(entry));
    const minutes = entries.flatMap(({ minute }) => minute ?? []);
    if (minutes.length > 0) this.#options.onWritten(minutes);
  }

  /** A file that was packed and removed in between has taken the lines with it: then once more. */
  async #append(file: string, text: string): Promise<void> {
    for (const _ of ['first', 'again']) {
      const appender = await this.#appenderOf(file);
      await appender.append(text);
      if (await appender.isThere()) return;
    }
    throw new Error(sayWhat('removed', { file }));
  }

  async #appenderOf(file: string): Promise<AppendFile> {
    if (this.#open?.file === file && (await this.#open.appender.isThere())) {
      return this.#open.appender;
    }
    await this.#letGo();
    const appender = await this.#disk.open(file);
    this.#open = { file, appender };
    return appender;
  }

  #entryOf(minute: MinuteRecord): Entry {
    const file = join(minuteFolder(this.#options.records), `${dayOf(minute.ts)}.jsonl`);
    return { file, value: minute, minute };
  }

  async #letGo(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.appender.close().catch(() => undefined);
  }

  #tell(failed?: Error): void {
    const ok = failed === undefined;
    if (ok === this.#ok) return;
    this.#ok = ok;
    const file = minuteFolder(this.#options.records);
    const error = failed && new SolthriveError('storage_failed', { file, what: failed.message });
    this.#options.onState({
      ok,
      ts: isoTime(this.#options.clock.now()),
      waiting: this.#waiting.length,
      lost: this.#lost,
      ...(error && { error: { code: error.code, message: error.message } }),
    });
  }
}
