import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { daysBetween } from '../../../../nodes/rollup/calendar.ts';
import { billSummary, priceDay } from '../../../../nodes/rollup/tariff/bill.ts';
import { billingStart } from '../../../../nodes/rollup/tariff/bill-sums.ts';
import { roundMoney } from '../../../../nodes/rollup/tariff/money.ts';
import { packageRoot } from '../../../../nodes/site/package.ts';
import type { TariffConfig } from '../../../../nodes/site/schema.ts';
import { siteConfigSchema } from '../../../../nodes/site/schema.ts';
import {
  type BilledDay,
  billed,
  CHICAGO,
  dayWith,
  quarterAt,
  quartersOf,
  tariffOf,
  type Use,
} from './bills.ts';

/** All dates with nothing used, but for those that are named. */
function days(first: string, last: string, tariff: TariffConfig, uses: Record<string, Use> = {}) {
  return daysBetween(first, last).map(
    (date): BilledDay => ({ date, tariff, quarters: dayWith(uses[date] ?? {}) }),
  );
}

function only<T>(list: readonly T[]): T {
  const [first] = list;
  assert.ok(first !== undefined && list.length === 1);
  return first;
}

function last<T>(list: readonly T[]): T {
  const item = list.at(-1);
  assert.ok(item !== undefined);
  return item;
}

const sum = (values: (number | null)[]) =>
  values.reduce<number>((total, value) => total + Math.round((value ?? Number.NaN) * 1e6), 0) / 1e6;
const costs = (list: ReturnType<typeof billed>) => sum(list.map(({ money }) => money.cost));

const NET = { mode: 'net_metering', true_up_month: 12 };

describe('a bill', () => {
  describe('comes out as worked by hand', () => {
    it('T1: import, export, a daily fee', () => {
      const tariff = tariffOf({
        fixed: { per_day: 0.5 },
        export: { mode: 'rate', rate: 0.08 },
      });
      const use = { solar_kwh: 20, import_kwh: 8, export_kwh: 12, home_kwh: 16 };
      const { money } = only(
        billed(days('2026-05-04', '2026-05-04', tariff, { '2026-05-04': use })),
      );
      assert.deepEqual(money, {
        currency: 'USD',
        import_cost: 2.4,
        fixed: 0.5,
        export_credit: 0.96,
        cost: 1.94,
        cost_without_solar: 5.3,
        savings: 3.36,
      });
    });

    it('T2: time of use on days of 25 and of 23 hours', () => {
      const tariff = tariffOf({
        periods: [
          { id: 'night', from: '21:00', to: '07:00', rate: 0.12 },
          { id: 'day', from: '07:00', to: '16:00', rate: 0.18 },
          { id: 'peak', from: '16:00', to: '21:00', rate: 0.32 },
        ],
      });
      const quarters: BilledDay['quarters'] = (date, zone) =>
        quartersOf(date, zone, () => ({ import_kwh: 0.25, home_kwh: 0.25 }));
      const cost = (date: string) => only(billed([{ date, tariff, quarters }], CHICAGO)).money.cost;
      assert.equal(cost('2026-11-01'), 4.54);
      assert.equal(cost('2026-03-08'), 4.3);
      assert.equal(cost('2026-06-01'), 4.42);
    });

    it('T3: tiers, filled on each side by itself', () => {
      const blocks = [{ upto: 300, rate: 0.15 }, { upto: 600, rate: 0.22 }, { rate: 0.31 }];
      const tariff = tariffOf({ periods: undefined, tiers: { blocks } });
      const uses = {
        '2026-04-03': { import_kwh: 250, home_kwh: 300 },
        '2026-04-20': { import_kwh: 400, home_kwh: 600 },
      };
      const bill = last(billed(days('2026-04-01', '2026-04-30', tariff, uses))).bill;
      const { cost, cost_without_solar, savings } = billSummary(bill);
      assert.deepEqual(
        { cost, cost_without_solar, savings },
        { cost: 126.5, cost_without_solar: 204, savings: 77.5 },
      );
    });

    it('T4: each day by the version that holds on it', () => {
      const [old, young] = [0.28, 0.34].map((rate) => tariffOf({ periods: [{ id: 'all', rate }] }));
      assert.ok(old && young);
      const use = { import_kwh: 10, home_kwh: 10 };
      const list = billed([
        ...days('2026-06-30', '2026-06-30', old, { '2026-06-30': use }),
        ...days('2026-07-01', '2026-07-01', young, { '2026-07-01': use }),
      ]);
      assert.equal(costs(list), 6.2);
      assert.notEqual(list[0]?.mark.version, list[1]?.mark.version);
    });

    for (const [tax, expected] of [
      [0, 88.5],
      [0.1, 97.35],
    ] as const) {
      it(`T5: daily fees and energy with a tax of ${tax}`, () => {
        const tariff = tariffOf({ fixed: { per_day: 0.45 }, tax });
        const use = { '2026-04-09': { import_kwh: 250, home_kwh: 250 } };
        assert.equal(costs(billed(days('2026-04-01', '2026-04-30', tariff, use))), expected);
      });
    }

    const monthly = (change: object) =>
      tariffOf({
        periods: [{ id: 'all', rate: 0.25 }],
        fixed: { per_month: 10 },
        export: { ...NET, ...change },
      });

    it('T6: net metering carries the surplus on in kWh', () => {
      const list = billed(
        days('2026-04-01', '2026-05-31', monthly({}), {
          '2026-04-02': { import_kwh: 400 },
          '2026-04-25': { export_kwh: 520 },
          '2026-05-10': { import_kwh: 500 },
          '2026-05-20': { export_kwh: 100 },
        }),
      );
      assert.equal(costs(list.slice(0, 30)), 10);
      assert.deepEqual(list[30]?.bill.carried, { all: 120 });
      assert.equal(costs(list.slice(30)), 80);
    });

    it('T7: and pays it in the true-up month', () => {
      const list = billed(
        days('2026-04-01', '2026-05-01', monthly({ true_up_month: 4, true_up_rate: 0.04 }), {
          '2026-04-02': { import_kwh: 400 },
          '2026-04-25': { export_kwh: 520 },
        }),
      );
      assert.equal(list[29]?.money.export_credit, 4.8);
      assert.equal(costs(list.slice(0, 30)), 5.2);
      assert.equal(list[30]?.bill.carried, undefined);
    });

    it('T8: net metering cancels period by period', () => {
      const periods = [
        { id: 'peak', from: '16:00', to: '21:00', rate: 0.4 },
        { id: 'offpeak', rate: 0.15 },
      ];
      const tariff = tariffOf({ periods, export: NET });
      const quarters = (date: string, zone: string) =>
        quartersOf(date, zone, (index) =>
          index === 70
            ? { import_kwh: 50, export_kwh: 120 }
            : index === 20
              ? { import_kwh: 200, export_kwh: 30 }
              : {},
        );
      const [day, next] = billed([
        { date: '2026-04-30', tariff, quarters },
        { date: '2026-05-01', tariff, quarters: dayWith({}) },
      ]);
      assert.equal(day?.money.cost, 25.5);
      assert.deepEqual(next?.bill.carried, { peak: 70 });
    });

    it('T9: rounds what is told half away from zero', () => {
      assert.deepEqual(
        [0.125, 1.005, -0.125, -0.004].map((money) => roundMoney(money, 'USD')),
        [0.13, 1.01, -0.13, 0],
      );
      assert.equal(roundMoney(12.5, 'JPY'), 13);
      assert.equal(roundMoney(0.0005, 'KWD'), 0.001);
    });
  });

  describe('in the words of docs/homeowner.md', () => {
    const page = readFileSync(join(packageRoot, 'docs/homeowner.md'), 'utf8');
    const [byTime, ...others] = [...page.matchAll(/```yaml\n(tariffs:\n[^`]*)```/g)].map(
      ([, yaml = '']) => siteConfigSchema.parse(parse(yaml)).tariffs.at(0),
    );

    it('has examples that are right', () => assert.equal(others.filter(Boolean).length, 2));

    it('comes to 1.41 on that Monday', () => {
      assert.ok(byTime);
      const quarters: BilledDay['quarters'] = (date, zone) =>
        quartersOf(date, zone, (index) => {
          if (index === 68) return { import_kwh: 3 };
          return index === 8 ? { import_kwh: 5 } : index === 50 ? { export_kwh: 10 } : {};
        });
      const { money } = only(billed([{ date: '2026-05-04', tariff: byTime, quarters }]));
      assert.deepEqual(
        [money.import_cost, money.fixed, money.export_credit, money.cost],
        [1.716, 0.495, 0.8, 1.411],
      );
    });
  });

  describe('knows the calendar', () => {
    const periods = [
      { id: 'weekend', days: ['sat', 'sun'], rate: 0.1 },
      { id: 'summer', months: [7], rate: 0.5 },
      { id: 'rest', rate: 0.2 },
    ];
    const costOf = (date: string, change: object = {}) =>
      only(
        billed([
          { date, tariff: tariffOf({ periods, ...change }), quarters: dayWith({ import_kwh: 1 }) },
        ]),
      ).money.cost;

    it('takes the first period that holds, by weekday and month', () => {
      assert.equal(costOf('2026-07-05'), 0.1);
      assert.equal(costOf('2026-07-06'), 0.5);
      assert.equal(costOf('2026-08-03'), 0.2);
    });

    it('counts a holiday as a Sunday', () => {
      assert.equal(costOf('2026-08-03', { holidays: ['2026-08-03'] }), 0.1);
    });

    it('gives both hours of 01:xx one price when clocks go back', () => {
      const tariff = tariffOf({
        periods: [
          { id: 'one', from: '01:00', to: '02:00', rate: 1 },
          { id: 'rest', rate: 0 },
        ],
      });
      const quarters: BilledDay['quarters'] = (date, zone) =>
        quartersOf(date, zone, () => ({ import_kwh: 1 }));
      const cost = (date: string) => only(billed([{ date, tariff, quarters }], CHICAGO)).money.cost;
      assert.deepEqual(['2026-11-01', '2026-11-02', '2026-03-08'].map(cost), [8, 4, 4]);
    });

    it('begins a billing month on its day, or on the last of a short month', () => {
      assert.deepEqual(
        [
          billingStart('2026-02-27', 31),
          billingStart('2026-02-28', 31),
          billingStart('2028-02-28', 30),
          billingStart('2028-02-29', 30),
          billingStart('2026-03-30', 31),
          billingStart('2026-01-14', 15),
          billingStart('2026-01-15', 15),
        ],
        [
          '2026-01-31',
          '2026-02-28',
          '2028-01-30',
          '2028-02-29',
          '2026-02-28',
          '2025-12-15',
          '2026-01-15',
        ],
      );
    });

    it('asks the monthly fee once a billing month and the daily one each day, with data or without', () => {
      const tariff = tariffOf({ fixed: { per_day: 0.25, per_month: 9 }, billing_day: 15 });
      const list = billed(
        daysBetween('2026-02-10', '2026-03-16').map((date) => ({
          date,
          tariff,
          quarters: () => [],
        })),
      );
      const dear = list.filter(({ money }) => money.fixed !== 0.25);
      assert.deepEqual(
        dear.map(({ money, bill }) => [bill.since, money.fixed]),
        [
          ['2026-01-15', 9.25],
          ['2026-02-15', 9.25],
          ['2026-03-15', 9.25],
        ],
      );
      assert.ok(list.every(({ money }) => money.estimated === true && money.savings === 0));
    });
  });

  describe('when the price changes within a billing month', () => {
    const blocks = (rate: number) => ({ blocks: [{ upto: 100, rate }, { rate: rate * 2 }] });
    const use = { import_kwh: 80, home_kwh: 80 };

    it('leaves what was used at its price and the tiers as full as they are', () => {
      const tiered = (rate: number) => tariffOf({ periods: undefined, tiers: blocks(rate) });
      const list = billed([
        ...days('2026-04-01', '2026-04-10', tiered(0.1), { '2026-04-10': use }),
        ...days('2026-04-11', '2026-04-12', tiered(0.2), { '2026-04-12': use }),
      ]);
      assert.equal(costs(list), 80 * 0.1 + 20 * 0.2 + 60 * 0.4);
      assert.deepEqual(last(list).bill.filled, { import_kwh: 80, home_kwh: 80 });
    });

    it('asks the monthly fee only once', () => {
      const [old, young] = [3, 7].map((per_month) => tariffOf({ fixed: { per_month } }));
      assert.ok(old && young);
      const list = billed([
        ...days('2026-04-01', '2026-04-10', old),
        ...days('2026-04-11', '2026-05-01', young),
      ]);
      assert.equal(costs(list), 3 + 7);
      assert.equal(last(list).money.cost, 7);
    });

    it('goes on cancelling where only holidays, hours or fees are new', () => {
      const tariff = tariffOf({ export: NET });
      const list = billed([
        ...days('2026-04-01', '2026-04-10', tariff, { '2026-04-10': { import_kwh: 10 } }),
        ...days(
          '2026-04-11',
          '2026-04-12',
          { ...tariff, holidays: ['2026-12-25'] },
          { '2026-04-12': { export_kwh: 4 } },
        ),
      ]);
      assert.equal(costs(list), 1.8);
    });

    it('carries surplus on where the new price cancels in that period, and pays the rest', () => {
      const net = (ids: string[], change: object) =>
        tariffOf({
          periods: ids.map((id, index) => ({
            id,
            rate: 0.2,
            ...(index === 0 ? { from: '16:00', to: '21:00' } : {}),
          })),
          export: { ...NET, ...change },
        });
      const old = net(['peak', 'off'], { true_up_rate: 0.05, taxed: true });
      const sold = (date: string, zone: string) =>
        quartersOf(date, zone, (index) => (index === 70 || index === 20 ? { export_kwh: 10 } : {}));
      const change = (tariff: TariffConfig) =>
        billed([
          { date: '2026-04-10', tariff: { ...old, tax: 0.2 }, quarters: sold },
          { date: '2026-04-11', tariff, quarters: dayWith({}) },
        ])[1];
      const young = change(net(['evening', 'off'], {}));
      assert.deepEqual(young?.bill.carried, { off: 10 });
      assert.equal(young?.money.export_credit, 0.6);
      assert.equal(change(tariffOf())?.money.export_credit, 1.2);
    });

    it('begins a new bill in a new currency', () => {
      const list = billed([
        ...days('2026-04-01', '2026-04-10', tariffOf(), { '2026-04-10': use }),
        ...days('2026-04-11', '2026-04-11', tariffOf({ currency: 'EUR' }), { '2026-04-11': use }),
      ]);
      const { since, cost, currency } = billSummary(last(list).bill);
      assert.deepEqual(
        { since, cost, currency },
        { since: '2026-04-11', cost: 24, currency: 'EUR' },
      );
    });
  });

  describe('says what it does not know', () => {
    const price = (...quarters: ReturnType<typeof quarterAt>[]) =>
      priceDay(
        { date: '2026-04-01', zone: 'UTC', length_s: 1800, quarters },
        { tariff: tariffOf(), before: null },
      );
    const at = (minute: string, use: Use, seconds?: number) =>
      quarterAt(`2026-04-01T12:${minute}:00.000Z`, use, seconds);

    it('works out the use of a home from its sources', () => {
      const { money } = price(
        at('00', { home_kwh: null, solar_kwh: 5, import_kwh: 1, export_kwh: 2 }),
        at('15', {}),
      );
      assert.equal(money.cost_without_solar, 1.2);
      assert.equal(money.estimated, undefined);
    });

    it('takes a gap for one on both sides, and marks a day with more than 5 % of gaps', () => {
      const gap = { home_kwh: null, solar_kwh: null, import_kwh: null, export_kwh: null };
      const { money, bill } = price(at('00', { import_kwh: 1, home_kwh: 1 }), at('15', gap, 809));
      assert.equal(money.savings, 0);
      assert.equal(money.estimated, true);
      assert.equal(billSummary(bill).estimated, true);
      assert.equal(price(at('00', {}), at('15', {}, 810)).money.estimated, undefined);
    });
  });
});
