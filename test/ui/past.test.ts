import assert from 'node:assert/strict';
import { isAnswerTo, isLive, withSpan } from '../../ui/elements/asking.ts';
import { columnsOf, gapsOf, readoutOf } from '../../ui/elements/graph-view.ts';
import { viewPast } from '../../ui/elements/history-view.ts';
import { bar, hoursOf, month, total, view } from './past.ts';
import { german, reader } from './reader.ts';

const june = (day: string) => bar(`2026-06-${day}T00:00:00.000-05:00`);
const NOW = Date.parse('2026-06-21T12:00:00Z');
const live = total({ partial: true });

describe('a span of the past', () => {
  it('is named by what it is, in the site’s dates', () => {
    const title = (span: Parameters<typeof view>[0], who = reader) =>
      viewPast(view(span, [june('15'), june('21')]), NOW, who).title;
    assert.equal(title('day'), 'Monday, June 15, 2026');
    assert.match(title('week'), /^Jun 15\s–\s21, 2026$/);
    assert.equal(title('month'), 'June 2026');
    assert.equal(title('year'), '2026');
    assert.equal(title('day', german), 'Montag, 15. Juni 2026');
  });

  it('has the powers of a day from the day’s own beginning on', () => {
    const hours = hoursOf('2026-06-21T05:00:00Z', 24);
    const powers = { step_s: 300 as const, solar: [1, null], home: [2, 3], grid: [1, 3] };
    const { curve } = viewPast(view('day', hours, { powers }), NOW, reader);
    assert.equal(curve?.t0, '2026-06-21T00:00:00.000-05:00');
    assert.deepEqual(curve?.solar, [1, null]);
    assert.equal(viewPast(view('month', [june('01')]), NOW, reader).curve, null);
  });

  it('knows how far a day has come that still goes on: the rest of it is no gap', () => {
    const hours = hoursOf('2026-06-21T05:00:00Z', 24);
    const none = [1, null, null, null];
    const powers = { step_s: 300 as const, solar: none, home: none, grid: none };
    const now = Date.parse('2026-06-21T05:12:00Z');
    const { curve } = viewPast(view('day', hours, { powers, total: live }), now, reader);
    assert.ok(curve);
    const columns = columnsOf(curve);
    assert.deepEqual(
      gapsOf(columns).map(({ fromS, toS }) => toS - fromS),
      [600],
    );
    assert.match(readoutOf(columns, 2, reader).text, /not measured$/);
    assert.match(readoutOf(columns, 3, reader).text, /still to come$/);
  });

  it('shows the bill below a month, and below anything else what it cost', () => {
    const { bill } = month();
    const amount = (span: Parameters<typeof view>[0]) =>
      viewPast(view(span, [june('15')], { bill }), NOW, reader).bill?.amount;
    assert.equal(amount('month'), '$34.20');
    assert.equal(amount('week'), '$0.13');
  });

  it('tells what a month saved once, and what its bill saved where that is another amount', () => {
    const rows = (savings: number) => {
      const saved = { bill: month().bill, total: total({ savings }) };
      return viewPast(view('month', [june('01')], saved), NOW, reader).bill?.rows.length;
    };
    assert.equal(rows(61.9), 1);
    assert.equal(rows(3.43), 2);
  });

  it('says since when, where the records begin within it', () => {
    const badge = (from: string) => {
      const part = { from, total: total({ coverage: 0.72, quality: 'missing' }) };
      return viewPast(view('month', [june('01')], part), NOW, reader).quality?.label;
    };
    assert.equal(badge('2026-06-01'), 'Measured 72% of the time since Jun 21');
    assert.equal(badge('2026-06-21'), 'Measured 72% of the time');
  });

  it('knows when there is nothing of it, which a night is not', () => {
    const nothing = { coverage: 0, solar_kwh: null, home_kwh: null, quality: 'missing' as const };
    assert.equal(viewPast(view('day', [], { total: total(nothing) }), NOW, reader).empty, true);
    assert.equal(
      viewPast(view('day', [], { total: total({ solar_kwh: 0 }) }), NOW, reader).empty,
      false,
    );
  });
});

describe('what a page asks', () => {
  const week = view('week', [june('15'), june('21')]);

  it('is answered only by its own span', () => {
    assert.equal(isAnswerTo({ span: 'week', date: '2026-06-18' }, week), true);
    assert.equal(isAnswerTo({ span: 'week', date: '2026-06-22' }, week), false);
    assert.equal(isAnswerTo({ span: 'day', date: '2026-06-18' }, week), false);
    assert.equal(isAnswerTo({ span: 'week' }, week), true);
  });

  it('stays where it is in another span; and with now, as long as it looked at now', () => {
    const asked = { span: 'week' as const, date: '2026-06-18' };
    assert.deepEqual(withSpan('month', week, asked), { span: 'month', date: '2026-06-18' });
    assert.deepEqual(withSpan('day', week, { span: 'week' }), { span: 'day', date: '2026-06-15' });
    assert.deepEqual(withSpan('day', { ...week, total: live }, asked), { span: 'day' });
    assert.deepEqual(withSpan('year', null, { span: 'day' }), { span: 'year' });
  });

  it('is asked again while it still changes', () => {
    assert.equal(isLive(null), true);
    assert.equal(isLive(week), false);
    assert.equal(isLive({ ...week, total: live }), true);
  });
});
