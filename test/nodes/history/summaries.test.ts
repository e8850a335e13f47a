import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerTo } from '../../../nodes/history/answers.ts';
import type { SummaryHead, SummaryQuestion } from '../../../nodes/history/question.ts';
import { Source } from '../../../nodes/history/source.ts';
import type { DaySummary } from '../../../nodes/rollup/sums/summary.ts';
import { minutesFrom, rollUp, siteWith, textOf } from './samples.ts';

const TARIFF = {
  id: 'flat',
  valid_from: '2026-01-01',
  currency: 'USD',
  fixed: { per_day: 0.5 },
  periods: [{ id: 'all', rate: 0.2 }],
};
/** 2026-06-18T00:00 in Chicago. */
const START = '2026-06-18T05:00:00Z';
const NOW = Date.parse('2026-06-21T17:00:10Z');

describe('day summaries', () => {
  let source: Source;
  let records: string;
  before(async () => {
    // A kWh is bought in 100 minutes, for three days and twelve hours.
    const site = siteWith(
      minutesFrom(
        START,
        Array.from({ length: 5_040 }, () => 100),
      ),
      {
        tariffs: [TARIFF],
      },
    );
    await rollUp(site, NOW);
    source = new Source(site);
    records = site.records;
  });
  const ask = async (dates: SummaryQuestion['dates'], nowMs = NOW) => {
    const { head, text } = await answerTo({ kind: 'summary', dates, nowMs }, source);
    return { ...(head as SummaryHead), body: JSON.parse(await textOf(text)) };
  };

  it('of a day that has ended has its sums, its price and a tag', async () => {
    const { etag, body } = await ask({ date: '2026-06-19' });
    const day = body as DaySummary;
    assert.match(etag ?? '', /^"[\w-]{22}"$/);
    assert.deepEqual(
      [day.import_kwh, day.cost, day.currency, day.coverage, day.quality, day.partial],
      [14.4, 3.38, 'USD', 1, 'good', false],
    );
    assert.equal(day.start, '2026-06-19T00:00:00-05:00');
  });

  it('of today is as far as it has come, and has no tag', async () => {
    const { etag, body } = await ask({ date: '2026-06-21' });
    const day = body as DaySummary;
    assert.equal(etag, null);
    assert.deepEqual([day.import_kwh, day.cost, day.coverage], [7.2, 1.94, 1]);
    assert.deepEqual([day.partial, day.notes], [true, []]);
  });

  it('of several days leave out those of which nothing was ever recorded', async () => {
    const { etag, body } = await ask({ from: '2026-06-01', to: '2026-06-20' });
    assert.deepEqual(
      body.days.map(({ date }: DaySummary) => date),
      ['2026-06-18', '2026-06-19', '2026-06-20'],
    );
    assert.ok(etag);
    assert.equal((await ask({ from: '2026-06-01', to: '2026-06-21' })).etag, null);
  });

  it('of a day without a record say which there are', async () => {
    await assert.rejects(ask({ date: '2026-06-01' }), {
      code: 'no_record',
      hint: 'Records go from 2026-06-18 to 2026-06-21.',
    });
    await assert.rejects(ask({ date: '2026-06-22' }), { code: 'no_record' });
  });

  it('have the same tag as long as their bytes are the same, and are read anew when they change', async () => {
    const before = await ask({ date: '2026-06-19' });
    const file = join(records, 'day', '2026.jsonl');
    utimesSync(file, new Date(0), new Date(0));
    assert.equal((await ask({ date: '2026-06-19' })).etag, before.etag);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll('"import_kwh":14.4', '"import_kwh":14.5'));
    const after = await ask({ date: '2026-06-19' });
    assert.notEqual(after.etag, before.etag);
    writeFileSync(file, text);
    appendFileSync(file, 'not a line\n');
    assert.equal((await ask({ date: '2026-06-19' })).etag, before.etag);
  });
});
