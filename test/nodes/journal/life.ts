import { existsSync, readFileSync } from 'node:fs';
import { type ClockState, Filing } from '../../../nodes/journal/filing.ts';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import { MinuteBuilder } from '../../../nodes/journal/minute-builder.ts';
import { type Entry, MinuteStore, type StorageState } from '../../../nodes/journal/minute-store.ts';
import { readMinutes } from '../../../nodes/journal/minutes.ts';
import { holdingFile } from '../../../nodes/journal/undated.ts';
import { type Disk, realDisk } from '../../../nodes/site/jsonl.ts';
import { FakeMachine } from '../../support/fake-machine.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { measuredSecond, recordsFolder, snapshotAt } from './samples.ts';

/** A journal that lives by a virtual clock, from one start of the program to the next. */
export class Life {
  readonly records: string;
  readonly clock: VirtualClock;
  readonly machine: FakeMachine;
  readonly states: ClockState[] = [];
  readonly storage: StorageState[] = [];
  readonly written: MinuteRecord[] = [];
  onWritten: (minutes: MinuteRecord[]) => void = () => undefined;
  disk: Disk = realDisk;
  #run = 0;
  #builder = new MinuteBuilder('abc');
  #store: MinuteStore | null = null;
  #filing: Filing | null = null;

  constructor(startIso: string, { upMs = 0, records = recordsFolder() } = {}) {
    this.records = records;
    this.clock = new VirtualClock(startIso);
    this.machine = new FakeMachine(this.clock, upMs);
  }

  start(waiting: Entry[] = []): this {
    this.#run += 1;
    this.#builder = new MinuteBuilder('abc');
    const { records, clock, machine } = this;
    this.#store = new MinuteStore({
      records,
      clock,
      waiting,
      disk: this.disk,
      onWritten: (minutes) => {
        this.written.push(...minutes);
        this.onWritten(minutes);
      },
      onState: (state) => this.storage.push(state),
    });
    this.#filing = new Filing({
      records,
      clock,
      machine,
      store: this.#store,
      onClock: (state) => this.states.push(state),
    });
    return this;
  }

  async seconds(count: number): Promise<void> {
    for (let second = 0; second < count; second++) {
      await this.clock.advance(1_000);
      const ms = Math.round(this.clock.now() / 1000) * 1000;
      const snapshot = snapshotAt(ms, { run: `r${this.#run}` });
      this.#filing?.second(ms);
      const minutes = this.#builder.take(snapshot, measuredSecond());
      if (minutes.length > 0) await this.#filing?.take(minutes);
    }
    await this.#filing?.close();
  }

  /** As the node does when it closes. */
  async stop(): Promise<Entry[]> {
    const open = this.#builder.cut();
    await this.#filing?.take(open ? [open] : []);
    return (await this.#store?.close()) ?? [];
  }

  /** As a power cut does: the open minute is gone. */
  async crash(): Promise<void> {
    await this.#filing?.close();
    await this.#store?.close();
  }

  async minutes(): Promise<MinuteRecord[]> {
    const all = { fromMs: 0, toMs: Date.parse('2200-01-01T00:00:00Z') };
    return (await readMinutes(this.records, all)).minutes;
  }

  holding(bootId = this.machine.bootId): string[] {
    const file = holdingFile(this.records, bootId);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  }

  async coveredS(): Promise<number> {
    return (await this.minutes()).reduce((sum, { covered_s }) => sum + covered_s, 0);
  }
}
