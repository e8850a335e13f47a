import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ReaderSite } from '../../../nodes/history/question.ts';
import { Source } from '../../../nodes/history/source.ts';
import type { Span, ViewQuery } from '../../../nodes/history/view.ts';
import { readView } from '../../../nodes/history/views.ts';
import { minutesFrom, rollUp, siteWith } from './samples.ts';

const TARIFF = {
  id: 'flat',
  valid_from: '2026-01-01',
  currency: 'USD',
  fixed: { per_day: 0.5 },
  periods: [{ id: 'all', rate: 0.2 }],
};
/** Sunday noon in Chicago. */
const NOW = Date.parse('2026-06-21T17:00:10Z');

describe('what a page shows of the past', () => {
  let site: ReaderSite;
  before(async () => {
    // From Thursday on; 0.6 kWh an hour from the grid, 1.8 from the sun.
    const minutes = minutesFrom(
      '2026-06-18T05:00:00Z',
      Array.from({ length: 5_040 }, () => 100),
    );
    // Nobody looked from six to seven on Friday.
    const lost = (ts: string) => ts >= '2026-06-19T11:00' && ts < '2026-06-19T12:00';
    site = siteWith(
      minutes.filter(({ ts }) => !lost(ts)),
      { tariffs: [TARIFF] },
    );
    await rollUp(site, NOW);
  });
  const ask = (span: Span, date?: string, from = site) =>
    readView(new Source(from), date === undefined ? { span } : { span, date }, NOW);

  it('is of a day its hours, its powers, and its sums', async () => {
    const view = await ask('day', '2026-06-19');
    assert.equal(view.bars.length, 24);
    assert.deepEqual(view.bars[5], {
      ts: '2026-06-19T05:00:00-05:00',
      solar_kwh: 1.8,
      home_kwh: 2.4,
      import_kwh: 0.6,
      export_kwh: 0,
      coverage: 1,
      quality: 'good',
    });
    const { import_kwh, coverage, quality } = view.bars[6]!;
    assert.deepEqual([import_kwh, coverage, quality], [null, 0, 'missing']);
    assert.equal(view.powers?.home.length, 288);
    assert.deepEqual(view.powers?.home.slice(71, 73), [1200, null]);
    assert.deepEqual([view.total.import_kwh, view.total.cost], [13.8, 3.26]);
    assert.deepEqual([view.previous, view.next, view.bill], ['2026-06-18', '2026-06-20', null]);
  });

  it('is of today as far as it has come, with the bill so far', async () => {
    const view = await ask('day');
    assert.deepEqual([view.from, view.to, view.next], ['2026-06-21', '2026-06-21', null]);
    assert.equal(view.bars.length, 24);
    assert.deepEqual(
      view.bars.slice(11, 13).map(({ import_kwh }) => import_kwh),
      [0.6, null],
    );
    assert.equal(view.total.partial, true);
    assert.deepEqual(view.powers?.grid.slice(143, 145), [1200, null]);
    // 83 hours of 0.6 kWh at 0.20, four days at 0.50.
    assert.deepEqual([view.bill?.since, view.bill?.cost], ['2026-06-01', 11.96]);
  });

  it('is of a week seven days from Monday on', async () => {
    const view = await ask('week', '2026-06-17');
    assert.deepEqual([view.from, view.to], ['2026-06-15', '2026-06-21']);
    assert.deepEqual(
      view.bars.map(({ ts, import_kwh }) => [ts.slice(0, 10), import_kwh]),
      [
        ['2026-06-15', null],
        ['2026-06-16', null],
        ['2026-06-17', null],
        ['2026-06-18', 14.4],
        ['2026-06-19', 13.8],
        ['2026-06-20', 14.4],
        ['2026-06-21', 7.2],
      ],
    );
    assert.equal(view.total.import_kwh, 49.8);
    assert.deepEqual([view.previous, view.next, view.powers], [null, null, undefined]);
  });

  it('is of a month its days, and of a year its months', async () => {
    const month = await ask('month');
    assert.deepEqual([month.from, month.to, month.bars.length], ['2026-06-01', '2026-06-30', 30]);
    assert.equal(month.total.import_kwh, 49.8);
    const year = await ask('year');
    assert.deepEqual([year.from, year.to, year.bars.length], ['2026-01-01', '2026-12-31', 12]);
    assert.deepEqual(
      year.bars.slice(4, 7).map(({ import_kwh }) => import_kwh),
      [null, 49.8, null],
    );
    assert.equal(year.total.cost, 11.96);
    assert.equal(year.bill?.cost, 11.96);
  });

  it('has the powers of 15 minutes where the minutes are gone', async () => {
    const old = siteWith(minutesFrom('2026-06-01T05:00:00Z', Array(1_440).fill(100)));
    await rollUp(old, NOW);
    rmSync(join(old.records, 'minute'), { recursive: true });
    const view = await ask('day', '2026-06-01', old);
    assert.deepEqual(new Set(view.powers?.home), new Set([1200]));
  });

  it('is empty, but whole, where nothing was recorded', async () => {
    for (const span of ['day', 'week', 'month', 'year'] as const) {
      const view = await ask(span, '2020-02-29');
      assert.ok(view.bars.length >= 7);
      assert.ok(
        view.bars.every(({ import_kwh, coverage }) => import_kwh === null && coverage === 0),
      );
      assert.deepEqual([view.total.import_kwh, view.previous], [null, null]);
      assert.ok(view.next);
      const fresh = await ask(span, undefined, siteWith([]));
      assert.deepEqual([fresh.total.coverage, fresh.next, fresh.bill], [0, null, null]);
    }
  });

  it('refuses what is no span or no date', async () => {
    const wrong = [
      { span: 'decade' },
      { span: 'day', date: '2026-02-30' },
      { span: 'day', date: 5 },
    ];
    for (const query of [...wrong, { span: 'day', date: '0001-01-01' }]) {
      const asked = readView(new Source(site), query as ViewQuery, NOW);
      await assert.rejects(asked, { code: 'param_invalid' });
    }
  });
});
