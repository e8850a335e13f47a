/** Decides whether records can be saved, and whether there is room for more. */
import type { FaultBook } from './faults.ts';

const MB = 1_000_000;
const LOW_MB = 200;
const ENOUGH_MB = 250;

export class StorageWatch {
  readonly #disk: { readonly freeBytes: number | null };
  #failedWrites = 0;

  constructor(disk: { readonly freeBytes: number | null }) {
    this.#disk = disk;
  }

  /** A write went well, or did not. */
  note(ok: boolean, book: FaultBook): void {
    this.#failedWrites = ok ? 0 : this.#failedWrites + 1;
    if (ok) book.clear('storage_failed', 'site');
    else {
      const evidence = { failed_writes: this.#failedWrites };
      book.raise({ id: 'storage_failed', source: 'site', evidence });
    }
  }

  judge(book: FaultBook): void {
    if (this.#disk.freeBytes === null) return;
    const freeMb = Math.floor(this.#disk.freeBytes / MB);
    if (freeMb < LOW_MB) {
      book.raise({ id: 'low_storage', source: 'site', evidence: { free_mb: freeMb } });
    } else if (freeMb >= ENOUGH_MB) book.clear('low_storage', 'site');
  }
}
