import assert from 'node:assert/strict';
import type { MinuteRecord } from '../../../../nodes/journal/minute.ts';
import { makeMonth } from '../../../../nodes/rollup/sums/month.ts';
import { joinPeriods } from '../../../../nodes/rollup/sums/period.ts';
import { makeQuarters } from '../../../../nodes/rollup/sums/quarter.ts';
import { energySummary, summaryOfDay } from '../../../../nodes/rollup/sums/summary.ts';
import { isUnbalanced } from '../../../../nodes/rollup/sums/unbalanced.ts';
import { isoTime } from '../../../../nodes/site/clock.ts';
import { dayOf } from '../days.ts';
import { goodMinute, MINUTE_MS, minutesFrom } from '../minutes-of.ts';

const DATE = '2026-05-01';
const START = Date.parse('2026-05-01T00:00Z');
const UTC = { timezone: 'UTC' };
const HALF_DAY = 12 * 60;

type Energy = Omit<MinuteRecord['energy'], 'by'>;
const minute = (energy: Energy, change: Partial<MinuteRecord> = {}): Partial<MinuteRecord> => ({
  energy: { ...energy, by: 'counter' },
  ...change,
});
/** 75 % of the sun is used at home, which buys nothing. */
const SUNNY = minute({ solar_kwh: 0.02, home_kwh: 0.015, import_kwh: 0, export_kwh: 0.005 });
const unseen = (energy: Partial<Energy>) =>
  minute(
    { solar_kwh: null, home_kwh: null, import_kwh: null, export_kwh: null, ...energy },
    { covered_s: 0, power: { solar: null, home: null, grid: null } },
  );

const dayWithout = (silent: Partial<MinuteRecord>, count = HALF_DAY) =>
  dayOf(
    DATE,
    makeQuarters(minutesFrom(START, 1440, (_, index) => (index < count ? silent : SUNNY))),
    UTC,
  );

describe('a time in which one meter was silent and another was not', () => {
  it('has its energies in the day, but not in the ratios of the day', () => {
    const day = dayWithout(unseen({ import_kwh: 0.01, export_kwh: 0.016 }));
    assert.deepEqual(
      [day.energy.solar_kwh, day.energy.import_kwh, day.energy.export_kwh],
      [14.4, 7.2, 15.12],
    );
    const told = summaryOfDay(day);
    assert.deepEqual(
      [told.solar_kwh, told.home_kwh, told.import_kwh, told.export_kwh],
      [14.4, 10.8, 7.2, 15.12],
    );
    assert.deepEqual(
      [told.self_consumption, told.self_consumption_kwh, told.solar_offset, told.self_sufficiency],
      [0.75, 10.8, 1, 1],
    );
    assert.deepEqual(told.notes, ['incomplete'], 'more export than solar is no wrong sensor');
    assert.equal(told.coverage, 0.5);
  });

  it('is the same where the grid was not seen', () => {
    const told = summaryOfDay(dayWithout(unseen({ solar_kwh: 0.02 })));
    assert.equal(told.solar_kwh, 28.8);
    assert.deepEqual([told.self_consumption, told.self_consumption_kwh], [0.75, 10.8]);
    assert.deepEqual(told.notes, ['incomplete']);
  });

  it('leaves no ratio where it was all day', () => {
    const told = summaryOfDay(dayWithout(unseen({ import_kwh: 0.01, export_kwh: 0.016 }), 1440));
    assert.deepEqual(
      [told.self_consumption, told.self_consumption_kwh, told.solar_offset, told.self_sufficiency],
      [null, null, null, null],
    );
    assert.deepEqual(told.notes, ['incomplete']);
    const dark = summaryOfDay(dayWithout(unseen({ solar_kwh: 0.02 }), 1440));
    assert.deepEqual([dark.solar_kwh, dark.self_consumption], [28.8, null]);
  });

  it('is told by the quarter hour, and not for a minute', () => {
    const silent = unseen({ import_kwh: 0.1, export_kwh: 0 });
    const day = dayWithout(silent, 20);
    // The second quarter hour has ten good minutes, and a balance that does not close.
    assert.equal(day.unbalanced?.import_kwh, 2);
    assert.equal(day.unbalanced?.solar_kwh, 0.2);
    assert.equal(summaryOfDay(day).self_consumption, 0.75);
    const short = dayWithout(unseen({ import_kwh: 0.004, export_kwh: 0 }), 1);
    assert.equal('unbalanced' in short, false);
    assert.deepEqual(summaryOfDay(short).notes, []);
  });

  it('is no such time once counters have told of it', () => {
    const silent = minutesFrom(START, 30, () => unseen({ import_kwh: 0.01, export_kwh: 0 }));
    const before = makeQuarters(silent);
    assert.deepEqual(before.map(isUnbalanced), [true, true]);
    const back = goodMinute(START + 30 * MINUTE_MS, {
      recovered_s: 1800,
      recovered: {
        from: isoTime(START),
        to: isoTime(START + 30 * MINUTE_MS),
        energy: { solar_kwh: 1, home_kwh: 1.3 },
        channels: {},
      },
    });
    const after = makeQuarters([...silent, back]);
    assert.deepEqual(after.map(isUnbalanced), [false, false, false]);
    const lost = { ...back, recovered: { ...back.recovered, energy: { solar_kwh: 1 } } };
    const still = makeQuarters([...silent, lost as MinuteRecord]);
    assert.deepEqual(still.map(isUnbalanced), [true, true, false]);
  });

  it('is kept apart in months and any other stretch, too', () => {
    const days = [dayWithout(unseen({ import_kwh: 0.01, export_kwh: 0.016 })), dayWithout({}, 0)];
    const month = makeMonth('2026-05', 'UTC', days);
    assert.deepEqual(month.unbalanced, days[0]?.unbalanced);
    const week = joinPeriods(days);
    assert.ok(week);
    for (const told of [energySummary(month), energySummary(week)]) {
      assert.equal(told.self_consumption, 0.75);
      assert.deepEqual(told.notes, ['incomplete']);
    }
  });

  it('is none where nothing was seen, nor where all was', () => {
    const nothing = dayWithout(unseen({}));
    assert.equal('unbalanced' in nothing, false);
    assert.deepEqual(summaryOfDay(nothing).notes, []);
    assert.equal('unbalanced' in dayWithout({}, 0), false);
    const wrong = dayWithout(
      minute({ solar_kwh: 0.01, home_kwh: 0, import_kwh: 0.01, export_kwh: 0.02 }),
      1440,
    );
    assert.deepEqual(summaryOfDay(wrong).notes, ['inconsistent']);
  });

  it('has the flows of a battery taken out with it', () => {
    const withBattery = minute({
      solar_kwh: 0.02,
      home_kwh: 0.01,
      import_kwh: 0,
      export_kwh: 0.004,
      battery_charge_kwh: 0.006,
      battery_discharge_kwh: 0,
      solar_home_kwh: 0.01,
      solar_grid_kwh: 0.004,
      solar_battery_kwh: 0.006,
      grid_home_kwh: 0,
    });
    const silent = unseen({ solar_kwh: 0.02, battery_charge_kwh: 0.01, battery_discharge_kwh: 0 });
    const minutes = minutesFrom(START, 1440, (_, index) => (index < 720 ? silent : withBattery));
    const told = summaryOfDay(dayOf(DATE, makeQuarters(minutes), UTC));
    assert.deepEqual([told.solar_kwh, told.self_consumption], [28.8, 0.8]);
    assert.deepEqual([told.solar_offset, told.self_sufficiency], [1, 1]);
  });
});
