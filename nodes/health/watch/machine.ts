/** Puts the watches of the machine and the program together: each is told what it judges by. */
import type { Clock } from '../../site/clock.ts';
import type { DiskDiary } from '../disk-diary.ts';
import type { FaultBook } from '../faults.ts';
import type { Host } from '../host.ts';
import type { SystemReport } from '../report.ts';
import type { RunHistory } from '../runs/history.ts';
import type { Watchdog } from '../watchdog.ts';
import { CrashWatch } from './crash.ts';
import { HeatWatch } from './heat.ts';
import { StallWatch } from './stall.ts';
import { StorageWatch } from './storage.ts';
import { SupplyWatch } from './supply.ts';

/** What is known of the program beyond the machine; in somebody's own Node-RED none of it is. */
export interface Program {
  runs?: RunHistory;
  watchdog?: Watchdog;
}

export interface MachineWatchOptions extends Program {
  clock: Clock;
  book: FaultBook;
  host: Host;
  diary: DiskDiary;
}

export class MachineWatch {
  readonly #options: MachineWatchOptions;
  readonly #stall: StallWatch;
  readonly #storage: StorageWatch;
  readonly #heat = new HeatWatch();
  readonly #supply = new SupplyWatch();
  readonly #crash: CrashWatch | null;

  constructor(options: MachineWatchOptions) {
    const { clock, host, runs } = options;
    this.#options = options;
    this.#stall = new StallWatch(clock.mono());
    this.#storage = new StorageWatch(host);
    this.#crash = runs ? new CrashWatch(runs, clock) : null;
    // Known from the first, and nobody has to wait for it.
    this.#crash?.judge(options.book);
  }

  /** A second of the home has passed. */
  snapshot(): void {
    this.#options.watchdog?.snapshot();
    this.#stall.snapshot(this.#options.clock.mono());
  }

  written(ok: boolean, reporter: string): void {
    this.#storage.note(reporter, ok, this.#options.book);
  }

  /** Judges, once a second. */
  tick(lateMs: number): void {
    const { clock, book, host, diary } = this.#options;
    const nowMs = clock.mono();
    this.#stall.tick(lateMs, nowMs);
    this.#stall.judge(nowMs, book);
    this.#heat.note(host.temperatureC, nowMs, book);
    this.#supply.note(host.undervoltage, nowMs, book);
    this.#crash?.judge(book);
    if (host.disk !== null) void diary.note(host.disk);
    this.#storage.judge(book, diary.full);
  }

  report(): Pick<SystemReport, 'host' | 'runs' | 'disk_full' | 'event_loop_delay_ms'> {
    const { clock, host, diary, runs } = this.#options;
    return {
      host: host.report(),
      ...(runs && { runs: runs.report(clock.now()) }),
      disk_full: diary.full,
      event_loop_delay_ms: this.#stall.delays,
    };
  }
}
