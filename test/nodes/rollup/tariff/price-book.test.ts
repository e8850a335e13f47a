import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { addDays, daysBetween } from '../../../../nodes/rollup/calendar.ts';
import {
  adoptTariffs,
  keepPriceBook,
  type PriceBook,
  readPriceBook,
  tariffOn,
} from '../../../../nodes/rollup/tariff/price-book.ts';
import { shortHash } from '../../../../nodes/site/hash.ts';
import type { TariffConfig } from '../../../../nodes/site/schema.ts';
import { tariffOf } from './bills.ts';

const version = (valid_from: string, rate: number, id = `from-${valid_from}`) =>
  tariffOf({ id, valid_from, periods: [{ id: 'all', rate }] });
const rateOn = (book: PriceBook, date: string) => tariffOn(book, date)?.periods?.[0]?.rate ?? null;
const on = (today: string, lastDay: string | null = addDays(today, -1)) => ({ today, lastDay });

describe('the price book', () => {
  const first = version('2026-03-01', 0.2);
  const book = adoptTariffs([], [first], on('2026-06-10'));

  it('gives days that had no price the configured one, from its first day on', () => {
    assert.deepEqual(book, [{ from: '2026-03-01', tariff: first }]);
    assert.equal(rateOn(book, '2026-02-28'), null);
    assert.equal(rateOn(book, '2026-03-01'), 0.2);
  });

  it('is the very same while nothing changes', () => {
    assert.equal(adoptTariffs(book, [first], on('2026-09-01')), book);
  });

  it('takes a version over from its date on, also one of the future', () => {
    const next = version('2026-07-01', 0.3);
    const grown = adoptTariffs(book, [next, first], on('2026-06-20'));
    assert.deepEqual(
      grown.map(({ from }) => from),
      ['2026-03-01', '2026-07-01'],
    );
    assert.equal(rateOn(grown, '2026-06-30'), 0.2);
    // before it came into force, a future price may still change
    const cheaper = adoptTariffs(grown, [first, version('2026-07-01', 0.25)], on('2026-06-25'));
    assert.equal(rateOn(cheaper, '2026-07-01'), 0.25);
  });

  it('lets a version edited in place, or dated back, act from today on', () => {
    for (const edited of [[version('2026-03-01', 0.9)], [first, version('2026-04-01', 0.9)]]) {
      const grown = adoptTariffs(book, edited, on('2026-06-20'));
      assert.equal(rateOn(grown, '2026-06-19'), 0.2);
      assert.equal(rateOn(grown, '2026-06-20'), 0.9);
      assert.equal(adoptTariffs(grown, edited, on('2026-07-20')), grown);
    }
  });

  it('stops at the day on which the tariff is removed, and fills the gap when asked later', () => {
    const removed = adoptTariffs(book, [], on('2026-06-20'));
    assert.equal(rateOn(removed, '2026-06-19'), 0.2);
    assert.equal(rateOn(removed, '2026-06-20'), null);
    const again = adoptTariffs(removed, [version('2026-03-01', 0.4)], on('2026-06-25'));
    assert.deepEqual(
      ['2026-06-19', '2026-06-20', '2026-06-25'].map((date) => rateOn(again, date)),
      [0.2, 0.4, 0.4],
    );
  });

  it('keeps what was priced when the clock goes back', () => {
    const late = adoptTariffs(book, [version('2026-03-01', 0.9)], on('2026-06-20'));
    const again = adoptTariffs(late, [version('2026-03-01', 0.7)], on('1970-01-01', '2026-07-31'));
    assert.deepEqual(
      ['2026-06-19', '2026-07-31', '2026-08-01'].map((date) => rateOn(again, date)),
      [0.2, 0.9, 0.7],
    );
  });

  it('never changes a past price, whatever is configured', () => {
    const dates = daysBetween('2026-01-01', '2026-04-30');
    const date = fc.constantFrom(...dates);
    const config = fc
      .uniqueArray(fc.tuple(date, fc.constantFrom(0.1, 0.2, 0.3)), {
        selector: ([from]) => from,
        maxLength: 3,
      })
      .map((list): TariffConfig[] => list.map(([from, rate]) => version(from, rate)));
    fc.assert(
      fc.property(fc.array(fc.tuple(date, config), { maxLength: 5 }), (edits) => {
        let last: PriceBook = [];
        for (const [today, tariffs] of edits.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
          const next = adoptTariffs(last, tariffs, on(today));
          const configured = adoptTariffs([], tariffs, on('2020-01-01', null));
          for (const day of dates) {
            const kept = day < today ? tariffOn(last, day) : null;
            assert.equal(
              shortHash(tariffOn(next, day)),
              shortHash(kept ?? tariffOn(configured, day)),
            );
          }
          assert.equal(adoptTariffs(next, tariffs, on(today)), next);
          last = next;
        }
      }),
      { numRuns: 60 },
    );
  });

  describe('on disk', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'solthrive-book-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('comes back as it was kept', async () => {
      assert.deepEqual(readPriceBook(folder), []);
      // What nobody may write any more has been paid all the same.
      const periods = ['all', 'hidden'].map((id) => ({ id, rate: 0.2 }));
      await keepPriceBook(folder, [{ from: '2026-03-01', tariff: { ...first, periods } }]);
      assert.equal(readPriceBook(folder)[0]?.tariff?.periods?.[1]?.id, 'hidden');
      const kept = adoptTariffs(book, [], on('2026-06-20'));
      await keepPriceBook(folder, kept);
      assert.deepEqual(readPriceBook(folder), kept);
    });

    for (const damage of ['', '[{"from":"2026-13-01","tariff":null}]', '{"from":1}']) {
      it(`is refused, not taken for empty, with ${damage || 'nothing'} in it`, () => {
        writeFileSync(join(folder, 'price-book.json'), damage);
        assert.throws(() => readPriceBook(folder), { code: 'config_unreadable' });
      });
    }
  });
});
