import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import { createHome, flowsOf } from '../../../nodes/simulator/home.ts';
import type { Plan } from '../../../nodes/simulator/plan.ts';
import type { Update } from '../../../nodes/simulator/register-meter.ts';
import { Simulation } from '../../../nodes/simulator/simulation.ts';
import { wiringOf } from '../../../nodes/simulator/wiring.ts';
import { CHICAGO, shippedProfile } from '../../support/simulated-meter.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

const NOW = '2026-06-12T19:00:30.000Z';
const channels = [
  {
    id: 'mains',
    role: 'grid' as const,
    phases: ['l1' as const, 'l2' as const],
    multiplier: 1,
    invert: false,
  },
  { id: 'pv', role: 'solar' as const, phases: ['l3' as const], multiplier: 1, invert: false },
];
const plan: Plan = {
  home: CHICAGO,
  wiring: wiringOf('split_phase', channels),
  profile: shippedProfile('ccs-wattnode-wnc'),
  unit: 1,
  transport: { type: 'tcp', host: '127.0.0.1', port: 0 },
  standIn: { id: 'main', channels },
};

describe('past of a simulated home', () => {
  let records: string;
  let past: MinuteRecord[];

  beforeEach(() => {
    records = mkdtempSync(join(tmpdir(), 'solthrive-past-'));
    past = [];
  });
  afterEach(() => rmSync(records, { recursive: true, force: true }));

  function simulate(
    nowIso = NOW,
    clock = new VirtualClock(nowIso),
    onUpdate = (_update: Update) => {},
  ): Simulation {
    return new Simulation({
      plan,
      clock,
      records,
      config: 'abc',
      position: 'load_side',
      onUpdate,
      onPast: (minutes) => past.push(...minutes),
      onForgetful: (error) => assert.fail(String(error)),
    });
  }

  const remembered = () =>
    JSON.parse(readFileSync(join(records, 'simulator.json'), 'utf8')) as {
      ms: number;
      counters: Counted;
    };
  const counters = () => remembered().counters;

  it('is two days without a gap, each minute marked, ending at this minute', async () => {
    const simulation = simulate();
    await simulation.start();
    await simulation.stop();
    assert.equal(past.length, 48 * 60);
    past.forEach((minute, index) => {
      const expected = Date.parse('2026-06-10T19:00Z') + index * 60_000;
      assert.equal(minute.ts, new Date(expected).toISOString());
      assert.equal(minute.simulated, true);
      assert.equal(minute.covered_s, 60);
    });
  });

  it('tells what the home did', async () => {
    const simulation = simulate();
    await simulation.start();
    await simulation.stop();
    const home = createHome(CHICAGO, { seed: 1 });
    let kwh = 0;
    for (const minute of past) {
      const { solar, home: used, grid } = minute.power;
      const truth = flowsOf(home.at(Date.parse(minute.ts) + 30_000));
      const [mean, least, most] = solar!;
      assert.ok(least <= truth.solarW + 0.1 && truth.solarW <= most + 0.1);
      assert.ok(least <= mean && mean <= most && mean >= 0);
      assert.ok(used![0] > 0 && used![0] < 12_000 && Math.abs(grid![0]) < 12_000);
      const { energy } = minute;
      const balance = energy.solar_kwh! + energy.import_kwh! - energy.export_kwh!;
      assert.ok(Math.abs(energy.home_kwh! - balance) < 1e-6);
      assert.ok(Math.abs(energy.solar_home_kwh! + energy.grid_home_kwh! - energy.home_kwh!) < 1e-5);
      assert.ok(
        Math.abs(energy.solar_home_kwh! + energy.solar_grid_kwh! - energy.solar_kwh!) < 1e-5,
      );
      kwh += energy.home_kwh!;
    }
    assert.ok(kwh > 10 && kwh < 60, `${kwh}`);
    assert.ok(Math.min(...past.map((minute) => minute.power.solar![0])) === 0);
  });

  it('has counters that grow by its energy and go on into the present', async () => {
    const simulation = simulate();
    await simulation.start();
    await simulation.stop();
    const pv = past.map((minute) => minute.channels['main/pv']!);
    for (let index = 1; index < pv.length; index++) {
      const grown = pv[index]!.counter_import_kwh! - pv[index - 1]!.counter_import_kwh!;
      assert.ok(Math.abs(grown - pv[index]!.import_kwh!) < 1.2e-6);
    }
    const gap = counters().l3.importKwh - pv.at(-1)!.counter_import_kwh!;
    assert.ok(gap >= 0 && gap < 0.06, `${gap}`);
  });

  it('is made up once only, and counters go on over the time away', async () => {
    const first = simulate();
    await first.start();
    await first.stop();
    const before = counters();
    past = [];
    mkdirSync(join(records, 'minute'));
    writeFileSync(join(records, 'minute', '2026-06-12.jsonl'), '');
    const second = simulate('2026-06-13T19:00:30.000Z');
    await second.start();
    await second.stop();
    assert.equal(past.length, 0);
    const day = counters().l3.importKwh - before.l3.importKwh;
    assert.ok(day > 5 && day < 60, `${day}`);
    for (const id of ['l1', 'l2', 'l3', 'total'] as const) {
      assert.ok(counters()[id].importKwh >= before[id].importKwh);
      assert.ok(counters()[id].exportKwh >= before[id].exportKwh);
    }
  });

  it('leaves counters alone that are remembered when the records are gone', async () => {
    const first = simulate();
    await first.start();
    await first.stop();
    const before = counters();
    past = [];
    const second = simulate();
    await second.start();
    await second.stop();
    assert.equal(past.length, 48 * 60);
    assert.equal(past[0]!.channels['main/pv']!.counter_import_kwh, undefined);
    assert.deepEqual(counters(), before);
  });

  it('takes a damaged memory for none', async () => {
    writeFileSync(join(records, 'simulator.json'), '{"v":1,"ms":12,"coun');
    const simulation = simulate();
    await simulation.start();
    await simulation.stop();
    assert.equal(past.length, 48 * 60);
  });

  it('remembers the counters each minute', async () => {
    const clock = new VirtualClock(NOW);
    const simulation = simulate(NOW, clock);
    await simulation.start();
    await clock.advance(61_000);
    await simulation.stop();
    assert.equal(clock.waiting, 0);
    assert.ok(counters().l3.importKwh > 0);
  });

  const turned = { fault: 'ct_reversed', phases: ['l3'] };
  for (const [name, { aliveS, awayS, fault }] of Object.entries({
    'a crash': { aliveS: 95.3, awayS: 2.7, fault: null },
    'a crash in its first minute': { aliveS: 20.3, awayS: 0.1, fault: null },
    'a crash while a CT was turned round': { aliveS: 95.3, awayS: 39.7, fault: turned },
    'a quarter of an hour off': { aliveS: 95.3, awayS: 860, fault: null },
  })) {
    it(`goes on after ${name} as if it had never stopped`, async () => {
      const show = (shown: Update['values'][]) => (update: Update) => shown.push(update.values);
      const clock = new VirtualClock(NOW);
      const unbroken: Update['values'][] = [];
      const first = simulate(NOW, clock, show(unbroken));
      await first.start();
      if (fault) first.meter?.command(fault);
      await clock.advance(aliveS * 1000);
      const rememberedMs = Date.parse(NOW) + Math.floor(aliveS / 60) * 60_000;
      while (remembered().ms < rememberedMs - 1000) await settle();
      const file = JSON.stringify(remembered());
      const killed = unbroken.at(-1)!;
      await clock.advance(awayS * 1000);
      // What a killed program does not do.
      await first.stop();
      writeFileSync(join(records, 'simulator.json'), file);
      mkdirSync(join(records, 'minute'), { recursive: true });
      writeFileSync(join(records, 'minute', '2026-06-12.jsonl'), '');

      const again: Update['values'][] = [];
      const startIso = new Date(clock.now()).toISOString();
      const second = simulate(startIso, new VirtualClock(startIso), show(again));
      await second.start();
      await second.stop();
      const counted = Object.keys(killed).filter((key) => key.startsWith('energy_'));
      assert.ok(counted.length >= 8);
      for (const key of counted as (keyof Update['values'])[]) {
        assert.ok(again[0]![key] >= killed[key], key);
        assert.equal(again[0]![key], unbroken.at(-1)![key], key);
      }
    });
  }

  it('does not go back after a day off either', async () => {
    const shown: Update['values'][] = [];
    const clock = new VirtualClock(NOW);
    const first = simulate(NOW, clock, ({ values }) => shown.push(values));
    await first.start();
    await clock.advance(59_000);
    const file = readFileSync(join(records, 'simulator.json'));
    await first.stop();
    const killed = shown.at(-1)!;
    writeFileSync(join(records, 'simulator.json'), file);
    const later = '2026-06-13T19:00:30.000Z';
    const second = simulate(later, new VirtualClock(later), ({ values }) => shown.push(values));
    await second.start();
    await second.stop();
    const day = shown.at(-1)!.energy_import_l3 - killed.energy_import_l3;
    assert.ok(day > 5 && day < 60, `${day}`);
    assert.ok(shown.at(-1)!.energy_export_l1 >= killed.energy_export_l1);
  });

  it('can be stopped while it is being made up', async () => {
    const simulation = simulate();
    const started = simulation.start();
    await simulation.stop();
    await started;
    assert.ok(past.length < 48 * 60);
    assert.equal(simulation.meter, null);
  });
});

interface Counted {
  l1: { importKwh: number; exportKwh: number };
  l2: { importKwh: number; exportKwh: number };
  l3: { importKwh: number; exportKwh: number };
  total: { importKwh: number; exportKwh: number };
}
