/**
 * Sorts seconds into minutes: a snapshot labelled with a second stands for the second that ends
 * there, so the one on the full minute is the last of the minute before. It touches no file.
 */
import type { Measured } from '../balance/measured.ts';
import type { Snapshot } from '../balance/snapshot.ts';
import type { MinuteRecord } from './minute.ts';
import { OpenMinute } from './open-minute.ts';

const MINUTE_MS = 60_000;
/** A clock set back by no more is waited for; further back it starts over in the past. */
const WAIT_FOR_CLOCK_MS = 120_000;

export class MinuteBuilder {
  #config: string;
  #minute: OpenMinute | null = null;
  /** The latest second, and the minute that it or the next one belongs to. */
  #latestMs = Number.NEGATIVE_INFINITY;
  #floorMs = Number.NEGATIVE_INFINITY;
  /** How often the clock went back: minutes lived twice must add, as those of two runs do. */
  #rewinds = 0;

  /** @param config  short hash of the configuration */
  constructor(config: string) {
    this.#config = config;
  }

  /** Takes a second; gives the minutes that are complete with it, in order. */
  take(snapshot: Snapshot, measured: Measured): MinuteRecord[] {
    const done: MinuteRecord[] = [];
    const endMs = Date.parse(snapshot.ts);
    const startMs = this.#minuteOf(endMs);
    const run = this.#rewinds === 0 ? snapshot.run : `${snapshot.run}.${this.#rewinds}`;
    if (this.#minute && (this.#minute.startMs !== startMs || this.#minute.run !== run)) {
      done.push(this.#minute.record(this.#config));
      this.#minute = null;
    }
    this.#minute ??= new OpenMinute(startMs, run);
    this.#minute.add(snapshot, measured);
    if (endMs === startMs + MINUTE_MS) {
      done.push(this.#minute.record(this.#config));
      this.#minute = null;
      this.#floorMs = endMs;
    }
    return done;
  }

  /**
   * The minute so far, to be written before a stop. It stays open: should seconds follow after all
   * (a deploy of this node alone), the whole minute comes again with a higher `rev`.
   */
  cut(): MinuteRecord | null {
    return this.#minute?.record(this.#config) ?? null;
  }

  #minuteOf(endMs: number): number {
    const startMs = Math.floor((endMs - 1) / MINUTE_MS) * MINUTE_MS;
    const isFarBack = this.#latestMs - endMs > WAIT_FOR_CLOCK_MS;
    if (isFarBack) this.#rewinds += 1;
    this.#latestMs = isFarBack ? endMs : Math.max(this.#latestMs, endMs);
    this.#floorMs = isFarBack ? startMs : Math.max(this.#floorMs, startMs);
    return this.#floorMs;
  }
}
