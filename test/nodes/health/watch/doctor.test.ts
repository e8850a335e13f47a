import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '../../../../nodes/balance/snapshot.ts';
import { type Fault, FaultBook } from '../../../../nodes/health/faults.ts';
import { DoctorWatch } from '../../../../nodes/health/watch/doctor.ts';
import type { Site } from '../../../../nodes/site/config.ts';
import { sampleSite, sampleSnapshot } from '../../../support/samples.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const meters = (channel: Record<string, unknown> = {}) => [
  {
    id: 'main',
    source: 'external',
    channels: [{ id: 'mains', role: 'grid', phases: ['l1', 'l2'], ...channel }],
  },
];

describe('the doctor at work', () => {
  let records: string;
  let clock: VirtualClock;
  let book: FaultBook;
  let watch: DoctorWatch;
  let told: [string, Fault['state'] | 'over'][];

  beforeEach(() => {
    records = mkdtempSync(join(tmpdir(), 'doctor-'));
    clock = new VirtualClock();
    told = [];
  });
  afterEach(() => rmSync(records, { recursive: true }));

  function begin(channel: Record<string, unknown> = {}): void {
    const site: Site = sampleSite({ meters: meters(channel) });
    book = new FaultBook({
      clock,
      say: (key) => key,
      announce: ({ id, state, cleared_at }) => {
        told.push([id, cleared_at === undefined ? state : 'over']);
      },
    });
    watch = new DoctorWatch({ clock, site: { ...site, paths: { ...site.paths, records } }, book });
  }

  async function live(seconds: number, volts: [number, number]): Promise<void> {
    for (let s = 0; s < seconds; s++) {
      await clock.advance(1_000);
      watch.take(snapshotOf(volts), true);
    }
  }

  it('raises what is found, confirms it and ends it', async () => {
    begin();
    await live(10, [120, 120]);
    await live(70, [120, 0]);
    await live(15, [120, 120]);
    assert.deepEqual(told, [
      ['voltage_missing', 'suspected'],
      ['voltage_missing', 'confirmed'],
      ['voltage_missing', 'over'],
    ]);
  });

  it('goes on from its evidence after a restart, unless the channel is another', async () => {
    begin();
    await live(40, [120, 0]);
    watch.keep();
    begin();
    await live(25, [120, 0]);
    assert.deepEqual(told.at(-1), ['voltage_missing', 'confirmed']);
    watch.keep();
    begin({ invert: true });
    await live(3, [120, 0]);
    assert.deepEqual(book.active(), []);
  });

  it('leaves a fault as it was while nobody can look, and raises none then', async () => {
    begin();
    const silent = { id: 'meter_not_responding', source: 'main', evidence: {} } as const;
    await live(20, [120, 0]);
    book.raise(silent);
    await live(20, [120, 0]);
    assert.ok(book.has('voltage_missing', 'main'));
    begin();
    book.raise(silent);
    await live(20, [120, 0]);
    assert.equal(book.has('voltage_missing', 'main'), false);
  });

  it('forgets the channels of a meter that is another one now', async () => {
    begin();
    watch.serial('main', '1');
    await live(20, [120, 0]);
    watch.serial('main', '1');
    await live(1, [120, 0]);
    assert.ok(book.has('voltage_missing', 'main'));
    watch.serial('main', '2');
    await live(1, [120, 0]);
    assert.equal(book.has('voltage_missing', 'main'), false);
  });

  it('keeps its evidence each hour and survives a damaged file', async () => {
    const file = join(records, 'doctor.json');
    writeFileSync(file, '{"v":1,"rules":');
    begin();
    await live(400, [120, 120]);
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).v, 1);
    rmSync(file);
    await live(3_700, [120, 120]);
    assert.ok(existsSync(file));
  });

  it('explains itself', async () => {
    begin();
    await live(20, [120, 0]);
    const { hypotheses, daylight } = watch.report();
    assert.equal(daylight, 'unknown');
    const [found] = hypotheses.filter(({ verdict }) => verdict !== 'quiet');
    assert.equal(found?.arguments[0]?.key, 'voltage_low');
    assert.equal(found?.evidence.phase, 2);
  });
});

function snapshotOf([first, second]: [number, number]): Snapshot {
  const phaseOf = (voltage_v: number) => ({ voltage_v, current_a: 1, power_w: 100 });
  return {
    ...sampleSnapshot(),
    channels: {
      'main/mains': {
        role: 'grid',
        power_w: 200,
        age_ms: 10,
        phases: { l1: phaseOf(first), l2: phaseOf(second) },
      },
    },
  };
}
