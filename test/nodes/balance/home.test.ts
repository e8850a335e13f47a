import assert from 'node:assert/strict';
import { Balance, type BalanceOptions } from '../../../nodes/balance/home.ts';
import type { ChannelReading, Reading } from '../../../nodes/meter/reading.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';

const CONFIG = siteConfigSchema.parse({
  meters: [
    {
      id: 'main',
      source: 'external',
      channels: [
        { id: 'mains', role: 'grid', phases: ['l1', 'l2'] },
        { id: 'pv', role: 'solar' },
      ],
    },
    { id: 'plug', source: 'external', channels: [{ id: 'fridge', role: 'load' }] },
  ],
});

class Bench {
  monoMs = 0;
  balance: Balance;

  constructor(options: Partial<BalanceOptions> = {}) {
    this.balance = new Balance({
      config: CONFIG,
      run: 'r1',
      simulated: false,
      start: { wallMs: START, monoMs: 0 },
      ...options,
    });
  }

  read(
    meter: string,
    channels: Record<string, Partial<ChannelReading>>,
    more: Partial<Reading> = {},
  ) {
    const full = Object.entries(channels).map(([id, channel]) => [
      id,
      { role: 'load', power_w: null, ...channel },
    ]);
    return this.balance.take({
      meter,
      ts: new Date(START + this.monoMs).toISOString(),
      mono_ms: this.monoMs,
      ok: true,
      channels: Object.fromEntries(full) as Reading['channels'],
      ...more,
    });
  }

  home(mainsW: number | null, pvW: number | null): void {
    this.read('main', { mains: { power_w: mainsW }, pv: { power_w: pvW } });
  }

  after(seconds: number) {
    this.monoMs += seconds * 1000;
    return this.balance.tick({ wallMs: START + this.monoMs, monoMs: this.monoMs }).snapshot;
  }
}

const START = Date.parse('2026-06-21T12:00:00Z');

describe('balance of a home', () => {
  it('makes a snapshot of what the sources said', () => {
    const bench = new Bench();
    bench.read('plug', { fridge: { power_w: 80 } });
    bench.read(
      'main',
      { mains: { power_w: -2900.126 }, pv: { power_w: 4200 } },
      { latency_ms: 31 },
    );
    const snapshot = bench.after(1);
    assert.deepEqual(snapshot, {
      ts: '2026-06-21T12:00:01.000Z',
      seq: 1,
      run: 'r1',
      solar_w: 4200,
      grid_w: -2900.13,
      import_w: 0,
      export_w: 2900.13,
      solar_standby_w: 0,
      residual_w: 0,
      home_w: 1299.87,
      flows: { solar_home_w: 1299.87, solar_grid_w: 2900.13, grid_home_w: 0 },
      energy: { solar_kwh: 0, home_kwh: 0, import_kwh: 0, export_kwh: 0 },
      channels: {
        'main/mains': { role: 'grid', power_w: -2900.13, age_ms: 1000 },
        'main/pv': { role: 'solar', power_w: 4200, age_ms: 1000 },
        'plug/fridge': { role: 'load', power_w: 80, age_ms: 1000 },
      },
      sources: {
        main: { ok: true, age_ms: 1000, latency_ms: 31, errors: 0 },
        plug: { ok: true, age_ms: 1000, latency_ms: null, errors: 0 },
      },
      quality: 'good',
      errors: [],
    });
    assert.equal(bench.after(1).seq, 2);
  });

  it('carries the phases, without the noise of floats', () => {
    const bench = new Bench();
    const powerFactor = Math.fround(-0.9876);
    const l1 = { voltage_v: 119.4751205444336, current_a: 4.25, power_w: null };
    bench.read('main', {
      mains: { power_w: 500, phases: { l1: { ...l1, power_factor: powerFactor } } },
    });
    assert.deepEqual(bench.after(1).channels['main/mains']?.phases, {
      l1: { voltage_v: 119.475, current_a: 4.25, power_w: null, power_factor: -0.9876 },
    });
  });

  it('lets the configuration decide what a channel is', () => {
    const bench = new Bench();
    bench.read('main', { mains: { role: 'ev', power_w: 300 }, pv: { role: 'grid', power_w: 0 } });
    assert.equal(bench.after(1).home_w, 300);
    assert.equal(bench.read('stranger', {}), false);
  });

  it('shows nothing old as live', () => {
    const bench = new Bench();
    bench.read('plug', { fridge: { power_w: 80 } });
    bench.home(500, 0);
    assert.equal(bench.after(2).quality, 'good');
    const partial = bench.after(1);
    assert.deepEqual([partial.quality, partial.home_w], ['partial', 500]);
    bench.read('plug', { fridge: { power_w: 80 } });
    const stale = bench.after(2.001);
    assert.equal(stale.quality, 'stale');
    for (const key of ['solar_w', 'home_w', 'grid_w', 'import_w', 'export_w', 'flows'] as const) {
      assert.equal(stale[key], null, key);
    }
    assert.equal(stale.channels['main/mains']?.power_w, null);
    assert.equal(stale.channels['plug/fridge']?.power_w, 80);
    assert.equal(stale.sources.main?.ok, false);
    bench.home(400, 0);
    assert.deepEqual([bench.after(1).quality, bench.after(0).home_w], ['partial', 400]);
  });

  it('is only partial without a load, and stale without any source of the balance', () => {
    const bench = new Bench();
    bench.home(500, 0);
    assert.deepEqual([bench.after(1).quality, bench.after(0).home_w], ['partial', 500]);
    const empty = new Bench({ config: siteConfigSchema.parse({}) });
    assert.deepEqual([empty.after(1).quality, empty.after(0).home_w], ['stale', null]);
  });

  it('counts failed polls and keeps the last values until they are too old', () => {
    const bench = new Bench();
    bench.home(500, 0);
    bench.after(1);
    bench.read('main', {}, { ok: false, error: { code: 'bus_timeout', message: 'no answer' } });
    const snapshot = bench.after(0);
    assert.equal(snapshot.home_w, 500);
    assert.deepEqual(snapshot.sources.main, {
      ok: false,
      age_ms: 1000,
      latency_ms: null,
      errors: 1,
    });
  });

  it('holds the home through a short nonsense and shows no flows meanwhile', () => {
    const bench = new Bench();
    bench.home(500, 0);
    bench.after(1);
    for (let n = 0; n < 3; n++) {
      bench.home(-700, 0);
      const held = bench.after(1);
      assert.deepEqual(
        [held.home_w, held.held, held.residual_w, held.flows],
        [500, true, -700, null],
      );
    }
    bench.home(-700, 0);
    const zero = bench.after(1);
    assert.deepEqual(
      [zero.home_w, zero.held, zero.residual_w, zero.flows],
      [0, undefined, -700, null],
    );
  });

  it('says whose numbers are made up', () => {
    const bench = new Bench();
    bench.read('plug', { fridge: { power_w: 1 } }, { simulated: true });
    assert.equal(bench.after(1).simulated, true);
    assert.equal(new Bench({ simulated: true }).after(1).simulated, true);
  });

  it('lists active faults once each', () => {
    const bench = new Bench();
    const fault = { id: 'data_stale', source: 'main', since: '' } as never;
    const other = { id: 'data_stale', source: 'plug', since: '' } as never;
    bench.balance.takeFault(fault);
    bench.balance.takeFault(other);
    assert.deepEqual(bench.after(1).errors, ['data_stale']);
    bench.balance.takeFault({ ...(fault as object), cleared_at: 'now' } as never);
    assert.deepEqual(bench.after(1).errors, ['data_stale']);
    bench.balance.takeFault({ ...(other as object), cleared_at: 'now' } as never);
    assert.deepEqual(bench.after(1).errors, []);
  });

  it('adds batteries and cars where the site has them', () => {
    const config = siteConfigSchema.parse({
      meters: [
        {
          id: 'main',
          source: 'external',
          channels: [
            { id: 'mains', role: 'grid' },
            { id: 'b1', role: 'battery' },
            { id: 'b2', role: 'battery' },
            { id: 'car', role: 'ev' },
          ],
        },
      ],
    });
    const bench = new Bench({ config });
    bench.read('main', {
      mains: { power_w: 200 },
      b1: { power_w: 1000, soc: 40 },
      b2: { power_w: 500, soc: 60 },
      car: { power_w: 900 },
    });
    const snapshot = bench.after(1);
    assert.deepEqual(
      [snapshot.home_w, snapshot.battery_w, snapshot.battery_soc, snapshot.ev_w, snapshot.solar_w],
      [1700, 1500, 50, 900, 0],
    );
    assert.equal(snapshot.flows?.battery_home_w, 1500);
  });

  it('brings what a killed run left over into its first second, once', () => {
    const resume = { n: 90, at: START, totals: { import_kwh: 9 }, channels: {} };
    const recovered = {
      fromMs: START - 40_000,
      toMs: START - 10_000,
      energy: { import_kwh: 0.03, home_kwh: 0.02 },
      channels: {},
    };
    const unrecorded = { recovered, seconds: 30 };
    const { balance } = new Bench({ resume, unrecorded });
    const tick = (second: number) =>
      balance.tick({ wallMs: START + second * 1000, monoMs: second * 1000 });
    const first = tick(1);
    assert.deepEqual([first.measured.recovered, first.measured.recovered_s], [recovered, 30]);
    assert.equal(first.measured.energy.import_kwh, null);
    assert.equal(first.snapshot.energy.import_kwh, 9);
    const second = tick(2);
    assert.deepEqual([second.measured.recovered, second.measured.recovered_s], [null, 0]);
  });

  it('says when the wall clock has jumped, and not when a second comes late', () => {
    const { balance } = new Bench();
    const tick = (wallMs: number, monoMs: number) =>
      balance.tick({ wallMs: START + wallMs, monoMs }).measured.clock_step;
    const steps = [
      tick(0, 0),
      tick(1000, 1900),
      tick(4000, 3001),
      tick(7_201_000, 4000),
      tick(7_202_000, 5000),
      tick(2_000, 6000),
    ];
    assert.deepEqual(steps, [undefined, undefined, undefined, true, undefined, true]);
  });
});
