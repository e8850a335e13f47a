import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import { MinuteStore, type StorageState } from '../../../nodes/journal/minute-store.ts';
import { type Disk, realDisk } from '../../../nodes/site/jsonl.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { minuteAt, recordsFolder } from './samples.ts';

const FIRST = Date.parse('2026-06-21T22:00:00Z');
const minute = (n: number) => minuteAt(new Date(FIRST + n * 60_000).toISOString());

/** A disk that refuses at the step it is told to. */
class FickleDisk implements Disk {
  refuses: 'open' | 'append' | 'after' | null = null;
  /** How often the file is taken away before its next lines. */
  removes = 0;
  opened = 0;
  closed = 0;

  async open(file: string) {
    if (this.refuses === 'open') throw new Error('EROFS: read-only file system');
    const real = await realDisk.open(file);
    this.opened += 1;
    return {
      append: async (text: string) => {
        if (this.removes > 0) {
          this.removes -= 1;
          rmSync(file);
        }
        if (this.refuses === 'append') throw new Error('ENOSPC: no space left on device');
        await real.append(text);
        if (this.refuses === 'after') throw new Error('EIO: i/o error');
      },
      close: async () => {
        this.closed += 1;
        await real.close();
      },
      isThere: () => real.isThere(),
    };
  }

  remove(file: string) {
    return realDisk.remove(file);
  }
}

function bench(disk: Disk = realDisk) {
  const records = recordsFolder();
  const clock = new VirtualClock('2026-06-21T22:00:00.000Z');
  const written: MinuteRecord[] = [];
  const states: StorageState[] = [];
  const store = new MinuteStore({
    records,
    clock,
    disk,
    onWritten: (list) => written.push(...list),
    onState: (state) => states.push(state),
  });
  const lines = (day = '2026-06-21') =>
    readFileSync(join(records, 'minute', `${day}.jsonl`), 'utf8')
      .split('\n')
      .slice(0, -1);
  return { records, clock, written, states, store, lines };
}

describe('minute store', () => {
  it('writes a line again where its file is removed while it is written', async () => {
    const disk = new FickleDisk();
    const { store, written, lines } = bench(disk);
    await store.add([minute(0)]);
    disk.removes = 1;
    await store.add([minute(1)]);
    assert.deepEqual(lines(), [JSON.stringify(minute(1))]);
    assert.deepEqual(written, [minute(0), minute(1)]);
    // Where that never ends, it says so, and tries again a minute later.
    disk.removes = 2;
    await store.add([minute(2)]);
    assert.equal(store.waiting, 1);
    await store.close();
    assert.deepEqual(written, [minute(0), minute(1), minute(2)]);
  });

  it('says a minute is written when it is on disk, each day in its file', async () => {
    const disk = new FickleDisk();
    const { store, written, states, lines } = bench(disk);
    await store.add([minute(0)]);
    assert.deepEqual(written, [minute(0)]);
    assert.deepEqual(lines(), [JSON.stringify(minute(0))]);
    await store.add([minute(119), minute(120), minute(121)]);
    assert.equal(lines().length, 2);
    assert.equal(lines('2026-06-22').length, 2);
    await store.add([minute(122)]);
    assert.equal(disk.opened, 2);
    await store.close();
    assert.equal(disk.closed, 2);
    assert.deepEqual(
      states.map(({ ok }) => ok),
      [true],
    );
  });

  for (const step of ['open', 'append', 'after'] as const) {
    it(`keeps minutes while the disk refuses to ${step}, and writes each once it can`, async () => {
      const disk = new FickleDisk();
      const { store, written, states, clock, lines } = bench(disk);
      await store.add([minute(0)]);
      disk.refuses = step;
      if (step === 'open') await store.add([minute(120)]);
      await store.add([minute(1)]);
      await clock.advance(60_000);
      await store.add([minute(2)]);
      assert.equal(written.length, 1);
      assert.deepEqual(
        states.map(({ ok }) => ok),
        [true, false],
      );
      assert.equal(states[1]?.error?.code, 'storage_failed');
      disk.refuses = null;
      await clock.advance(59_000);
      assert.equal(written.length, 1);
      const all = states.length;
      await clock.advance(1_000);
      while (states.length === all) await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual([states.at(-1)?.ok, states.at(-1)?.waiting], [true, 0]);
      const expected = [0, 1, 2].map((n) => JSON.stringify(minute(n)));
      assert.deepEqual([...new Set(lines())], expected);
      await store.close();
      assert.equal(clock.waiting, 0);
      assert.equal(disk.opened, disk.closed);
    });
  }

  it('keeps no more than a day, and says how much it gave up', async () => {
    const disk = new FickleDisk();
    const { store, written, states } = bench(disk);
    disk.refuses = 'append';
    await store.add([minute(0)]);
    await store.add(Array.from({ length: 1499 }, (_, n) => minute(n + 1)));
    disk.refuses = null;
    await store.add([]);
    assert.equal(written.length, 1440);
    assert.deepEqual(written[0], minute(60));
    assert.equal(states.at(-1)?.lost, 60);
    await store.close();
  });

  it('writes where a reader looks, also after the folder was taken away or put back', async () => {
    const disk = new FickleDisk();
    const { store, records, lines } = bench(disk);
    const folder = join(records, 'minute');
    await store.add([minute(0)]);
    rmSync(folder, { recursive: true });
    await store.add([minute(1)]);
    assert.deepEqual(lines(), [JSON.stringify(minute(1))]);
    renameSync(folder, `${folder}.old`);
    cpSync(`${folder}.old`, folder, { recursive: true });
    await store.add([minute(2)]);
    assert.equal(lines().length, 2);
    await store.close();
    assert.equal(disk.opened, disk.closed);
  });

  it('survives a folder that is a file', async () => {
    const { store, states, records, written } = bench();
    writeFileSync(join(records, 'minute'), '');
    await store.add([minute(0)]);
    assert.equal(states.at(-1)?.ok, false);
    rmSync(join(records, 'minute'));
    mkdirSync(join(records, 'minute'));
    await store.add([minute(1)]);
    assert.equal(written.length, 2);
    await store.close();
  });
});
