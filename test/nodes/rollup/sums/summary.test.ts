import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Energies } from '../../../../nodes/rollup/records.ts';
import { makeMonth } from '../../../../nodes/rollup/sums/month.ts';
import { makeQuarters } from '../../../../nodes/rollup/sums/quarter.ts';
import { roundDecimal } from '../../../../nodes/rollup/sums/rounding.ts';
import { summaryOfDay, summaryOfMonth } from '../../../../nodes/rollup/sums/summary.ts';
import { roundMoney } from '../../../../nodes/rollup/tariff/money.ts';
import { CHICAGO, dayOf, dayWith, money } from '../days.ts';
import { minutesFrom } from '../minutes-of.ts';

const START = Date.parse('2026-07-01T05:00:00.000Z');
const HOUR_MS = 3_600_000;

describe('what is told of days', () => {
  const golden: [string, Partial<Energies>, Record<string, unknown>][] = [
    [
      'D1',
      { solar_kwh: 20, import_kwh: 8, export_kwh: 12, home_kwh: 16 },
      {
        home_kwh: 16,
        self_consumption_kwh: 8,
        self_consumption: 0.4,
        solar_offset: 0.5,
        self_sufficiency: 0.5,
      },
    ],
    [
      'D2',
      { import_kwh: 10, home_kwh: 10 },
      { home_kwh: 10, self_consumption: null, solar_offset: 0, self_sufficiency: 0 },
    ],
    [
      'D3',
      { solar_kwh: 5, export_kwh: 5 },
      { home_kwh: 0, self_consumption: 0, solar_offset: null, self_sufficiency: null },
    ],
    [
      'D4',
      { solar_kwh: 31.42, import_kwh: 6.137, export_kwh: 18.905, home_kwh: 18.652 },
      { home_kwh: 18.652, self_consumption: 0.3983, solar_offset: 0.671 },
    ],
    [
      'D5',
      { solar_kwh: 4, import_kwh: 9, export_kwh: 5, home_kwh: 8 },
      { home_kwh: 8, self_consumption: 0, self_consumption_kwh: 0, notes: ['inconsistent'] },
    ],
    [
      'D6',
      {
        solar_kwh: 24,
        import_kwh: 3,
        export_kwh: 6,
        battery_discharge_kwh: 5,
        battery_charge_kwh: 6,
        home_kwh: 20,
        solar_home_kwh: 12,
        solar_grid_kwh: 6,
        solar_battery_kwh: 6,
        battery_home_kwh: 5,
        battery_grid_kwh: 0,
        grid_home_kwh: 3,
        grid_battery_kwh: 0,
      },
      {
        home_kwh: 20,
        self_consumption_kwh: 18,
        self_consumption: 0.75,
        solar_offset: 0.6,
        self_sufficiency: 0.85,
        notes: [],
      },
    ],
  ];
  for (const [id, energy, expected] of golden) {
    it(`${id} of energy.md`, () => {
      const told: object = summaryOfDay(dayWith(energy));
      const picked = Object.entries(told).filter(([key]) => key in expected);
      assert.deepEqual(Object.fromEntries(picked), expected);
    });
  }

  it('T9: rounds half away from zero, by the decimal value', () => {
    for (const [value, rounded] of [
      [0.125, 0.13],
      [1.005, 1.01],
      [-0.125, -0.13],
      [31420.005, 31420.01],
      [-0.001, 0],
      [1e-7, 0],
    ] as const) {
      assert.equal(roundDecimal(value, 2), rounded);
      assert.equal(roundMoney(value, 'USD') + 0, rounded);
    }
  });

  it('tells money with the digits of its currency', () => {
    const told = (currency: string) =>
      summaryOfDay(dayWith({}, { money: money(1234.5675, { currency }) })).cost;
    assert.deepEqual([told('USD'), told('JPY'), told('KWD')], [1234.57, 1235, 1234.568]);
    const { cost, savings, currency } = summaryOfDay(dayWith({}));
    assert.deepEqual([cost, savings, currency], [null, null, null]);
  });

  it('never lets rounding tear the balance of the home apart', () => {
    const units = fc.integer({ min: 0, max: 10 ** 9 });
    fc.assert(
      fc.property(units, units, units, units, units, (solar, bought, sold, out, into) => {
        const home = solar + bought - sold + out - into;
        fc.pre(home >= 0);
        const told = summaryOfDay(
          dayWith({
            solar_kwh: solar / 1e7,
            import_kwh: bought / 1e7,
            export_kwh: sold / 1e7,
            battery_discharge_kwh: out / 1e7,
            battery_charge_kwh: into / 1e7,
            home_kwh: home / 1e7,
          }),
        );
        const parts =
          (told.solar_kwh ?? 0) +
          (told.import_kwh ?? 0) -
          (told.export_kwh ?? 0) +
          (told.battery_discharge_kwh ?? 0) -
          (told.battery_charge_kwh ?? 0);
        assert.ok(Math.abs((told.home_kwh ?? 0) - parts) < 0.002 + 1e-9);
        assert.ok(Math.abs((told.home_kwh ?? 0) - home / 1e7) < 0.0025);
      }),
    );
  });

  it('keeps what is not known null, and a home below 0 at 0', () => {
    const nothing = summaryOfDay(dayOf('2026-07-01', []));
    assert.deepEqual(
      [nothing.solar_kwh, nothing.home_kwh, nothing.self_consumption, nothing.solar_offset],
      [null, null, null, null],
    );
    assert.deepEqual([nothing.peak_solar_w, nothing.coverage], [null, 0]);
    assert.equal(nothing.quality, 'missing');
    assert.equal('battery_charge_kwh' in nothing, false);
    assert.equal(summaryOfDay(dayWith({ home_kwh: -0.5, export_kwh: 0.5 })).home_kwh, 0);
    // Solar was not seen for hours: the parts do not add up to the home, and are not made to.
    const gap = dayWith({ solar_kwh: 2, import_kwh: 1, export_kwh: 6, home_kwh: 4 });
    assert.equal(summaryOfDay(gap).home_kwh, 4);
    const unknown = dayWith({ solar_kwh: null, home_kwh: null, export_kwh: 3 });
    assert.deepEqual(summaryOfDay(unknown).notes, []);
  });

  it('tells the worst mark above 1 % of the time', () => {
    const marked = (covered_s: number, marks: object) =>
      summaryOfDay(dayWith({}, { covered_s, ...marks })).quality;
    assert.equal(marked(86_400, {}), 'good');
    assert.equal(marked(85_536, {}), 'good');
    assert.equal(marked(85_535, {}), 'missing');
    assert.equal(marked(80_000, { held_s: 6400 }), 'held');
    assert.equal(marked(80_000, { held_s: 5000, estimated_s: 1400 }), 'estimated');
    assert.equal(marked(80_000, { estimated_s: 5000, recovered_s: 1400 }), 'recovered');
    assert.equal(marked(86_400, { estimated: true }), 'estimated');
    assert.equal(marked(80_000, { estimated: true, recovered_s: 6400 }), 'recovered');
  });

  it('notes a cost that is estimated and a day that was corrected', () => {
    const day = dayWith({}, { money: money(1, { estimated: true }), corrected: true });
    assert.deepEqual(summaryOfDay(day).notes, ['estimated_cost', 'corrected']);
  });

  it('labels times with the offset of the site', () => {
    const quarters = makeQuarters(minutesFrom(START, 30));
    const day = summaryOfDay(dayOf('2026-07-01', quarters));
    assert.deepEqual(
      [day.start, day.end, day.hours],
      ['2026-07-01T00:00:00-05:00', '2026-07-02T00:00:00-05:00', 24],
    );
    assert.deepEqual(day.peak_export_w, { w: 2000, ts: '2026-07-01T00:00:00-05:00' });
    assert.equal(summaryOfDay(dayOf('2026-11-01', [])).hours, 25);
  });

  it('counts a day that is going on as far as it has come', () => {
    const day = dayOf('2026-07-01', makeQuarters(minutesFrom(START, 150)));
    const now = START + 150 * 60_000;
    const soFar = summaryOfDay(day, { nowMs: now + 20_000 });
    assert.deepEqual([soFar.partial, soFar.coverage, soFar.quality], [true, 1, 'good']);
    const later = summaryOfDay(day, { nowMs: now + 2.5 * HOUR_MS + 5000 });
    assert.deepEqual([later.partial, later.coverage, later.quality], [true, 0.5, 'missing']);
    assert.equal(later.hours, 24);
    const ended = summaryOfDay(day, { nowMs: START + 24 * HOUR_MS });
    assert.deepEqual([ended.partial, ended.coverage], [false, 0.1042]);
    const begun = summaryOfDay(dayOf('2026-07-01', []), { nowMs: START + 30_000 });
    assert.deepEqual([begun.partial, begun.coverage, begun.quality], [true, 1, 'good']);
  });

  it('works the ratios of a month out from its energies', () => {
    const days = [
      dayWith({ solar_kwh: 1, home_kwh: 1 }, { date: '2026-07-01' }),
      dayWith({ solar_kwh: 9, export_kwh: 9 }, { date: '2026-07-02' }),
    ];
    const month = makeMonth('2026-07', CHICAGO, days);
    const bill = null;
    const told = summaryOfMonth(month, { bill });
    assert.deepEqual([told.self_consumption, told.days, told.partial], [0.1, 2, false]);
    const soFar = summaryOfMonth(month, { bill, nowMs: START + 100 * HOUR_MS });
    assert.deepEqual([soFar.partial, soFar.month], [true, '2026-07']);
  });
});
