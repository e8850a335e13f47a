/** Decides whether records can be saved, and whether there is room for more. */
import type { FaultBook } from '../faults.ts';
import type { DiskFull } from '../forecast.ts';

const MB = 1_000_000;
const LOW_MB = 200;
const ENOUGH_MB = 250;
/** A disk may be full of files while it has room: a day of records needs a few new ones. */
const LOW_FILES = 1_000;
const ENOUGH_FILES = 1_500;
/** As it fills: time enough for somebody to come. */
const LOW_DAYS = 14;
const ENOUGH_DAYS = 21;

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

  /** @param full  when the disk will be, as it has been filling; null where that is not in sight */
  judge(book: FaultBook, full: DiskFull | null): void {
    const { freeBytes, freeFiles } = this.#disk;
    if (freeBytes === null) return;
    const freeMb = Math.floor(freeBytes / MB);
    const days = full?.days_left ?? ENOUGH_DAYS;
    const fault = {
      id: 'low_storage' as const,
      source: 'site',
      evidence: {
        free_mb: freeMb,
        ...(freeFiles !== null && { free_files: freeFiles }),
        ...(full && { days_left: full.days_left }),
      },
    };
    const isEnough = freeMb >= ENOUGH_MB && (freeFiles ?? ENOUGH_FILES) >= ENOUGH_FILES;
    if (freeMb < LOW_MB) book.raise(fault);
    else if (freeFiles !== null && freeFiles < LOW_FILES) book.raise({ ...fault, cause: 'files' });
    else if (isEnough && days < LOW_DAYS) book.raise({ ...fault, cause: 'filling' });
    else if (isEnough && days >= ENOUGH_DAYS) book.clear('low_storage', 'site');
  }
}
