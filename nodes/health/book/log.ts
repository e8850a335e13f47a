/**
 * Writes what becomes of faults to `faults.jsonl`, in order. While the disk refuses, lines wait in
 * memory; whoever raises a fault is never kept waiting and never fails.
 */
import { rename, stat } from 'node:fs/promises';
import { type Clock, isoTime, type Timer } from '../../site/clock.ts';
import { sayWhat } from '../../site/errors.ts';
import { type AppendFile, type Disk, realDisk } from '../../site/jsonl.ts';
import type { Change, Fault } from '../faults.ts';
import { type FaultLine, faultFile, olderFaultFile, type StoredLine } from './lines.ts';

const RETRY_MS = 60_000;
/** Some thousand changes, kept twice. */
const MOST_BYTES = 1_000_000;
/** While the disk refuses: the oldest make room. */
const MOST_WAITING = 1_000;

export interface FaultLogOptions {
  /** The site's records folder. */
  records: string;
  clock: Clock;
  /** The faults that are active: a new file begins with them. */
  active: () => readonly Fault[];
  /** What another log could not write before it was closed. */
  waiting?: readonly FaultLine[];
  /** Told whether lines reach the disk, on each change of it. */
  onState: (ok: boolean) => void;
  disk?: Disk;
  mostBytes?: number;
}

export class FaultLog {
  readonly #options: FaultLogOptions;
  readonly #file: string;
  readonly #disk: Disk;
  #waiting: FaultLine[];
  #ok = true;
  #open: AppendFile | null = null;
  #writing = Promise.resolve();
  #retry: Timer | null = null;

  constructor(options: FaultLogOptions) {
    this.#options = options;
    this.#file = faultFile(options.records);
    this.#disk = options.disk ?? realDisk;
    this.#waiting = [...(options.waiting ?? [])];
  }

  /** Resolves when the attempt to write it has ended, well or not. */
  add(fault: Fault, change: Change): Promise<void> {
    this.#waiting.push({ ts: isoTime(this.#options.clock.now()), change, fault });
    this.#waiting.splice(0, this.#waiting.length - MOST_WAITING);
    return this.#write();
  }

  /**
   * Writes what waits, once more, and lets go of the file.
   * @returns what the disk has refused to the end
   */
  async close(): Promise<FaultLine[]> {
    await this.#write();
    this.#retry?.cancel();
    await this.#letGo();
    return this.#waiting;
  }

  /** One attempt after the other: that the disk takes lines again is itself a line. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeAll());
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    this.#retry?.cancel();
    this.#retry = null;
    try {
      while (this.#waiting.length > 0) {
        const lines = [...this.#waiting];
        await this.#beginAnewWhenFull();
        await this.#append(lines);
        const written = new Set(lines);
        this.#waiting = this.#waiting.filter((line) => !written.has(line));
      }
      this.#tell(true);
    } catch {
      // After a failed flush the bytes may be gone though the file says otherwise: reopen, rewrite.
      await this.#letGo();
      this.#retry = this.#options.clock.after(RETRY_MS, () => void this.#write());
      this.#tell(false);
    }
  }

  /** Once more where somebody took the file away while it was written. */
  async #append(lines: readonly StoredLine[]): Promise<void> {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    for (const _ of ['first', 'again']) {
      this.#open ??= await this.#disk.open(this.#file);
      await this.#open.append(text);
      if (await this.#open.isThere()) return;
      await this.#letGo();
    }
    throw new Error(sayWhat('removed', { file: this.#file }));
  }

  async #beginAnewWhenFull(): Promise<void> {
    const { clock, records, active, mostBytes = MOST_BYTES } = this.#options;
    const found = await stat(this.#file).catch(() => null);
    if (found === null || found.size < mostBytes) return;
    await this.#letGo();
    await rename(this.#file, olderFaultFile(records));
    const ts = isoTime(clock.now());
    await this.#append(active().map((fault) => ({ ts, change: 'carry', fault })));
  }

  async #letGo(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.close().catch(() => undefined);
  }

  #tell(ok: boolean): void {
    if (ok === this.#ok) return;
    this.#ok = ok;
    this.#options.onState(ok);
  }
}
