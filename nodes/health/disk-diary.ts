/**
 * What was left of the disk, four times a day for two weeks, in `disk.json` beside the records: so
 * that it is known over restarts how fast it fills.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Clock, isoTime } from '../site/clock.ts';
import { replaceWhole } from '../site/jsonl.ts';
import { type DiskFull, type DiskSample, forecast } from './forecast.ts';
import type { DiskSpace } from './host.ts';

const EVERY_MS = 6 * 3_600_000;
const KEPT_MS = 14 * 86_400_000;
const MB = 1_000_000;

const samplesSchema: z.ZodType<DiskSample[]> = z.array(
  z.object({ at: z.string(), free_mb: z.number(), free_files: z.number().nullable() }),
);

export class DiskDiary {
  readonly #file: string;
  readonly #clock: Clock;
  #samples: DiskSample[] | null = null;
  #full: DiskFull | null = null;
  #isBusy = false;

  /** @param records  the folder whose disk it is about */
  constructor(records: string, clock: Clock) {
    this.#file = join(records, 'disk.json');
    this.#clock = clock;
  }

  /** When the disk will be full; null while that is not known, or not in sight. */
  get full(): DiskFull | null {
    return this.#full;
  }

  /** Takes down what is left, where it is time to. Never rejects. */
  async note({ freeBytes, freeFiles }: DiskSpace): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const nowMs = this.#clock.now();
    const kept = this.#samples ?? (await this.#read());
    // A time to come was told by a clock that was wrong.
    const samples = kept.filter(({ at }) => within(nowMs - Date.parse(at), KEPT_MS));
    const last = samples.at(-1);
    if (last === undefined || nowMs - Date.parse(last.at) >= EVERY_MS) {
      const free_mb = Math.round(freeBytes / MB);
      samples.push({ at: isoTime(nowMs), free_mb, free_files: freeFiles });
      // A disk that is full keeps the samples before.
      await replaceWhole(this.#file, `${JSON.stringify(samples)}\n`).catch(() => undefined);
      this.#full = forecast(samples);
    } else if (this.#samples === null) {
      this.#full = forecast(samples);
    }
    this.#samples = samples;
    this.#isBusy = false;
  }

  async #read(): Promise<DiskSample[]> {
    try {
      return samplesSchema.parse(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch {
      return [];
    }
  }
}

function within(ageMs: number, longestMs: number): boolean {
  return ageMs >= 0 && ageMs < longestMs;
}
