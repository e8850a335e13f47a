/**
 * Brings minute records to the disk and says when they are there. While the disk refuses, it keeps
 * what it can in memory and tries again each minute; it never throws at whoever measures.
 */
import { join } from 'node:path';
import { type Clock, isoTime, type Timer } from '../site/clock.ts';
import { asError, SolthriveError } from '../site/errors.ts';
import { type AppendFile, type Disk, realDisk } from './jsonl.ts';
import type { MinuteRecord } from './minute.ts';
import { dayOf, minuteFolder } from './minutes.ts';

/** A day of minutes: older ones make room while the disk refuses. */
const MOST_WAITING = 1_440;
const RETRY_MS = 60_000;

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
  waiting?: readonly MinuteRecord[];
  /** These are on the disk now. */
  onWritten: (records: MinuteRecord[]) => void;
  /** On each change between well and not, and first of all. */
  onState: (state: StorageState) => void;
  disk?: Disk;
}

export class MinuteStore {
  #options: StoreOptions;
  #disk: Disk;
  #waiting: MinuteRecord[];
  #lost = 0;
  #ok: boolean | null = null;
  #open: { day: string; file: AppendFile } | null = null;
  #writing: Promise<void> | null = null;
  #retry: Timer | null = null;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#disk = options.disk ?? realDisk;
    this.#waiting = [...(options.waiting ?? [])];
  }

  /** Takes records in order of time; resolves when the attempt to write them has ended. */
  add(records: readonly MinuteRecord[]): Promise<void> {
    this.#waiting.push(...records);
    this.#makeRoom();
    return this.#write();
  }

  /**
   * Writes what waits, once more, and lets go of the file.
   * @returns what the disk has refused to the end
   */
  async close(): Promise<MinuteRecord[]> {
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
      while (this.#waiting.length > 0) await this.#writeDay();
      this.#tell();
    } catch (thrown) {
      // After a failed flush the bytes may be gone though the file says otherwise: reopen, rewrite.
      await this.#letGo();
      this.#tell(asError(thrown));
      this.#retry = this.#options.clock.after(RETRY_MS, () => void this.#write());
    }
  }

  /** Writes those in front that belong to one day. */
  async #writeDay(): Promise<void> {
    const day = dayOf(this.#waiting[0]?.ts ?? '');
    const other = this.#waiting.findIndex(({ ts }) => dayOf(ts) !== day);
    const records = this.#waiting.slice(0, other < 0 ? undefined : other);
    const file = await this.#fileOf(day);
    await file.append(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    const written = new Set(records);
    this.#waiting = this.#waiting.filter((record) => !written.has(record));
    this.#options.onWritten(records);
  }

  async #fileOf(day: string): Promise<AppendFile> {
    if (this.#open?.day === day && (await this.#open.file.isThere())) return this.#open.file;
    await this.#letGo();
    const file = await this.#disk.open(join(minuteFolder(this.#options.records), `${day}.jsonl`));
    this.#open = { day, file };
    return file;
  }

  async #letGo(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.file.close().catch(() => undefined);
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
