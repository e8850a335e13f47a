import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MinuteStore, type StorageState } from '../../nodes/journal/minute-store.ts';
import { readMinutes } from '../../nodes/journal/minutes.ts';
import { minuteAt, recordsFolder } from '../nodes/journal/samples.ts';
import { LoopDisk, type LoopDiskOptions, requireDisk } from '../support/power-cut.ts';
import { requireTool } from '../support/requires.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const FIRST = Date.parse('2026-06-21T22:00:00Z');
const minute = (n: number) => minuteAt(new Date(FIRST + n * 60_000).toISOString());
const DAY = { fromMs: FIRST, toMs: FIRST + 86_400_000 };

/** A store on a real disk, by a clock that stands still. */
class Bench {
  readonly disk: LoopDisk;
  readonly clock = new VirtualClock('2026-06-21T22:00:00.000Z');
  readonly states: StorageState[] = [];
  readonly store: MinuteStore;

  constructor(options: LoopDiskOptions = {}) {
    this.disk = new LoopDisk(options);
    this.store = new MinuteStore({
      records: this.disk.folder,
      clock: this.clock,
      onWritten: () => undefined,
      onState: (state) => this.states.push(state),
    });
  }

  add(...numbers: number[]): Promise<void> {
    return this.store.add(numbers.map(minute));
  }

  /** A minute later the store tries again. */
  async retry(): Promise<void> {
    await this.clock.advance(60_000);
    await this.store.add([]);
  }

  /** The minutes of the disk, as numbers. */
  async found(): Promise<number[]> {
    const { minutes, bad } = await readMinutes(this.disk.folder, DAY);
    assert.equal(bad, 0);
    return minutes.map(({ ts }) => (Date.parse(ts) - FIRST) / 60_000);
  }

  oks(): boolean[] {
    return this.states.map(({ ok }) => ok);
  }
}

describe('the journal on a disk that fails', function () {
  this.timeout(60_000);
  let bench: Bench | null = null;
  const begin = (options?: LoopDiskOptions): Bench => {
    bench = new Bench(options);
    return bench;
  };
  before(function () {
    requireDisk.call(this);
  });
  afterEach(async () => {
    await bench?.store.close();
    bench?.disk.remove();
    bench = null;
  });

  it('goes on in memory while it is full, and writes all of it when there is room', async () => {
    const { disk, store, states } = begin();
    await store.add([minute(0)]);
    const filler = join(disk.folder, 'filler');
    disk.fill(filler);
    const before = store.waiting;
    // A block has room for some more lines than fit into a few minutes.
    let n = 1;
    while (states.at(-1)?.ok !== false) {
      assert.ok(n < 100);
      await store.add([minute(n++)]);
    }
    await store.add([minute(n++)]);
    assert.deepEqual([before, states.at(-1)?.error?.code], [0, 'storage_failed']);
    assert.match(states.at(-1)?.error?.message ?? '', /ENOSPC/);
    assert.ok(store.waiting >= 2);
    rmSync(filler);
    await bench?.retry();
    assert.deepEqual(bench?.oks(), [true, false, true]);
    assert.deepEqual(
      await bench?.found(),
      Array.from({ length: n }, (_, index) => index),
    );
  });

  it('goes on while there is not one more file to be had', async () => {
    const { disk, store } = begin({ make: ['-N', '16'] });
    await store.add([minute(0)]);
    const files: string[] = [];
    try {
      for (;;) {
        const file = join(disk.folder, `file-${files.length}`);
        closeSync(openSync(file, 'wx'));
        files.push(file);
      }
    } catch (thrown) {
      assert.equal((thrown as NodeJS.ErrnoException).code, 'ENOSPC');
    }
    // The file of the day is there; that of the next day is one too many.
    await store.add([minute(119), minute(120), minute(121)]);
    assert.deepEqual([store.waiting, bench?.oks()], [2, [true, false]]);
    for (const file of files) rmSync(file);
    await bench?.retry();
    assert.deepEqual(await bench?.found(), [0, 119, 120, 121]);
    assert.deepEqual(bench?.oks(), [true, false, true]);
  });

  it('goes on while it is read-only', async () => {
    const { disk, store, states } = begin();
    disk.remount('ro');
    await store.add([minute(0)]);
    await store.add([minute(1)]);
    assert.match(states.at(-1)?.error?.message ?? '', /EROFS/);
    disk.remount('rw');
    await bench?.retry();
    assert.deepEqual(
      [await bench?.found(), bench?.oks()],
      [
        [0, 1],
        [false, true],
      ],
    );
  });

  it('goes on after the disk has broken down and come back', async () => {
    const { disk, store, states } = begin();
    await store.add([minute(0)]);
    execFileSync('xfs_io', ['-x', '-c', 'shutdown', disk.folder]);
    await store.add([minute(1)]);
    assert.match(states.at(-1)?.error?.message ?? '', /EIO|ESHUTDOWN|EROFS/);
    disk.unmount();
    disk.mount();
    await bench?.retry();
    assert.deepEqual(
      [await bench?.found(), bench?.oks()],
      [
        [0, 1],
        [true, false, true],
      ],
    );
  });

  it('goes on where it may not write, and where its folder is gone', async () => {
    const { disk, store, states } = begin();
    await store.add([minute(0)]);
    const folder = join(disk.folder, 'minute');
    execFileSync('chattr', ['+i', folder]);
    await store.add([minute(120)]);
    assert.match(states.at(-1)?.error?.message ?? '', /EPERM|EACCES/);
    execFileSync('chattr', ['-i', folder]);
    await bench?.retry();
    assert.deepEqual(await bench?.found(), [0, 120]);
    rmSync(folder, { recursive: true });
    await store.add([minute(121)]);
    assert.deepEqual([await bench?.found(), readdirSync(folder).length], [[121], 1]);
    assert.deepEqual(bench?.oks(), [true, false, true]);
  });
});

describe('the journal over calls that fail', function () {
  this.timeout(60_000);
  const CHILD = join(import.meta.dirname, 'store-child.ts');
  before(function () {
    requireTool.call(this, 'strace');
  });

  const live = (task: string, inject: string, ...wrap: string[]) => {
    const records = recordsFolder();
    mkdirSync(join(records, 'minute'));
    const tracer = ['strace', '-f', '-qq', '-o', '/dev/null'];
    const [kind] = inject.split(':');
    const traced =
      inject === '' ? [] : [...tracer, '-e', `trace=${kind}`, '-e', `inject=${inject}`];
    const [command = '', ...args] = [...wrap, ...traced, process.execPath, CHILD, records, task];
    const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
    const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env, timeout: 30_000 });
    const [line] = stdout.split('\n');
    assert.ok(line, stderr);
    return { records, told: JSON.parse(line) as Told };
  };

  interface Told {
    oks: boolean[];
    error: string;
    addMs: number;
    latestMs: number;
  }

  it('writes again what a flush has failed on', async () => {
    const { records, told } = live('retry', 'fdatasync:error=EIO:when=2');
    assert.deepEqual([told.oks, /EIO/.test(told.error)], [[true, false, true], true]);
    const { minutes, bad } = await readMinutes(records, DAY);
    assert.deepEqual([minutes.map(({ covered_s }) => covered_s), bad], [[60, 60, 60], 0]);
  });

  it('goes on while no file can be opened', async () => {
    const limit = ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'];
    const { records, told } = live('files', '', ...limit);
    assert.deepEqual([told.oks, /EMFILE/.test(told.error)], [[true, false, true], true]);
    assert.equal((await readMinutes(records, DAY)).minutes.length, 3);
  });

  it('keeps the beat of the measuring while a flush takes half a second', () => {
    const { told } = live('slow', 'fdatasync:delay_enter=500000');
    assert.ok(told.addMs >= 1_400, `three flushes took ${told.addMs} ms`);
    assert.ok(told.latestMs < 400, `the beat was ${told.latestMs} ms late`);
  });
});
