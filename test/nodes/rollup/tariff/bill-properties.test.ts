import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addDays, localAt } from '../../../../nodes/rollup/calendar.ts';
import type { PricedDay } from '../../../../nodes/rollup/tariff/bill.ts';
import type { BillMoney } from '../../../../nodes/rollup/tariff/bill-state.ts';
import { periodAt } from '../../../../nodes/rollup/tariff/tariff.ts';
import type { TariffConfig } from '../../../../nodes/site/schema.ts';
import { type BilledDay, billed, quarterAt, tariffOf, type Use } from './bills.ts';

const price = fc.integer({ min: 0, max: 99_999_999 }).map((units) => units / 1e8);
const kwh = fc.integer({ min: 0, max: 300_000_000 }).map((units) => units / 1e7);

const periods = fc
  .tuple(
    price,
    price,
    fc.constantFrom('06:15', '16:00', '23:45'),
    fc.constantFrom('00:30', '21:00'),
  )
  .map(([peak, rest, from, to]) => [
    { id: 'peak', from, to, rate: peak },
    { id: 'rest', rate: rest },
  ]);
const tiers = fc
  .tuple(price, price, price, fc.integer({ min: 1, max: 50 }))
  .map(([a, b, c, upto]) => ({
    blocks: [{ upto, rate: a }, { upto: upto * 2, rate: b }, { rate: c }],
  }));
const netMetering = fc.record({
  mode: fc.constant('net_metering'),
  true_up_month: fc.integer({ min: 1, max: 4 }),
  true_up_rate: price,
  non_bypassable: price,
  taxed: fc.boolean(),
});
const sold = fc.oneof(
  fc.constant({ mode: 'none' }),
  fc.record({ mode: fc.constant('rate'), rate: price, taxed: fc.boolean() }),
  netMetering,
);

const tariffWith = (
  exported: fc.Arbitrary<object>,
  currency: fc.Arbitrary<string> = fc.constant('USD'),
) =>
  fc
    .record({
      periods: fc.option(periods, { nil: undefined }),
      tiers: fc.option(tiers, { nil: undefined }),
      export: exported,
      currency,
      tax: fc.constantFrom(0, 0.1, 0.19, 0.0825),
      fixed: fc.record({ per_day: price, per_month: price }),
      billing_day: fc.constantFrom(1, 15, 31),
    })
    .filter(({ periods, tiers }) => periods !== undefined || tiers !== undefined)
    .map(tariffOf);

const instant = fc.integer({ min: 0, max: Date.parse('2100-01-01') });

/** What passed in a quarter: solar, and what the home used of it or bought. */
const use = fc.record({ solar: kwh, home: kwh }).map(({ solar, home }): Use => {
  const units = Math.round(solar * 1e7) - Math.round(home * 1e7);
  return {
    solar_kwh: solar,
    home_kwh: home,
    import_kwh: Math.max(0, -units) / 1e7,
    export_kwh: Math.max(0, units) / 1e7,
  };
});

const quarters = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 95 }), use), { maxLength: 4 })
  .map((list): BilledDay['quarters'] => (date) => {
    const midnight = Date.parse(`${date}T00:00:00Z`);
    return list.map(([index, used]) =>
      quarterAt(new Date(midnight + index * 900_000).toISOString(), used),
    );
  });

/** Days in a row from New Year on, the price changing where it does. */
const stretch = (tariff: fc.Arbitrary<TariffConfig>, versions: number) =>
  fc
    .record({
      tariffs: fc.array(tariff, { minLength: 1, maxLength: versions }),
      days: fc.array(quarters, { minLength: 1, maxLength: 70 }),
    })
    .map(({ tariffs, days }) =>
      days.map((quarters, index): BilledDay => {
        const version = tariffs[Math.floor((index * tariffs.length) / days.length)];
        assert.ok(version);
        return { date: addDays('2026-01-01', index), tariff: version, quarters };
      }),
    );

const micros = (money: number) => Math.round(money * 1e6);
const amounts = ({ import_cost, fixed, export_credit, home_cost }: BillMoney) =>
  [import_cost, fixed, export_credit, home_cost].map(micros);

/** The priced days of each bill. */
function byBill(list: readonly PricedDay[]): PricedDay[][] {
  return [...Map.groupBy(list, ({ bill }) => `${bill.since} ${bill.currency}`).values()];
}

describe('any bill', () => {
  it('is the sum of its days, to the last digit', () => {
    const days = stretch(tariffWith(sold, fc.constantFrom('USD', 'USD', 'EUR')), 3);
    fc.assert(
      fc.property(days, (list) => {
        for (const bill of byBill(billed(list))) {
          const sums = [0, 0, 0, 0];
          for (const { money } of bill) {
            const without = micros(money.cost_without_solar ?? Number.NaN);
            const parts = [money.import_cost, money.fixed, money.export_credit].map(micros);
            [...parts, without - micros(money.fixed)].forEach((part, index) => {
              sums[index] = (sums[index] ?? 0) + part;
            });
            assert.equal(micros(money.cost), (parts[0] ?? 0) + (parts[1] ?? 0) - (parts[2] ?? 0));
            assert.equal(micros(money.savings ?? Number.NaN), without - micros(money.cost));
          }
          const end = bill.at(-1);
          assert.deepEqual(sums, end && amounts(end.bill.money));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('saves nothing where there is no solar', () => {
    const bought = quarters.map(
      (of): BilledDay['quarters'] =>
        (date, zone) =>
          of(date, zone).map(({ energy, ...rest }) => ({
            ...rest,
            energy: { ...energy, solar_kwh: 0, import_kwh: energy.home_kwh, export_kwh: 0 },
          })),
    );
    const days = fc
      .tuple(stretch(tariffWith(sold), 2), fc.array(bought, { minLength: 70, maxLength: 70 }))
      .map(([list, uses]) =>
        list.map((day, index) => ({ ...day, quarters: uses[index] ?? day.quarters })),
      );
    fc.assert(
      fc.property(days, (list) => {
        assert.ok(billed(list).every(({ money }) => money.savings === 0));
      }),
      { numRuns: 40 },
    );
  });

  it('of one flat price is what the sums cost, rounded once', () => {
    fc.assert(
      fc.property(price, stretch(fc.constant(tariffOf()), 1), (rate, list) => {
        const tariff = tariffOf({ periods: [{ id: 'all', rate }] });
        for (const bill of byBill(billed(list.map((day) => ({ ...day, tariff }))))) {
          const end = bill.at(-1)?.bill;
          const units = Math.round((end?.periods.all?.[0] ?? 0) * 1e7);
          const exact = BigInt(units) * BigInt(Math.round(rate * 1e8));
          assert.equal(
            micros(end?.money.import_cost ?? 0),
            Number((exact + 500_000_000n) / 1_000_000_000n),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('with net metering uses each exported kWh once: cancelled, carried on, or paid', () => {
    // At a price of 1 money counts kWh.
    const tariff = fc
      .record({ periods, true_up_month: fc.integer({ min: 1, max: 4 }) })
      .map(({ periods: [peak, rest], true_up_month }) =>
        tariffOf({
          periods: [
            { ...peak, rate: 1 },
            { ...rest, rate: 1 },
          ],
          export: { mode: 'net_metering', true_up_month, true_up_rate: 1 },
        }),
      );
    fc.assert(
      fc.property(stretch(tariff, 1), (list) => {
        const priced = billed(list);
        let exported = 0;
        for (const { date, quarters } of list) {
          for (const { energy } of quarters(date, 'UTC')) exported += energy.export_kwh ?? 0;
        }
        const credit = priced.reduce((sum, { money }) => sum + money.export_credit, 0);
        const end = priced.at(-1)?.bill;
        const left = end?.trued_up
          ? 0
          : Object.entries(end?.periods ?? {}).reduce(
              (sum, [id, [bought, sold]]) =>
                sum + Math.max(0, sold + (end?.carried?.[id] ?? 0) - bought),
              Object.entries(end?.carried ?? {}).reduce(
                (sum, [id, kwh]) => sum + (id in (end?.periods ?? {}) ? 0 : kwh),
                0,
              ),
            );
        assert.ok(Math.abs(credit + left - exported) < 1e-3, `${credit} + ${left} of ${exported}`);
        assert.ok(priced.every(({ money }) => money.export_credit >= 0));
      }),
      { numRuns: 60 },
    );
  });

  it('comes out the same when priced again, and when quarters come in another order', () => {
    fc.assert(
      fc.property(stretch(tariffWith(sold), 2), (list) => {
        const turned = list.map(
          (day): BilledDay => ({ ...day, quarters: (...of) => day.quarters(...of).toReversed() }),
        );
        assert.deepEqual(billed(turned), billed(list));
        assert.equal(JSON.stringify(billed(turned)), JSON.stringify(billed(list)));
      }),
      { numRuns: 30 },
    );
  });

  it('has a period for every moment that the schema lets through', () => {
    fc.assert(
      fc.property(tariffWith(sold), instant, (tariff, ms) => {
        const period = periodAt(tariff, localAt(ms, 'Europe/Berlin'));
        assert.equal(period === '-', tariff.periods === undefined);
      }),
    );
  });
});
