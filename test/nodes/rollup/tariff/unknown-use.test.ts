import assert from 'node:assert/strict';
import { addDays } from '../../../../nodes/rollup/calendar.ts';
import { billSummary } from '../../../../nodes/rollup/tariff/bill.ts';
import { type BilledDay, billed, quarterAt, quartersOf, tariffOf, type Use } from './bills.ts';

const TARIFF = tariffOf({ export: { mode: 'rate', rate: 0.1 } });
/** The home used 0.1 kWh of its own sun: saved are 0.03. */
const SUNNY: Use = { solar_kwh: 0.1, home_kwh: 0.1 };
/** The solar meter was silent, and 0.2 kWh were bought. */
const SILENT: Use = { solar_kwh: null, home_kwh: null, import_kwh: 0.2 };

/** Days in a row, each with so many quarter hours in which a source was silent. */
function pricedWith(counts: number[], silent: Use = SILENT, seconds = 0) {
  return billed(
    counts.map((count, index): BilledDay => {
      const quarters = (date: string, zone: string) =>
        quartersOf(date, zone, () => SUNNY).map((quarter, place) =>
          place < count ? quarterAt(quarter.ts, silent, seconds) : quarter,
        );
      return { date: addDays('2026-04-01', index), tariff: TARIFF, quarters };
    }),
  );
}

function only(count: number, silent?: Use, seconds?: number) {
  const [day] = pricedWith([count], silent, seconds);
  assert.ok(day);
  return { money: day.money, bill: billSummary(day.bill) };
}

const rounded = (money: number | null) => money && Math.round(money * 1e6) / 1e6;

describe('while the use of the home is not known', () => {
  it('what was bought counts as used: nothing is saved, and that is an estimate', () => {
    const { money, bill } = only(1);
    assert.equal(money.cost, 0.06);
    assert.equal(rounded(money.savings), rounded(95 * 0.03));
    assert.deepEqual([money.estimated, bill.estimated, bill.savings], [true, true, 2.85]);
    assert.equal(only(0).money.estimated, undefined);
  });

  it('and for a part of a quarter hour, at least what was bought', () => {
    const { money } = only(1, { solar_kwh: 0.01, home_kwh: 0.05, import_kwh: 0.2 }, 300);
    assert.equal(rounded(money.savings), rounded(95 * 0.03));
    assert.equal(money.estimated, true);
  });

  it('for more than 5 % of a day, the savings of the day are not told', () => {
    assert.equal(rounded(only(4).money.savings), rounded(92 * 0.03));
    const { money, bill } = only(5);
    assert.deepEqual([money.cost_without_solar, money.savings], [null, null]);
    assert.deepEqual([money.cost, money.estimated], [0.3, true]);
    assert.deepEqual([bill.savings, bill.estimated], [2.73, true]);
  });

  it('of no time of the billing month, those of the bill are not told either', () => {
    const bills = pricedWith([96, 96, 95, 96, 0]).map(({ bill }) => billSummary(bill));
    assert.deepEqual(
      bills.map(({ savings }) => savings),
      [null, null, 0.03, 0.03, 2.91],
    );
    assert.ok(bills.every(({ estimated }) => estimated));
    const later = pricedWith([0, 96]).map(({ bill }) => billSummary(bill).savings);
    assert.deepEqual(later, [2.88, 2.88]);
  });

  it('what was sold is still earned', () => {
    const { money } = only(1, { solar_kwh: null, home_kwh: null, import_kwh: 0, export_kwh: 0.5 });
    assert.equal(rounded(money.savings), rounded(95 * 0.03 + 0.05));
  });

  it('is forgotten with the next billing month', () => {
    const days = pricedWith([96, ...Array.from({ length: 30 }, () => 0)]);
    const bill = days.at(-1)?.bill;
    assert.equal(bill?.since, '2026-05-01');
    assert.equal(bill?.home_unknown, undefined);
    assert.equal(bill && billSummary(bill).estimated, false);
  });
});
