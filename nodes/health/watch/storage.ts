/** Decides whether records can be saved, and whether there is room for more. */
import type { FaultBook } from '../faults.ts';

const MB = 1_000_000;
const LOW_MB = 200;
const ENOUGH_MB = 250;
/** A disk may be full of files while it has room: a day of records needs a few new ones. */
const LOW_FILES = 1_000;
const ENOUGH_FILES = 1_500;

/** What is left of the disk; null where not known, or not limited. */
interface Room {
  readonly freeBytes: number | null;
  readonly freeFiles: number | null;
}

export class StorageWatch {
  readonly #disk: Room;
  /** By who reported them. */
  readonly #failedWrites = new Map<string, number>();

  constructor(disk: Room) {
    this.#disk = disk;
  }

  /** What somebody wrote went well, or did not; nobody else can say that it is over. */
  note(reporter: string, ok: boolean, book: FaultBook): void {
    if (ok) this.#failedWrites.delete(reporter);
    else this.#failedWrites.set(reporter, 1 + (this.#failedWrites.get(reporter) ?? 0));
    const failed = [...this.#failedWrites.values()].reduce((sum, writes) => sum + writes, 0);
    if (failed === 0) book.clear('storage_failed', 'site');
    else book.raise({ id: 'storage_failed', source: 'site', evidence: { failed_writes: failed } });
  }

  judge(book: FaultBook): void {
    const { freeBytes, freeFiles } = this.#disk;
    if (freeBytes === null) return;
    const freeMb = Math.floor(freeBytes / MB);
    const source = 'site';
    if (freeMb < LOW_MB) {
      book.raise({ id: 'low_storage', source, evidence: { free_mb: freeMb } });
    } else if (freeFiles !== null && freeFiles < LOW_FILES) {
      const evidence = { free_mb: freeMb, free_files: freeFiles };
      book.raise({ id: 'low_storage', source, cause: 'files', evidence });
    } else if (freeMb >= ENOUGH_MB && (freeFiles ?? ENOUGH_FILES) >= ENOUGH_FILES) {
      book.clear('low_storage', source);
    }
  }
}
