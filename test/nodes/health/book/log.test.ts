import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { faultFile, lastActive, readFaultLog } from '../../../../nodes/health/book/lines.ts';
import { FaultLog, type FaultLogOptions } from '../../../../nodes/health/book/log.ts';
import { FaultBook } from '../../../../nodes/health/faults.ts';
import { type Disk, realDisk } from '../../../../nodes/site/jsonl.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

/** Refuses lines, or the second half of them, while it is told to. */
class FullDisk implements Disk {
  isFull = false;

  async open(file: string) {
    const real = await realDisk.open(file);
    return {
      ...real,
      append: async (text: string) => {
        if (!this.isFull) return real.append(text);
        await real.append(text.slice(0, text.length / 2));
        throw new Error('ENOSPC: no space left on device');
      },
    };
  }

  remove(file: string) {
    return realDisk.remove(file);
  }
}

describe('the log of faults', () => {
  let records: string;
  let clock: VirtualClock;
  let disk: FullDisk;
  let states: boolean[];
  const folders: string[] = [];
  const logs: FaultLog[] = [];

  beforeEach(() => {
    records = mkdtempSync(join(tmpdir(), 'faults-'));
    folders.push(records);
    clock = new VirtualClock('2026-06-21T12:00:00.000Z');
    disk = new FullDisk();
    states = [];
  });
  afterEach(async () => {
    for (const log of logs.splice(0)) await log.close();
  });
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  /** A book as the node keeps it, whose every change is written. */
  const open = (options: Partial<FaultLogOptions> = {}) => {
    let attempt = Promise.resolve();
    const carried = options.waiting === undefined ? lastActive(records) : [];
    const book = new FaultBook({
      clock,
      say: (key) => key,
      announce: (fault, change) => {
        attempt = log.add(fault, change);
      },
      carried,
    });
    const log = new FaultLog({
      records,
      clock,
      active: () => book.active(),
      onState: (ok) => states.push(ok),
      disk,
      ...options,
    });
    logs.push(log);
    const raise = (source: string, state: 'suspected' | 'confirmed' = 'confirmed') => {
      book.raise({ id: 'ct_reversed', source, state, evidence: { power_w: -5 } });
      return attempt;
    };
    const clear = (source: string) => {
      book.clear('ct_reversed', source);
      return attempt;
    };
    return { book, log, raise, clear };
  };
  const told = async (since?: string) => {
    const lines = await readFaultLog(records, since === undefined ? {} : { since });
    return lines.map(({ change, fault }) => `${change} ${fault.source}`);
  };

  it('has a line for each change, with its time and the fault as it then was', async () => {
    const { book, raise, clear } = open();
    await raise('main', 'suspected');
    await clock.advance(1_000);
    await raise('main');
    await clock.advance(1_000);
    const until = '2026-06-22T00:00:00.000Z';
    book.acknowledge({ id: 'ct_reversed', source: 'main', by: 'Ada', until });
    await clear('main');
    assert.deepEqual(await told(), [
      'raise main',
      'confirm main',
      'acknowledge main',
      'clear main',
    ]);
    const lines = await readFaultLog(records);
    assert.deepEqual(
      lines.map(({ ts }) => ts.slice(17, 19)),
      ['00', '01', '02', '02'],
    );
    assert.equal(lines[3]?.fault.cleared_at, '2026-06-21T12:00:02.000Z');
    assert.equal(lines[3]?.fault.acknowledged?.by, 'Ada');
    assert.deepEqual(lines[0]?.fault.evidence, { power_w: -5 });
    assert.deepEqual(await told('2026-06-21T12:00:01Z'), [
      'confirm main',
      'acknowledge main',
      'clear main',
    ]);
  });

  it('hands a restart what was active, since when it began and who has seen it', async () => {
    const first = open();
    await first.raise('main');
    await first.raise('barn');
    const until = '2026-06-22T00:00:00.000Z';
    first.book.acknowledge({ id: 'ct_reversed', source: 'main', by: 'Ada', until });
    await first.clear('barn');
    const before = first.book.active();
    await clock.advance(3_600_000);
    const second = open();
    assert.deepEqual(second.book.active(), before);
    await second.raise('main');
    assert.equal((await told()).length, 4, 'what goes on does not begin again');
  });

  it('loses no more than the line that a power cut has torn', async () => {
    const first = open();
    await first.raise('main');
    await first.raise('barn');
    const whole = statSync(faultFile(records)).size;
    truncateSync(faultFile(records), whole - 20);
    const second = open();
    assert.deepEqual(
      second.book.active().map(({ source }) => source),
      ['main'],
    );
    await second.raise('shed');
    assert.deepEqual(await told(), ['raise main', 'raise shed']);
  });

  it('passes over what is no line of its own', async () => {
    const { raise } = open();
    await raise('main');
    const strange = ['null', '{}', '{"ts":1,"change":"raise"}', '{"fault":{"id":"x"}}', 'torn{'];
    appendFileSync(faultFile(records), `${strange.join('\n')}\n`);
    await raise('barn');
    assert.deepEqual(await told(), ['raise main', 'raise barn']);
    assert.equal(lastActive(records).length, 2);
  });

  it('has no history where there is no file', async () => {
    assert.deepEqual(await told(), []);
    assert.deepEqual(lastActive(records), []);
  });

  it('keeps the order while the disk refuses, and writes each line once when it takes them', async () => {
    const { raise, clear } = open();
    await raise('main');
    disk.isFull = true;
    await raise('barn');
    await clear('main');
    assert.deepEqual(states, [false]);
    disk.isFull = false;
    await clock.advance(60_000);
    await raise('shed');
    assert.deepEqual(await told(), ['raise main', 'raise barn', 'clear main', 'raise shed']);
    assert.deepEqual(states, [false, true]);
  });

  it('writes also the change that its own recovery brings', async () => {
    let recovered = Promise.resolve();
    const { book, log, raise } = open({
      onState: (ok) => {
        const change = ok ? 'clear' : 'raise';
        const fault = { ...book.active()[0], id: 'storage_failed', source: 'site' } as never;
        recovered = log.add(fault, change);
      },
    });
    disk.isFull = true;
    await raise('main');
    disk.isFull = false;
    await raise('barn');
    await recovered;
    assert.deepEqual(await told(), ['raise main', 'raise site', 'raise barn', 'clear site']);
  });

  it('gives back what it could not write, for the next one to write', async () => {
    const first = open();
    disk.isFull = true;
    await first.raise('main');
    const waiting = await first.log.close();
    disk.isFull = false;
    const second = open({ waiting });
    await second.raise('barn');
    await second.log.close();
    assert.deepEqual(await told(), ['raise main', 'raise barn']);
  });

  it('writes again where its file was taken away', async () => {
    const { raise } = open();
    await raise('main');
    rmSync(faultFile(records));
    await raise('barn');
    assert.deepEqual(await told(), ['raise barn']);
  });

  it('stays bounded, and forgets no fault that is still active', async () => {
    const { book, raise, clear } = open({ mostBytes: 2_000 });
    await raise('main');
    for (let count = 0; count < 30; count++) {
      await raise('barn');
      await clear('barn');
      await clock.advance(60_000);
    }
    assert.ok(statSync(faultFile(records)).size < 3_000);
    assert.ok(!(await told()).includes('raise main'), 'it began too long ago to be told');
    assert.deepEqual(lastActive(records), book.active());
    const recent = await told();
    assert.deepEqual(recent.slice(-2), ['raise barn', 'clear barn']);
    assert.doesNotMatch(recent.join(), /carry/);
    assert.match(readFileSync(faultFile(records), 'utf8'), /^\{"ts":"[^"]+","change":"carry"/);
  });

  it('knows what is active after any changes, wherever it begins anew', async () => {
    const step = fc.record({ source: fc.constantFrom('a', 'b', 'c'), raises: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        writeFileSync(faultFile(records), '');
        rmSync(join(records, 'faults.1.jsonl'), { force: true });
        const { book, log, raise, clear } = open({ mostBytes: 700 });
        for (const { source, raises } of steps) {
          void (raises ? raise(source) : clear(source));
          await clock.advance(60_000);
        }
        await log.close();
        const bySource = (a: { source: string }, b: { source: string }) =>
          a.source.localeCompare(b.source);
        assert.deepEqual(lastActive(records).sort(bySource), book.active().sort(bySource));
      }),
      { numRuns: 40 },
    );
  });
});
