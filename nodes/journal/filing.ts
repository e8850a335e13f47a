/**
 * Decides where a finished minute goes: into the file of its day, or, while nobody knows what time
 * it is, into a holding file from which it moves as soon as somebody does. Each step can be cut short
 * by a power cut and is taken again: a line that is written twice counts once.
 */
import { type Clock, isoTime } from '../site/clock.ts';
import { ClockTrust, type TimeMachine } from '../site/clock-trust.ts';
import { Dating } from './dating.ts';
import type { MinuteRecord } from './minute.ts';
import type { MinuteStore } from './minute-store.ts';
import { newestRecordMs } from './newest.ts';
import {
  type HeldMinute,
  holdingFile,
  holdingFiles,
  type Offset,
  readHeld,
  stateOf,
  type UndatedKwh,
  undatedKwh,
} from './undated.ts';

const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 10_000;
/** As many minutes are moved at a time as may wait in memory: a day. */
const AT_ONCE = 1_440;

/** Whether records carry a time that can be believed; on topic `clock`. */
export interface ClockState {
  trusted: boolean;
  ts: string;
  /** What earlier starts of the machine have measured without ever learning the time. */
  undated_kwh?: UndatedKwh;
}

export interface FilingOptions {
  /** The site's records folder. */
  records: string;
  clock: Clock;
  machine: TimeMachine;
  store: MinuteStore;
  /** First of all, and on each change. */
  onClock: (state: ClockState) => void;
}

/** One instant on the wall clock and since the machine started, ms. */
interface Moment {
  wallMs: number;
  bootMs: number;
}

export class Filing {
  readonly #options: FilingOptions;
  /** One thing after the other: minutes must not overtake those that are being dated. */
  #queue: Promise<void>;
  #trust: ClockTrust | null = null;
  /** When the newest dated record was written, ms. */
  #recordedMs: number | null = null;
  #trustedAt: Moment | null = null;
  /** Minutes that began before `#trustedAt` were labelled by a clock that could not be believed. */
  #wasUntrusted = false;
  /** As it has dated the last of the held minutes: the open one goes the same way. */
  #dating: Dating | null = null;
  /** Holding files that are to be moved. */
  #unmoved = new Set<string>();
  #lookedMs = Number.NEGATIVE_INFINITY;
  #seconds: Moment[] = [];

  constructor(options: FilingOptions) {
    this.#options = options;
    this.#queue = this.#start();
  }

  /** A second has passed that the wall clock calls `wallMs`. */
  second(wallMs: number): void {
    const { clock, machine } = this.#options;
    this.#seconds = [...this.#seconds.slice(-1), { wallMs, bootMs: machine.bootMs() }];
    const settled = this.#trustedAt !== null && this.#unmoved.size === 0;
    if (settled || clock.mono() - this.#lookedMs < LOOK_EVERY_MS) return;
    this.#lookedMs = clock.mono();
    void this.#enqueue(() => this.#look());
  }

  /** Takes minutes as they end; resolves when the attempt to write them has ended. */
  take(minutes: readonly MinuteRecord[]): Promise<void> {
    const held = minutes.map((record) => ({ mono_ms: this.#beginOf(record), record }));
    return this.#enqueue(async () => {
      if (this.#trustedAt === null) await this.#look();
      const { store } = this.#options;
      if (this.#trustedAt !== null) return store.add(this.#dated(held, this.#trustedAt));
      const file = this.#ownFile();
      return store.put(held.map((value) => ({ file, value })));
    });
  }

  /** Takes minutes of the past. While nobody knows what today is they are refused: they may be its future. */
  takePast(records: readonly MinuteRecord[]): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#trustedAt !== null) await this.#options.store.add(records);
    });
  }

  /** Resolves when what was taken has been tried. */
  close(): Promise<void> {
    return this.#queue;
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work, work);
    return this.#queue;
  }

  async #start(): Promise<void> {
    const { records, clock, machine } = this.#options;
    this.#recordedMs = await newestRecordMs(records);
    this.#trust = new ClockTrust(clock, machine, this.#recordedMs);
    // A move that a power cut has ended goes on, whatever the time is now.
    for (const file of await holdingFiles(records)) {
      if ((await stateOf(file)).offset !== null) this.#unmoved.add(file);
    }
    this.#wasUntrusted = (await stateOf(this.#ownFile())).held;
    await this.#look();
    if (this.#trustedAt !== null) return;
    this.#wasUntrusted = true;
    await this.#tell();
  }

  /** Asks for the time while it is not known, and moves what can be dated. */
  async #look(): Promise<void> {
    const { clock, machine } = this.#options;
    const news = this.#trustedAt === null && (await this.#trust?.look());
    if (news) {
      this.#trustedAt = { wallMs: clock.now(), bootMs: machine.bootMs() };
      this.#unmoved.add(this.#ownFile());
    }
    for (const file of this.#unmoved) {
      if (await this.#move(file)) this.#unmoved.delete(file);
    }
    if (news) await this.#tell();
  }

  /**
   * Moves the minutes of a holding file to where they belong.
   * @returns false where the disk refuses: then all of it is done once more, later
   */
  async #move(file: string): Promise<boolean> {
    const { store } = this.#options;
    // What is held may itself still wait for the disk.
    if (store.waiting > 0) await store.put([]);
    if (store.waiting > 0) return false;
    const { held, offset } = await stateOf(file);
    if (held) {
      const dating = new Dating(offset ?? (await this.#decideOffset(file)));
      for await (const minutes of inParts(readHeld(file))) {
        await store.add(minutes.map((minute) => dating.date(minute)));
        if (store.waiting > 0) return false;
      }
      if (file === this.#ownFile()) this.#dating = dating;
    }
    return store.remove(file).then(
      () => true,
      () => false,
    );
  }

  /** Written down before it is used: a second try must give every minute the same date. */
  async #decideOffset(file: string): Promise<Offset> {
    const offset = this.#offsetAt(this.#trustedAt ?? this.#now());
    await this.#options.store.put([{ file, value: offset }]);
    return offset;
  }

  #offsetAt({ wallMs, bootMs }: Moment): Offset {
    return { offset_ms: Math.round(wallMs - bootMs), recorded_ms: this.#recordedMs };
  }

  #dated(minutes: readonly HeldMinute[], trustedAt: Moment): MinuteRecord[] {
    return minutes.map((minute) => {
      if (!this.#wasUntrusted || minute.mono_ms >= trustedAt.bootMs) return minute.record;
      this.#dating ??= new Dating(this.#offsetAt(trustedAt));
      return this.#dating.date(minute);
    });
  }

  /** When a minute that has just ended began, since the machine started, ms. */
  #beginOf({ ts }: MinuteRecord): number {
    const fromMs = Date.parse(ts);
    const now = this.#now();
    const within = ({ wallMs }: Moment) => wallMs > fromMs && wallMs <= fromMs + MINUTE_MS;
    const second = this.#seconds.findLast(within) ?? this.#seconds.at(-2) ?? now;
    const passedMs = Math.min(Math.max(0, second.wallMs - fromMs), MINUTE_MS);
    return second.bootMs - passedMs;
  }

  #now(): Moment {
    const { clock, machine } = this.#options;
    return { wallMs: clock.now(), bootMs: machine.bootMs() };
  }

  #ownFile(): string {
    return holdingFile(this.#options.records, this.#options.machine.bootId);
  }

  async #tell(): Promise<void> {
    const { records, clock, machine, onClock } = this.#options;
    const undated = await undatedKwh(records, machine.bootId);
    onClock({
      trusted: this.#trustedAt !== null,
      ts: isoTime(clock.now()),
      ...(undated && { undated_kwh: undated }),
    });
  }
}

async function* inParts(minutes: AsyncIterable<HeldMinute>): AsyncGenerator<HeldMinute[]> {
  let part: HeldMinute[] = [];
  for await (const minute of minutes) {
    part.push(minute);
    if (part.length < AT_ONCE) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
