import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addDays, daysBetween } from '../../../../nodes/rollup/calendar.ts';
import type { TariffConfig } from '../../../../nodes/site/schema.ts';
import { type BilledDay, billed, dayWith, quartersOf, tariffOf, type Use } from './bills.ts';

const NET = { mode: 'net_metering', true_up_month: 12, true_up_rate: 0.04 };
const net = (rate: number, more: object = {}) =>
  tariffOf({ periods: [{ id: 'all', rate }], export: NET, ...more });

/** Days of June in a row, each with its use, the price changing with the use that follows it. */
function june(...list: [TariffConfig, ...Use[]][]): BilledDay[] {
  return list
    .flatMap(([tariff, ...uses]) => uses.map((use) => ({ tariff, quarters: dayWith(use) })))
    .map((day, index) => ({ date: addDays('2026-06-02', index), ...day }));
}

const micros = (money: number) => Math.round(money * 1e6);
function costOf(days: readonly BilledDay[]): number {
  return billed(days).reduce((sum, { money }) => sum + micros(money.cost), 0) / 1e6;
}
const carriedBy = (days: readonly BilledDay[]) => billed(days).at(-1)?.bill.carried;

const bought = (import_kwh: number): Use => ({ import_kwh });
const sold = (export_kwh: number): Use => ({ export_kwh });

describe('net metering, when the price changes within a billing month,', () => {
  it('cancels what was bought before, at the price it was bought for', () => {
    const days = june([net(0.2), bought(50), bought(50)], [net(0.4), sold(50), sold(50)]);
    assert.equal(costOf(days), 0);
    assert.equal(carriedBy(days), undefined);
    assert.deepEqual(
      billed(days).map(({ money }) => money.export_credit),
      [0, 0, 10, 10],
    );
  });

  it('cancels the oldest first', () => {
    const before: [TariffConfig, ...Use[]] = [net(0.2), bought(100), sold(60)];
    assert.equal(costOf(june(before, [net(0.4), bought(50), sold(50)])), 40 * 0.4);
    assert.equal(costOf(june(before, [net(0.4), sold(30)])), 10 * 0.2);
  });

  it('comes to what docs/homeowner.md says', () => {
    assert.equal(costOf(june([net(0.2), bought(100)], [net(0.4), bought(50), sold(120)])), 12);
  });

  it('goes on so over any number of prices', () => {
    const days = june(
      [net(0.1), bought(10)],
      [net(0.2), bought(10), sold(5)],
      [net(0.3), bought(10), sold(12)],
      [net(0.4), bought(1)],
    );
    assert.equal(costOf(days), 3 * 0.2 + 10 * 0.3 + 0.4);
  });

  it('gives back the tax that was paid, and never what cannot be bypassed', () => {
    const dear = { ...net(0.2), tax: 0.1, export: { ...net(0.2).export, non_bypassable: 0.01 } };
    const days = june([dear as TariffConfig, bought(10)], [net(0.4), sold(10)]);
    assert.equal(costOf(days), 0.11);
  });

  it('cancels within one period of time, and only there', () => {
    const two = (peak: number, rest: number) =>
      net(0, {
        periods: [
          { id: 'peak', from: '16:00', to: '21:00', rate: peak },
          { id: 'rest', rate: rest },
        ],
      });
    const at = (hour: number, use: Use) => (date: string, zone: string) =>
      quartersOf(date, zone, (index) => (index === hour * 4 ? use : {}));
    const days = [
      { date: '2026-06-02', tariff: two(0.5, 0.2), quarters: at(18, bought(10)) },
      { date: '2026-06-03', tariff: two(0.6, 0.3), quarters: at(12, sold(10)) },
    ];
    assert.equal(costOf(days), 5);
    assert.deepEqual(
      billed([...days, { ...days[1], date: '2026-06-04', tariff: two(0.7, 0.3) } as BilledDay]).at(
        -1,
      )?.bill.carried,
      { rest: 10 },
    );
  });

  it('fills the tiers in the order of time with what is left', () => {
    const tiered = (rate: number) =>
      net(0, {
        periods: undefined,
        tiers: { blocks: [{ upto: 100, rate }, { rate: 2 * rate }] },
      });
    const days = june([tiered(0.1), bought(150)], [tiered(0.2), bought(30), sold(50)]);
    assert.equal(costOf(days), 100 * 0.1 + 30 * 0.4);
    const more = june([tiered(0.1), bought(150)], [tiered(0.2), bought(30), sold(80)]);
    assert.equal(costOf(more), 70 * 0.1 + 30 * 0.2);
  });

  it('leaves what was bought bought, where either price is without it', () => {
    const flat = tariffOf({ export: { mode: 'rate', rate: 0.05 } });
    assert.equal(costOf(june([net(0.2), bought(10)], [flat, sold(10)])), 2 - 0.5);
    assert.equal(costOf(june([flat, bought(10)], [net(0.2), sold(10)])), 3);
    assert.equal(costOf(june([net(0.2), bought(10)], [flat, {}], [net(0.4), sold(10)])), 2);
  });

  it('cancels nothing of another billing month', () => {
    const days: BilledDay[] = [
      { date: '2026-05-31', tariff: net(0.2), quarters: dayWith(bought(10)) },
      { date: '2026-06-01', tariff: net(0.4), quarters: dayWith(sold(10)) },
    ];
    assert.equal(costOf(days), 2);
  });

  it('comes to what is left of each purchase when the oldest are cancelled, whatever happens', () => {
    const kwh = fc.integer({ min: 0, max: 300_000_000 }).map((units) => units / 1e7);
    const use = fc.record({ import_kwh: kwh, export_kwh: kwh });
    const price = fc.integer({ min: 0, max: 100 }).map((cents) => cents / 100);
    const prices = fc.array(
      fc.tuple(price, price, fc.array(fc.tuple(use, use), { minLength: 1, maxLength: 5 })),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(prices, (list) => {
        const ids = ['peak', 'rest'] as const;
        const purchases: { id: string; kwh: number; rate: number }[] = [];
        const left: Record<string, number> = { peak: 0, rest: 0 };
        const dates = daysBetween('2026-06-01', '2026-06-30').values();
        const days = list.flatMap(([peak, rest, uses]) => {
          const tariff = net(0, {
            periods: [
              { id: 'peak', from: '16:00', to: '21:00', rate: peak },
              { id: 'rest', rate: rest },
            ],
          });
          return uses.map((pair): BilledDay => {
            for (const [index, id] of ids.entries()) {
              const { import_kwh = 0, export_kwh = 0 } = pair[index] ?? {};
              purchases.push({ id, kwh: import_kwh, rate: index === 0 ? peak : rest });
              left[id] = (left[id] ?? 0) + export_kwh;
            }
            const quarters = (date: string, zone: string) =>
              quartersOf(date, zone, (index) =>
                index === 70 ? pair[0] : index === 20 ? pair[1] : {},
              );
            return { date: dates.next().value ?? '', tariff, quarters };
          });
        });
        let expected = 0;
        for (const { id, kwh, rate } of purchases) {
          const cancelled = Math.min(kwh, left[id] ?? 0);
          left[id] = (left[id] ?? 0) - cancelled;
          expected += (kwh - cancelled) * rate;
        }
        assert.ok(Math.abs(costOf(days) - expected) < 2e-5, `${costOf(days)} is not ${expected}`);
      }),
      { numRuns: 100 },
    );
  });
});
