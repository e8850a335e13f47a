import assert from 'node:assert/strict';
import fc from 'fast-check';
import { balancePower, splitFlows } from '../../../../nodes/balance/power.ts';
import type { EnergyKey, MinuteRecord } from '../../../../nodes/journal/minute.ts';
import {
  correctMinute,
  correctQuarter,
  whatCanBeCorrected,
} from '../../../../nodes/rollup/correct/correct.ts';
import { splitEnergy } from '../../../../nodes/rollup/correct/split-energy.ts';
import type { QuarterRecord } from '../../../../nodes/rollup/records.ts';
import type { SiteConfig } from '../../../../nodes/site/schema.ts';
import { chicago, configOf, meter } from './twin-homes.ts';

const RIGHT = configOf({ mains: { role: 'grid' }, pv: { role: 'solar' } });
const LINE_SIDE = configOf(
  { mains: { role: 'grid' }, pv: { role: 'solar' } },
  { solar_position: 'line_side' },
);

/** Half an hour of a morning in which the house goes over from importing to exporting. */
const MORNING = { from: '2026-06-12T12:00:00Z', minutes: 30 };

interface Twins {
  right: MinuteRecord[];
  wrong: MinuteRecord[];
  mended: MinuteRecord[];
}

function meterTwice(right: SiteConfig, wrong: SiteConfig, span = MORNING): Twins {
  const truth = chicago(right.solar_position);
  const [well = [], badly = []] = meter({ truth, right, under: [right, wrong], ...span });
  assert.equal(well.length, span.minutes);
  const mended = badly.map((minute) => correctMinute(minute, wrong, right));
  return { right: well, wrong: badly, mended };
}

function energiesOf({ energy }: Pick<MinuteRecord, 'energy'>): [EnergyKey, number | null][] {
  const { by: _, ...energies } = energy;
  return Object.entries(energies) as [EnergyKey, number | null][];
}

function sum(records: readonly MinuteRecord[], key: EnergyKey): number {
  return records.reduce((kwh, { energy }) => kwh + (energy[key] ?? 0), 0);
}

function near(found: number | null, wanted: number | null, within: number, what: string): void {
  if (found === null || wanted === null) assert.equal(found, wanted, what);
  else assert.ok(Math.abs(found - wanted) <= within, `${what}: ${found} is not ${wanted}`);
}

/** Two records rounded one after the other may differ in their last digit. */
const LAST_DIGIT = 1.5e-7;

describe('records under a corrected configuration', () => {
  const exact: Record<string, SiteConfig> = {
    'mains reversed': configOf({ mains: { role: 'grid', invert: true }, pv: { role: 'solar' } }),
    'solar reversed': configOf({ mains: { role: 'grid' }, pv: { role: 'solar', invert: true } }),
    'solar counted twice': configOf({
      mains: { role: 'grid' },
      pv: { role: 'solar', multiplier: 2 },
    }),
    'a CT of half the gain': configOf(
      { mains: { role: 'grid', ct: 'half' }, pv: { role: 'solar', ct: 'half' } },
      { ct_profiles: [{ id: 'half', gain: 0.5 }] },
    ),
    'mains and solar exchanged': configOf({ mains: { role: 'solar' }, pv: { role: 'grid' } }),
    'solar behind the mains, not before': LINE_SIDE,
  };

  for (const [mistake, wrong] of Object.entries(exact)) {
    it(`are what the right one would have measured: ${mistake}`, () => {
      const { right, wrong: measured, mended } = meterTwice(RIGHT, wrong);
      let differed = false;
      right.forEach((minute, index) => {
        const [found, badly] = [mended[index], measured[index]];
        assert.ok(found && badly);
        for (const [key, kwh] of energiesOf(minute)) {
          near(found.energy[key] ?? null, kwh, LAST_DIGIT * 2, `${minute.ts} ${key}`);
          differed ||= badly.energy[key] !== kwh;
        }
        for (const key of ['solar', 'grid', 'home'] as const) {
          near(found.power[key]?.[0] ?? null, minute.power[key]?.[0] ?? null, 0.25, `${key} W`);
        }
      });
      assert.ok(differed, 'the mistake made no difference');
    });
  }

  it('keep the least and the most where one channel makes a power', () => {
    const reversed = configOf({ mains: { role: 'grid', invert: true }, pv: { role: 'solar' } });
    const { right, mended } = meterTwice(RIGHT, reversed);
    right.forEach((minute, index) => {
      minute.power.grid?.forEach((watts, place) => {
        near(mended[index]?.power.grid?.[place] ?? null, watts, 0.11, `${minute.ts} grid ${place}`);
      });
      const home = mended[index]?.power.home;
      assert.deepEqual(home, home && [home[0], home[0], home[0]]);
    });
  });

  // Import and export of a minute in which the house turned from one to the other are only known as
  // their net where no channel measures the grid; all else is exact.
  const netted: Record<string, [right: SiteConfig, wrong: SiteConfig]> = {
    'solar before the mains, not behind': [LINE_SIDE, RIGHT],
    'one of two legs reversed': [
      configOf({ legA: { role: 'grid' }, legB: { role: 'grid' }, pv: { role: 'solar' } }),
      configOf({
        legA: { role: 'grid', invert: true },
        legB: { role: 'grid' },
        pv: { role: 'solar' },
      }),
    ],
  };

  for (const [mistake, [right, wrong]] of Object.entries(netted)) {
    it(`agree within 0.1 % of what passed: ${mistake}`, () => {
      const hours = { from: '2026-06-12T11:00:00Z', minutes: 240 };
      const twins = meterTwice(right, wrong, hours);
      const passed = sum(twins.right, 'solar_kwh') + sum(twins.right, 'import_kwh');
      for (const key of ['import_kwh', 'export_kwh', 'solar_grid_kwh', 'grid_home_kwh'] as const) {
        near(sum(twins.mended, key), sum(twins.right, key), passed / 1000, key);
      }
      twins.right.forEach((minute, index) => {
        const found = twins.mended[index]?.energy;
        near(found?.solar_kwh ?? null, minute.energy.solar_kwh, LAST_DIGIT, 'solar');
        near(found?.home_kwh ?? null, minute.energy.home_kwh, LAST_DIGIT * 3, 'home');
      });
    });
  }

  it('agree with a battery: energies to rounding, flows as near as a minute tells', () => {
    const right = configOf({
      mains: { role: 'grid' },
      pv: { role: 'solar' },
      battery: { role: 'battery' },
    });
    const wrong = configOf({
      mains: { role: 'grid' },
      pv: { role: 'solar' },
      battery: { role: 'battery', invert: true },
    });
    const twins = meterTwice(right, wrong, { from: '2026-06-12T12:00:00Z', minutes: 90 });
    const passed = sum(twins.right, 'solar_kwh') + sum(twins.right, 'import_kwh');
    for (const [key] of energiesOf(twins.right[0] ?? assert.fail())) {
      const isFlow = key.split('_').length === 3 && !/charge/.test(key);
      const within = isFlow ? passed / 200 : 1e-5;
      near(sum(twins.mended, key), sum(twins.right, key), within, key);
    }
    assert.ok(sum(twins.right, 'battery_charge_kwh') > 0.1);
    assert.notEqual(sum(twins.wrong, 'battery_charge_kwh'), sum(twins.right, 'battery_charge_kwh'));
  });

  it('leave the very same record where nothing that can be applied differs', () => {
    const [minute] = meterTwice(RIGHT, RIGHT, { ...MORNING, minutes: 1 }).wrong;
    assert.ok(minute);
    const renamed = configOf(
      { mains: { role: 'grid' }, pv: { role: 'solar' } },
      { site: { name: 'Elm Street 4' } },
    );
    assert.equal(correctMinute(minute, RIGHT, renamed), minute);
    const quarter = quarterOf(minute);
    assert.equal(correctQuarter(quarter, RIGHT, renamed), quarter);
  });

  it('keep the channels and the hash under which they were measured', () => {
    const reversed = configOf({ mains: { role: 'grid', invert: true }, pv: { role: 'solar' } });
    const { wrong, mended } = meterTwice(RIGHT, reversed, { ...MORNING, minutes: 1 });
    assert.deepEqual(mended[0]?.channels, wrong[0]?.channels);
    assert.equal(mended[0]?.config, wrong[0]?.config);
  });

  it('correct what was recovered like all else', () => {
    const reversed = configOf({ mains: { role: 'grid', invert: true }, pv: { role: 'solar' } });
    const [minute] = meterTwice(RIGHT, RIGHT, { ...MORNING, minutes: 1 }).wrong;
    assert.ok(minute);
    const recovered = {
      from: '2026-06-12T06:00:00.000Z',
      to: '2026-06-12T10:00:00.000Z',
      energy: { solar_kwh: 2, home_kwh: 5, import_kwh: 3, export_kwh: 0, grid_home_kwh: 3 },
      channels: {
        'main/mains': { import_kwh: 3, export_kwh: 0 },
        'main/pv': { import_kwh: 2, export_kwh: 0 },
      },
    };
    const mended = correctMinute({ ...minute, recovered }, reversed, RIGHT).recovered;
    assert.deepEqual(mended?.energy, {
      solar_kwh: 2,
      home_kwh: -1,
      import_kwh: 0,
      export_kwh: 3,
    });
    assert.deepEqual(mended?.channels, recovered.channels);
  });

  it('say what they cannot do', () => {
    const was = configOf({
      mains: { role: 'grid', phases: ['l1'], invert: true },
      gone: { role: 'load' },
    });
    const now = configOf(
      { mains: { role: 'grid', phases: ['l1', 'l2'] }, pv: { role: 'solar' } },
      { solar_position: 'line_side', site: { netting: 'per_phase' } },
    );
    const { applies, doesNot } = whatCanBeCorrected(was, now);
    assert.deepEqual(applies, [
      { subject: 'main/mains', what: 'invert', was: 'true', now: 'false' },
      { subject: 'site', what: 'solar_position', was: 'load_side', now: 'line_side' },
    ]);
    assert.deepEqual(doesNot, [
      { subject: 'main/mains', what: 'phases', was: 'l1', now: 'l1 l2' },
      { subject: 'main/gone', what: 'channel', was: 'load', now: '-' },
      { subject: 'main/pv', what: 'channel', was: '-', now: 'solar' },
      { subject: 'site', what: 'netting', was: 'summed', now: 'per_phase' },
    ]);
  });
});

const UNITS = 1e7;
const units = fc.integer({ min: 0, max: 2_000_000 });
const wiring = fc.record({
  invert: fc.boolean(),
  multiplier: fc.constantFrom(0.5, 1, 2, 4),
  solarInvert: fc.boolean(),
  solar_position: fc.constantFrom('load_side' as const, 'line_side' as const),
  exchanged: fc.boolean(),
});

describe('records under any corrected configuration', () => {
  const configurations = wiring.map((w) =>
    configOf(
      {
        mains: {
          role: w.exchanged ? 'solar' : 'grid',
          invert: w.invert,
          multiplier: w.multiplier,
        },
        pv: { role: w.exchanged ? 'grid' : 'solar', invert: w.solarInvert },
      },
      { solar_position: w.solar_position },
    ),
  );
  // Even numbers survive every halving, so that rounding is not what is tested.
  const channels = fc.record({
    'main/mains': fc.record({ import_kwh: units, export_kwh: units }),
    'main/pv': fc.record({ import_kwh: units, export_kwh: units }),
  });

  it('close the balance of the home to the last digit', () => {
    fc.assert(
      fc.property(configurations, configurations, channels, (was, now, measured) => {
        const quarter = quarterWith(measured, was);
        const { energy } = correctQuarter(quarter, was, now);
        const n = (key: EnergyKey) => Math.round((energy[key] ?? 0) * UNITS);
        assert.equal(n('home_kwh'), n('solar_kwh') + n('import_kwh') - n('export_kwh'));
      }),
    );
  });

  it('come back from there and back again', () => {
    fc.assert(
      fc.property(configurations, configurations, channels, (was, now, measured) => {
        const first = quarterWith(measured, was);
        const seen = correctQuarter(first, was, now);
        const again = correctQuarter({ ...seen, channels: shownAs(first, was, now) }, now, was);
        const { by: _, ...energies } = first.energy;
        for (const [key, kwh] of Object.entries(energies)) {
          near(again.energy[key as EnergyKey] ?? null, kwh ?? null, LAST_DIGIT * 4, key);
        }
      }),
    );
  });
});

describe('flows from energies', () => {
  const w = fc.integer({ min: 0, max: 10_000 });

  it('are those of the balance at an instant', () => {
    const signed = fc.integer({ min: -10_000, max: 10_000 });
    fc.assert(
      fc.property(w, w, signed, (solarRawW, homeW, batteryW) => {
        const mainsW = homeW - solarRawW - batteryW;
        const flows = splitFlows(balancePower({ mainsW, solarRawW, batteryW }, 'load_side'));
        const split = splitEnergy({
          solar: solarRawW,
          imported: Math.max(0, mainsW),
          exported: Math.max(0, -mainsW),
          discharge: Math.max(0, batteryW),
          charge: Math.max(0, -batteryW),
          home: homeW,
        });
        const named = Object.entries(split).map(([key, value]) => [`${key}_w`, value]);
        assert.deepEqual(Object.fromEntries(named), flows);
      }),
    );
  });

  it('leave no source and no sink without its flows, whatever a stretch holds', () => {
    fc.assert(
      fc.property(w, w, w, (solar, imported, exportedMost) => {
        const exported = Math.min(exportedMost, solar);
        const home = solar + imported - exported;
        const f = splitEnergy({ solar, imported, exported, home, discharge: 0, charge: 0 });
        assert.equal(f.solar_home + f.solar_grid, solar);
        assert.equal(f.solar_home + f.grid_home, home);
        assert.equal(f.solar_grid, exported);
        assert.equal(f.grid_home, imported);
      }),
    );
  });
});

function quarterOf({
  ts,
  config,
  covered_s,
  power,
  energy,
  channels,
}: MinuteRecord): QuarterRecord {
  return { v: 1, ts, config, covered_s, power, peaks: {}, energy, channels };
}

type Both = Record<string, { import_kwh: number; export_kwh: number }>;

/** A quarter as `config` would have recorded what its channels measured, given in units. */
function quarterWith(measured: Both, config: SiteConfig): QuarterRecord {
  const channels = Object.fromEntries(
    Object.entries(measured).map(([id, both]) => [
      id,
      { import_kwh: (8 * both.import_kwh) / UNITS, export_kwh: (8 * both.export_kwh) / UNITS },
    ]),
  );
  const bare: QuarterRecord = {
    v: 1,
    ts: '2026-06-12T12:00:00.000Z',
    config: 'abc',
    covered_s: 900,
    power: { solar: null, home: null, grid: null },
    peaks: {},
    energy: { solar_kwh: 0, home_kwh: 0, import_kwh: 0, export_kwh: 0, by: 'integral' },
    channels,
  };
  // Seen from another world, all is made of the channels.
  const elsewhere = configOf(
    { mains: { role: 'load' }, pv: { role: 'load' } },
    { solar_position: config.solar_position },
  );
  const straight = {
    ...elsewhere,
    meters: elsewhere.meters.map((own, index) => ({
      ...own,
      channels: own.channels.map((channel, place) => ({
        ...(config.meters[index]?.channels[place] ?? channel),
        role: 'load' as const,
      })),
    })),
  } as SiteConfig;
  const { as: _, estimated: __, ...made } = correctQuarter(bare, straight, config);
  return made;
}

/** The channels as `now` would have shown what `was` measured. */
function shownAs(quarter: QuarterRecord, was: SiteConfig, now: SiteConfig) {
  const channelOf = (config: SiteConfig, id: string) =>
    config.meters[0]?.channels.find((channel) => `main/${channel.id}` === id) ?? assert.fail();
  const entries = Object.entries(quarter.channels).map(([id, { import_kwh, export_kwh }]) => {
    const [before, after] = [channelOf(was, id), channelOf(now, id)];
    const factor = after.multiplier / before.multiplier;
    const swaps = after.invert !== before.invert;
    const [first, second] = swaps ? [export_kwh, import_kwh] : [import_kwh, export_kwh];
    const times = (kwh: number | null) => (kwh === null ? null : kwh * factor);
    return [id, { import_kwh: times(first), export_kwh: times(second) }];
  });
  return Object.fromEntries(entries);
}
