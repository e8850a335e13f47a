import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addDays, dateAt, daysBetween } from '../../../../nodes/rollup/calendar.ts';
import { sumEnergies } from '../../../../nodes/rollup/sums/exact.ts';
import { makeMonth } from '../../../../nodes/rollup/sums/month.ts';
import { joinPeriods, sumMoney } from '../../../../nodes/rollup/sums/period.ts';
import { makeQuarters } from '../../../../nodes/rollup/sums/quarter.ts';
import { CHICAGO, dayOf, dayWith, money } from '../days.ts';
import { minutesFrom } from '../minutes-of.ts';
import { randomMinutes } from '../random-minutes.ts';

/** 1 kW from the grid. */
const constant = { solar_kwh: 0, home_kwh: 1 / 60, import_kwh: 1 / 60, export_kwh: 0 };

describe('days and months', () => {
  it('Z1, Z2: 1 kW all day is 23 kWh in spring and 25 kWh in autumn', () => {
    for (const [date, hours] of [
      ['2026-03-08', 23],
      ['2026-11-01', 25],
    ] as const) {
      const startMs = Date.parse(`${addDays(date, -1)}T00:00:00.000Z`);
      const minutes = minutesFrom(startMs, 3 * 24 * 60, () => ({
        energy: { ...constant, by: 'counter' },
      }));
      const day = dayOf(date, makeQuarters(minutes));
      assert.equal(day.energy.import_kwh?.toFixed(3), `${hours}.000`);
      assert.equal(day.covered_s, hours * 3600);
      assert.equal(Date.parse(day.end) - Date.parse(day.start), hours * 3_600_000);
    }
  });

  it('are null where nothing was measured, in one order of keys', () => {
    const day = dayOf('2026-07-01', []);
    assert.equal(
      JSON.stringify(day),
      JSON.stringify({
        v: 1,
        date: '2026-07-01',
        timezone: CHICAGO,
        start: '2026-07-01T05:00:00.000Z',
        end: '2026-07-02T05:00:00.000Z',
        covered_s: 0,
        peaks: {},
        energy: { solar_kwh: null, home_kwh: null, import_kwh: null, export_kwh: null },
        tariff: null,
        money: null,
        bill: null,
      }),
    );
  });

  it('have the largest peak, of two alike the earlier', () => {
    const minutes = minutesFrom(Date.parse('2026-07-01T12:00:00.000Z'), 120, (_, index) => ({
      power: { solar: [index === 50 || index === 70 ? 4000 : 10, 0, 5000], home: null, grid: null },
    }));
    assert.deepEqual(dayOf('2026-07-01', makeQuarters(minutes)).peaks, {
      solar: [4000, '2026-07-01T12:50:00.000Z'],
    });
  });

  it('say what of them is simulated, estimated or corrected', () => {
    const [quarter] = makeQuarters(minutesFrom(Date.parse('2026-07-01T12:00:00.000Z'), 15));
    assert.ok(quarter);
    const day = dayOf('2026-07-01', [{ ...quarter, as: 'c9', simulated: true, estimated: true }]);
    assert.deepEqual([day.simulated, day.estimated, day.corrected], [true, true, true]);
    const month = makeMonth('2026-07', CHICAGO, [dayOf('2026-07-02', []), day]);
    assert.deepEqual([month.simulated, month.estimated, month.corrected], [true, true, true]);
  });

  it('add up: minutes, quarters, days and months are the same to the last digit', () => {
    for (const date of ['2026-03-08', '2026-11-01', '2026-02-28']) {
      // Begins in the evening before: recovered energy reaches over both ends of the day.
      const start = Date.parse(`${date}T02:00:00.000Z`);
      fc.assert(
        fc.property(randomMinutes(start, 40 * 60), (minutes) => {
          const thinned = minutes.filter((_, index) => index % 23 === 0);
          const quarters = makeQuarters(thinned);
          const [first, last] = [quarters[0], quarters.at(-1)];
          if (!first || !last) return;
          const dates = daysBetween(
            dateAt(Date.parse(first.ts), CHICAGO),
            dateAt(Date.parse(last.ts), CHICAGO),
          );
          const days = dates.map((day) => dayOf(day, quarters));
          const months = [...new Set(dates.map((day) => day.slice(0, 7)))].map((month) =>
            makeMonth(
              month,
              CHICAGO,
              days.filter((day) => day.date.startsWith(month)),
            ),
          );
          const measured = thinned.flatMap((minute) => [
            minute.energy,
            minute.recovered?.energy ?? {},
          ]);
          const sums = [
            sumEnergies(measured),
            sumEnergies(quarters.map(({ energy }) => energy)),
            sumEnergies(days.map(({ energy }) => energy)),
            sumEnergies(months.map(({ energy }) => energy)),
          ];
          for (const sum of sums) assert.deepEqual(sum, sums[0]);
          const covered = (list: readonly { covered_s: number }[]) =>
            list.reduce((sum, { covered_s }) => sum + covered_s, 0);
          assert.equal(covered(months), covered(thinned));
          for (const [index, day] of days.entries()) {
            if (index > 0) assert.equal(day.start, days[index - 1]?.end);
          }
        }),
        { numRuns: 15 },
      );
    }
  });

  it('begin and end a month with its days, whatever zone they were made in', () => {
    const seam = '2026-07-02T04:00:00.000Z';
    const days = [
      dayWith({}, { date: '2026-07-01', end: seam }),
      dayWith({}, { date: '2026-07-02', start: seam, timezone: 'America/New_York' }),
    ];
    const month = makeMonth('2026-07', 'America/New_York', days);
    assert.deepEqual([month.start, month.end], [days[0]?.start, days[1]?.end]);
    assert.deepEqual([month.days, month.timezone], [2, 'America/New_York']);
    const empty = makeMonth('2026-07', CHICAGO, []);
    assert.deepEqual([empty.start, empty.days], ['2026-07-01T05:00:00.000Z', 0]);
  });

  it('name each tariff once, in the order they came into force', () => {
    const [a, b] = [
      { id: 'a', version: '1' },
      { id: 'b', version: '1' },
    ];
    const days = [null, a, a, b, { id: 'b', version: '2' }].map((tariff) =>
      dayWith({}, { tariff }),
    );
    const { tariffs } = makeMonth('2026-07', CHICAGO, days);
    assert.deepEqual(tariffs, [a, b, { id: 'b', version: '2' }]);
  });

  it('add money to the last digit, and say what is not known', () => {
    const cents = sumMoney(Array.from({ length: 30 }, () => money(0.1)));
    assert.deepEqual(cents, money(3, { cost_without_solar: 300, savings: 297 }));
    assert.equal(sumMoney([null, null]), null);
    assert.equal(sumMoney([money(1), null, money(2)])?.cost, 3);
    assert.equal(sumMoney([money(1), money(1, { currency: 'EUR' })]), null);
    const unknown = money(2, { cost_without_solar: null, savings: null });
    assert.deepEqual(sumMoney([unknown]), unknown);
    const half = sumMoney([money(1), unknown]);
    assert.deepEqual([half?.cost, half?.savings, half?.estimated], [3, 9, true]);
    assert.equal(sumMoney([money(1, { estimated: true }), money(2)])?.estimated, true);
  });

  it('join into any stretch', () => {
    const days = daysBetween('2026-06-29', '2026-07-05').map((date) =>
      dayOf(date, [], { energy: { ...constant }, covered_s: 86_400, money: money(1) }),
    );
    const week = joinPeriods(days);
    assert.deepEqual([week?.start, week?.end], [days[0]?.start, days[6]?.end]);
    assert.deepEqual([week?.energy.home_kwh, week?.money?.cost], [0.1166669, 7]);
    assert.equal(joinPeriods([]), null);
  });

  it('take 30 days of minutes in well under a second', () => {
    const minutes = minutesFrom(Date.parse('2026-07-01T00:00:00.000Z'), 30 * 24 * 60);
    const started = process.cpuUsage();
    const quarters = makeQuarters(minutes);
    const { user, system } = process.cpuUsage(started);
    assert.equal(quarters.length, 2880);
    assert.ok(user + system < 2_000_000, `${(user + system) / 1000} ms of CPU`);
    const bytes = JSON.stringify(quarters).length;
    assert.ok((bytes / 30) * 365 < 25e6, `${bytes} bytes`);
  });
});
