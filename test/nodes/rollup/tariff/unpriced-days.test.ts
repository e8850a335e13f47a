import assert from 'node:assert/strict';
import { Source } from '../../../../nodes/history/source.ts';
import { Now } from '../../../../nodes/rollup/now.ts';
import { reconcile } from '../../../../nodes/rollup/reconcile/reconcile.ts';
import { keepPriceBook } from '../../../../nodes/rollup/tariff/price-book.ts';
import type { TariffConfig } from '../../../../nodes/site/schema.ts';
import { contextAt } from '../kept-home.ts';
import { minutesFrom } from '../minutes-of.ts';
import { daysIn, emptyRecords, writeMinutes, zoneSite } from '../records-home.ts';
import { tariffOf } from './bills.ts';

const DAY_MS = 86_400_000;
const FIRST = Date.parse('2026-06-08T00:00Z');
const TARIFF = tariffOf({
  fixed: { per_month: 10 },
  periods: undefined,
  tiers: { blocks: [{ upto: 10, rate: 0.1 }, { rate: 1 }] },
});

/** Five days and a half, each of which buys 4 kWh early in the morning, by what the book says. */
async function fiveDays(book: { from: string; tariff: TariffConfig | null }[]) {
  const records = emptyRecords();
  await keepPriceBook(records, book);
  const use = { solar_kwh: 0, home_kwh: 0.05, import_kwh: 0.05, export_kwh: 0 };
  for (let day = 0; day < 6; day += 1) {
    writeMinutes(
      records,
      minutesFrom(FIRST + day * DAY_MS, 80, () => ({ energy: { ...use, by: 'integral' } })),
    );
  }
  const config = zoneSite('UTC', { tariffs: [{ ...TARIFF, valid_from: '2026-06-13' }] });
  const context = contextAt(records, config, '2026-06-13T12:00Z');
  return { context, reconciled: await reconcile({ ...context, trusted: true }) };
}

describe('a bill over days without a price', () => {
  const GAP = [
    { from: '2026-06-08', tariff: TARIFF },
    { from: '2026-06-10', tariff: null },
    { from: '2026-06-11', tariff: TARIFF },
  ];

  it('goes on as it was: one fee a month, tiers as full as they were', async () => {
    const { context } = await fiveDays(GAP);
    const days = daysIn(context.records);
    assert.deepEqual(
      days.map(({ money }) => money?.fixed ?? null),
      [10, 0, null, 0, 0],
    );
    assert.deepEqual(
      days.map(({ money }) => money?.import_cost ?? null),
      [0.4, 0.4, null, 2.2, 4],
    );
  });

  it('is told so of today, live and when asked', async () => {
    const gap = [
      { from: '2026-06-08', tariff: TARIFF },
      { from: '2026-06-11', tariff: null },
      { from: '2026-06-13', tariff: TARIFF },
    ];
    const { context, reconciled } = await fiveDays(gap);
    const nowMs = context.clock.now();
    const [{ payload } = assert.fail()] = new Now(reconciled, 'UTC').news([], nowMs);
    assert.equal(payload.fixed_cost, 0);
    const source = new Source({ ...context, hash: 'c1' });
    const today = (await source.openDays(nowMs)).at(-1);
    assert.deepEqual([today?.date, today?.money?.fixed], ['2026-06-13', 0]);
    assert.equal(today?.bill?.since, '2026-06-01');
  });
});
