import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Dating } from '../../../nodes/journal/dating.ts';
import { Filing } from '../../../nodes/journal/filing.ts';
import { MinuteStore } from '../../../nodes/journal/minute-store.ts';
import { heldByBoot, holdingFile, undatedKwh } from '../../../nodes/journal/undated.ts';
import { type AppendFile, type Disk, realDisk } from '../../../nodes/site/jsonl.ts';
import { FakeMachine } from '../../support/fake-machine.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';
import { Life } from './life.ts';
import { minuteAt, recordsFolder } from './samples.ts';

const NOON = Date.parse('2026-06-21T12:00:00Z');
const DAY_MS = 86_400_000;
const KEEPER = { keeper: true, synchronised: false, rtcMs: null, confirmed: false };

/** Those of the test that runs: each has a file to let go of. */
const lives: Life[] = [];

function begin(startIso: string, upMs = 0): Life {
  const life = new Life(startIso, { upMs });
  lives.push(life);
  return life;
}

describe('filing of minutes', () => {
  afterEach(() => Promise.all(lives.splice(0).map((life) => life.crash())));

  it('dates a sample as the golden example says', () => {
    const offset_ms = Date.parse('2026-06-21T12:10:00Z') - 700_000;
    const dating = new Dating({ offset_ms, recorded_ms: null });
    const record = minuteAt('1970-01-01T00:05:00.000Z');
    const dated = dating.date({ mono_ms: 100_000, record });
    assert.equal(dated.ts, '2026-06-21T12:00:00.000Z');
    assert.notEqual(dated.run, record.run);
    assert.deepEqual({ ...dated, ts: '', run: '' }, { ...record, ts: '', run: '' });
  });

  it('dates the outage that a held minute makes up for', () => {
    const recorded_ms = NOON - 5 * DAY_MS;
    const date = (from: string, to: string, wrong = '1970-01-01') => {
      const ledger = { n: 1, at: Date.parse(`${wrong}T00:01:30.000Z`), totals: {}, channels: {} };
      const recovered = {
        from: `${wrong}T${from}Z`,
        to: `${wrong}T${to}Z`,
        energy: {},
        channels: {},
      };
      const record = minuteAt(`${wrong}T00:01:00.000Z`, { recovered, ledger });
      // The machine has been up for 30 s at the wrong 00:01:00, which is noon.
      const dating = new Dating({ offset_ms: NOON - 30_000, recorded_ms });
      const dated = dating.date({ mono_ms: 30_000, record });
      assert.equal(dated.ledger?.at, NOON + 30_000);
      return [dated.recovered?.from, dated.recovered?.to];
    };
    const iso = (ms: number) => new Date(ms).toISOString();
    // It began in an earlier run, however long ago that seemed to be.
    for (const from of ['00:00:10.000', '00:00:00.000']) {
      assert.deepEqual(date(from, '00:01:10.000'), [iso(recorded_ms), iso(NOON + 10_000)]);
    }
    // It began in this one: a meter that was silent for a while.
    assert.deepEqual(date('00:00:40.000', '00:01:10.000'), [
      iso(NOON - 20_000),
      iso(NOON + 10_000),
    ]);
    // The clock that was saved goes on as if no time had passed.
    const saved = iso(recorded_ms).slice(0, 10);
    const before = { ...minuteAt(`${saved}T12:01:00.000Z`) };
    const recovered = {
      from: iso(recorded_ms + 45_000),
      to: iso(recorded_ms + 70_000),
      energy: {},
      channels: {},
    };
    const dating = new Dating({ offset_ms: NOON - 30_000, recorded_ms });
    const { recovered: block } = dating.date({ mono_ms: 30_000, record: { ...before, recovered } });
    assert.deepEqual([block?.from, block?.to], [iso(recorded_ms), iso(NOON + 10_000)]);
  });

  it('files by day at once where the clock is trusted', async () => {
    const life = begin('2026-06-21T12:00:00.000Z').start();
    await life.seconds(120);
    assert.equal((await life.minutes()).length, 2);
    assert.deepEqual(life.holding(), []);
    assert.deepEqual(
      life.states.map(({ trusted, undated_kwh }) => [trusted, undated_kwh]),
      [[true, undefined]],
    );
  });

  it('holds minutes in 1970 and dates them when the clock is set', async () => {
    const life = begin('1970-01-01T00:00:10.000Z', 10_000).start();
    await life.seconds(590);
    assert.deepEqual([(await life.minutes()).length, life.holding().length], [0, 10]);
    assert.equal(life.states.at(-1)?.trusted, false);
    // 590 s after the start it is 12:10:07.
    life.clock.wallJump(NOON + 607_000 - life.clock.now());
    await life.seconds(120);
    await life.stop();
    assert.deepEqual(life.holding(), []);
    assert.deepEqual(readdirSync(join(life.records, 'undated')), []);
    assert.deepEqual(
      life.states.map(({ trusted }) => trusted),
      [false, true],
    );
    const minutes = await life.minutes();
    assert.equal(minutes[0]?.ts, '2026-06-21T12:00:00.000Z');
    assert.equal(await life.coveredS(), 710);
    assert.equal(life.written.length, new Set(life.written.map(({ ts, run }) => ts + run)).size);
    const energy = minutes.reduce((sum, minute) => sum + (minute.energy.import_kwh ?? 0), 0);
    assert.ok(Math.abs(energy - (710 * 0.02) / 60) < 1e-6);
  });

  it('keeps the run and the minute where the saved clock was right after all', async () => {
    const life = begin('2026-06-21T12:00:00.000Z', 20_000);
    life.machine.known = KEEPER;
    life.start();
    await life.seconds(90);
    assert.equal(life.holding().length, 1);
    life.machine.known = { ...KEEPER, synchronised: true };
    await life.seconds(90);
    assert.deepEqual(
      (await life.minutes()).map(({ ts, run, covered_s }) => [ts.slice(11, 16), run, covered_s]),
      [
        ['12:00', 'r1', 60],
        ['12:01', 'r1', 60],
        ['12:02', 'r1', 60],
      ],
    );
  });

  it('loses and doubles nothing when the program restarts within a start of the machine', async () => {
    const life = begin('1970-01-01T00:00:10.000Z', 10_000).start();
    await life.seconds(130);
    await life.stop();
    life.start();
    await life.seconds(75);
    await life.stop();
    life.clock.wallJump(NOON - life.clock.now());
    life.start();
    await life.seconds(60);
    await life.stop();
    assert.equal(await life.coveredS(), 265);
    assert.deepEqual(life.holding(), []);
    assert.deepEqual(
      (await life.minutes()).map(({ ts }) => ts.slice(0, 16)),
      ['2026-06-21T11:56', '2026-06-21T11:57', '2026-06-21T11:58', '2026-06-21T11:59'].concat(
        '2026-06-21T12:00',
      ),
    );
  });

  it('leaves what an earlier start of the machine has measured without a date, and says how much', async () => {
    const life = begin('1970-01-01T00:00:10.000Z').start();
    await life.seconds(110);
    await life.crash();
    life.machine.bootId = 'boot-2';
    life.clock.wallJump(NOON - life.clock.now());
    life.start();
    await life.seconds(60);
    assert.equal(life.holding('boot-1').length, 2);
    assert.equal(await life.coveredS(), 60);
    const undated = { solar: 0, home: 0.0366667, import: 0.0366667, export: 0 };
    assert.deepEqual(life.states.at(-1)?.undated_kwh, undated);
    assert.equal(await undatedKwh(life.records, 'boot-1'), null);
  });

  it('counts a minute that was cut and came again once', async () => {
    const life = begin('1970-01-01T00:00:10.000Z');
    const file = holdingFile(life.records, 'boot-0');
    mkdirSync(dirname(file));
    const held = (rev: number, covered_s: number) => {
      const energy = { ...minuteAt('').energy, import_kwh: covered_s / 1000 };
      return {
        mono_ms: 0,
        record: minuteAt('1970-01-01T00:00:00.000Z', { rev, covered_s, energy }),
      };
    };
    const lines = [held(1, 20), held(2, 60)].map((line) => `${JSON.stringify(line)}\n`);
    writeFileSync(file, `${lines.join('')}{"mono_ms":4,"rec`);
    assert.equal((await undatedKwh(life.records, 'boot-1'))?.import, 0.06);
  });

  it('counts a day that the disk was given twice once, in a file of many', async () => {
    const records = recordsFolder();
    const file = holdingFile(records, 'boot-0');
    mkdirSync(dirname(file));
    const lines = Array.from({ length: 5_000 }, (_, index) => {
      const energy = { ...minuteAt('').energy, import_kwh: 0.001 };
      const record = minuteAt(new Date(index * 60_000).toISOString(), { energy });
      return `${JSON.stringify({ mono_ms: index * 60_000, record })}\n`;
    });
    writeFileSync(file, [...lines.slice(0, 4_000), ...lines.slice(4_000 - 1_440)].join(''));
    const [held] = await heldByBoot(records);
    assert.deepEqual([held?.boot, held?.minutes, held?.kwh.import], ['boot-0', 5_000, 5]);
  });

  it('believes no clock before the newest record, unless the network or a person does', async () => {
    const life = begin('2026-06-21T12:00:00.000Z').start();
    await life.seconds(60);
    await life.crash();
    const ledgered = minuteAt('2026-06-21T12:01:00.000Z', {
      ledger: { n: 9, at: NOON + 120_000, totals: {}, channels: {} },
    });
    const day = join(life.records, 'minute', '2026-06-21.jsonl');
    writeFileSync(day, `${JSON.stringify(ledgered)}\n`, { flag: 'a' });
    life.clock.wallJump(-DAY_MS);
    life.start();
    await life.seconds(30);
    assert.equal(life.states.at(-1)?.trusted, false);
    life.machine.known = { ...life.machine.known, confirmed: true };
    await life.seconds(30);
    assert.equal(life.states.at(-1)?.trusted, true);
  });

  it('goes through 1970, + 400 days, - 2 days and 2038 without losing or doubling a second', async () => {
    const life = begin('1970-01-01T00:00:00.000Z', 5_000).start();
    const jumps = [
      NOON,
      NOON + 400 * DAY_MS,
      NOON + 398 * DAY_MS,
      Date.parse('2038-01-19T03:14:00Z'),
      NOON + 1_234_000,
      Date.parse('1970-01-01T00:00:00Z'),
      NOON + 2_500_000,
    ];
    await life.seconds(100);
    for (const [index, target] of jumps.entries()) {
      life.clock.wallJump(target - life.clock.now());
      await life.seconds(97 + index * 31);
      if (index === 4) {
        await life.stop();
        life.start();
      }
    }
    await life.stop();
    const lived = 100 + jumps.reduce((sum, _, index) => sum + 97 + index * 31, 0);
    assert.equal(await life.coveredS(), lived);
    assert.deepEqual(life.holding(), []);
  });

  it('moves held minutes once, wherever the move is cut short', async () => {
    const before = begin('1970-01-01T00:00:10.000Z', 10_000).start();
    await before.seconds(290);
    await before.crash();
    const held = before.holding().map((line) => `${line}\n`);
    const moves = ['append', 'appended', 'open', 'remove', 'removed'] as const;
    for (const step of moves) {
      for (let at = 1; at <= 4; at++) {
        const life = begin('2026-06-21T12:10:00.000Z', 300_000);
        const file = holdingFile(life.records, life.machine.bootId);
        mkdirSync(dirname(file));
        writeFileSync(file, held.join(''));
        const cut = new CutDisk(step, at);
        life.disk = cut;
        life.start();
        await Promise.race([life.crash(), cut.reached]);
        await cut.letGo();
        life.disk = realDisk;
        // The clock ran on, and the network has trimmed it a little since.
        await life.clock.advance(40_000);
        life.clock.wallJump(700);
        await life.start().crash();
        assert.equal(await life.coveredS(), 290, `${step} ${at}`);
        assert.equal((await life.minutes()).length, 5, `${step} ${at}`);
        assert.deepEqual(life.holding(), [], `${step} ${at}`);
      }
    }
  });

  it('holds in memory what the disk refuses, and dates it all when it can', async () => {
    const life = begin('1970-01-01T00:00:00.000Z', 5_000);
    let refuses = true;
    life.disk = {
      open: (file) => (refuses ? Promise.reject(new Error('EROFS')) : realDisk.open(file)),
      remove: realDisk.remove,
    };
    life.start();
    await life.seconds(180);
    life.clock.wallJump(NOON - life.clock.now());
    await life.seconds(60);
    assert.equal(await life.coveredS(), 0);
    refuses = false;
    await life.seconds(120);
    assert.equal(await life.coveredS(), 360);
    assert.deepEqual(life.holding(), []);
  });

  it('takes no past while nobody knows what today is', async () => {
    const records = recordsFolder();
    const clock = new VirtualClock('1970-01-01T00:00:00.000Z');
    const quiet = { onWritten: () => undefined, onState: () => undefined };
    const store = new MinuteStore({ records, clock, ...quiet });
    const machine = new FakeMachine(clock);
    const filing = new Filing({ records, clock, machine, store, onClock: () => undefined });
    await filing.takePast([minuteAt('1969-12-31T23:59:00.000Z')]);
    await settle();
    assert.equal(existsSync(join(records, 'minute')), false);
  });
});

/** A disk that stops answering at the n-th of one kind of step, as a machine without power does. */
class CutDisk implements Disk {
  readonly reached: Promise<void>;
  #reach: () => void = () => undefined;
  #step: string;
  #left: number;
  #files: AppendFile[] = [];

  constructor(step: string, at: number) {
    this.#step = step;
    this.#left = at;
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
  }

  async #pass(step: string): Promise<void> {
    if (step !== this.#step || --this.#left > 0) return;
    this.#reach();
    await new Promise(() => undefined);
  }

  async open(file: string) {
    await this.#pass('open');
    const real = await realDisk.open(file);
    this.#files.push(real);
    return {
      ...real,
      append: async (text: string) => {
        await this.#pass('append');
        await real.append(text);
        await this.#pass('appended');
      },
    };
  }

  async remove(file: string) {
    await this.#pass('remove');
    await realDisk.remove(file);
    await this.#pass('removed');
  }

  /** As the end of a process does. */
  async letGo(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }
}
