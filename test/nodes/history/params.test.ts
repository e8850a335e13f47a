import assert from 'node:assert/strict';
import { historyQuestion, summaryQuestion } from '../../../nodes/history/params.ts';
import { SolthriveError } from '../../../nodes/site/errors.ts';

const nowMs = Date.parse('2026-06-21T12:00:00Z');
const here = { zone: 'America/Chicago', nowMs };
const past = (query: string) => historyQuestion(new URLSearchParams(query), here);
const days = (query: string) => summaryQuestion(new URLSearchParams(query), here);

function refusal(ask: () => unknown): string {
  try {
    ask();
  } catch (thrown) {
    assert.ok(thrown instanceof SolthriveError);
    const { code, hint, param, message } = thrown.toBody().error;
    assert.doesNotMatch(message + hint, /[{}]/);
    return `${code} ${param ?? '-'}: ${hint}`;
  }
  return 'none';
}

describe('a question about the past', () => {
  it('without parameters is about the last 24 hours', () => {
    assert.deepEqual(past(''), {
      kind: 'history',
      fromMs: nowMs - 86_400_000,
      toMs: nowMs,
      resolution: 'auto',
      fields: null,
      format: 'json',
      nowMs,
    });
  });

  it('takes instants with any offset, and dates of the site', () => {
    const { fromMs, toMs } = past('from=2026-06-01&to=2026-06-20T12:00:00%2B02:00');
    assert.equal(new Date(fromMs).toISOString(), '2026-06-01T05:00:00.000Z');
    assert.equal(new Date(toMs).toISOString(), '2026-06-20T10:00:00.000Z');
  });

  it('may be about 30 days of minutes', () => {
    assert.equal(past('from=2026-05-22&to=2026-06-21&resolution=1m').resolution, '1m');
  });

  it('with a mistake is told its name and what was meant', () => {
    const cases: [string, RegExp][] = [
      ['form=2026-06-01', /^param_unknown form: Did you mean from\?/],
      ['zebra=1', /^param_unknown zebra: There are: from, to, resolution, fields, format\./],
      ['__proto__=1', /^param_unknown __proto__:/],
      ['from=2026-06-01&from=2026-06-02', /^param_twice from:/],
      ['resolution=1hr', /^param_invalid resolution: Did you mean 1h\?/],
      ['resolution=', /^param_invalid resolution: There are: 1m, 15m, 1h, 1d, 1mo, auto/],
      ['format=xml', /^param_invalid format: There are: json, csv/],
      ['fields=solar_kw', /^field_unknown fields: Did you mean solar_(w|kwh)\?/],
      ['fields=solar_w&resolution=1d', /^field_unknown fields:/],
      ['fields=solar_w,cost', /^param_invalid fields: No resolution/],
      ['fields=solar_w,solar_w', /^param_invalid fields: .*once/],
      ['fields=', /^field_unknown fields:/],
      ['from=yesterday', /^param_invalid from: .*2026-11-23/],
      ['from=2026-02-30', /^param_invalid from:/],
      ['from=2026-06-01T10:00:00', /^param_invalid from: .*offset/],
      ['from=2026-06-01T10:00:00+02:00', /^param_invalid from: .*%2B/],
      ['from=2026-06-02&to=2026-06-01', /^range_invalid from: from comes before to/],
      ['from=2026-06-01&to=2026-06-01', /^range_invalid from:/],
      ['from=1926-06-01&to=2026-06-01', /^range_invalid from: .*50 years/],
      ['from=2026-01-01&resolution=1m', /^too_many_records resolution: .*resolution=15m/],
    ];
    for (const [query, expected] of cases)
      assert.match(
        refusal(() => past(query)),
        expected,
        query,
      );
  });
});

describe('a question about days', () => {
  it('is about today, another date, or all from one to another', () => {
    assert.deepEqual(days('').dates, { date: '2026-06-21' });
    assert.deepEqual(days('date=2026-06-01').dates, { date: '2026-06-01' });
    const year = { from: '2025-06-21', to: '2026-06-21' };
    assert.deepEqual(days('from=2025-06-21&to=2026-06-21').dates, year);
  });

  it('with a mistake is told its name and what was meant', () => {
    const cases: [string, RegExp][] = [
      ['day=2026-06-01', /^param_unknown day:/],
      ['date=2026-6-1', /^param_invalid date: It is a date/],
      ['date=2026-06-31', /^param_invalid date:/],
      ['from=2026-06-01', /^param_invalid from: .*from and to/],
      ['date=2026-06-01&to=2026-06-02', /^param_invalid date: .*from and to/],
      ['from=2026-06-02&to=2026-06-01', /^range_invalid from:/],
      ['from=2025-01-01&to=2026-06-01', /^range_invalid from: .*400 days/],
    ];
    for (const [query, expected] of cases)
      assert.match(
        refusal(() => days(query)),
        expected,
        query,
      );
  });
});
