/** A disk on which everything can be tried: what is written stays in memory, and the files as they are. */
import { basename, dirname } from 'node:path';
import { type RecordDisk, recordDisk } from './store.ts';

export class TrialDisk implements RecordDisk {
  readonly #real: RecordDisk;
  /** Null where a file was removed. */
  #written = new Map<string, Buffer | null>();

  constructor(real: RecordDisk = recordDisk) {
    this.#real = real;
  }

  /** The files that would have been written or removed, sorted. */
  get touched(): string[] {
    return [...this.#written.keys()].sort();
  }

  async read(file: string): Promise<Buffer | null> {
    const written = this.#written.get(file);
    return written === undefined ? this.#real.read(file) : written;
  }

  async append(file: string, text: string): Promise<void> {
    const before = (await this.read(file)) ?? Buffer.alloc(0);
    this.#written.set(file, Buffer.concat([before, Buffer.from(text)]));
  }

  async replace(file: string, bytes: Buffer): Promise<void> {
    this.#written.set(file, bytes);
  }

  async remove(file: string): Promise<void> {
    this.#written.set(file, null);
  }

  async removeUnchanged(file: string, text: string): Promise<boolean> {
    const isSame = (await this.read(file))?.toString('utf8') === text;
    if (isSame) await this.remove(file);
    return isSame;
  }

  async list(folder: string): Promise<string[]> {
    const names = new Set(await this.#real.list(folder));
    for (const [file, bytes] of this.#written) {
      if (dirname(file) !== folder) continue;
      if (bytes === null) names.delete(basename(file));
      else names.add(basename(file));
    }
    return [...names];
  }
}
