import assert from 'node:assert/strict';
import { DaySeries } from '../../../nodes/history/series.ts';
import { minuteAt } from '../journal/samples.ts';

const NOON = Date.parse('2026-06-21T12:00:00Z');
const at = (ms: number) => new Date(ms).toISOString();

describe('the last 24 hours', () => {
  it('is one value a minute, gaps as gaps', () => {
    const series = new DaySeries('America/Chicago');
    const unknown = { power: { solar: null, home: [410.4, 0, 900], grid: [-0.2, -1, 1] } as never };
    series.take(minuteAt(at(NOON - 60_000)));
    series.take(minuteAt(at(NOON - 180_000), unknown));
    const { solar, home, grid, ...rest } = series.last24h(NOON + 30_000);
    assert.deepEqual(rest, { t0: at(NOON - 86_400_000), step_s: 60, timezone: 'America/Chicago' });
    assert.deepEqual([solar.length, home.length, grid.length], [1440, 1440, 1440]);
    assert.deepEqual(solar.slice(-4), [null, null, null, 0]);
    assert.deepEqual(home.slice(-4), [null, 410, null, 1200]);
    assert.deepEqual(grid.slice(-4), [null, 0, null, 1200]);
  });

  it('moves on with the time, forgets what is older, and says what is made up', () => {
    const series = new DaySeries('UTC');
    series.take(minuteAt(at(NOON), { simulated: true }));
    assert.equal(series.last24h(NOON + 60_000).simulated, true);
    assert.equal(series.last24h(NOON + 86_400_000).home[0], 1200);
    const later = series.last24h(NOON + 86_460_000);
    assert.ok(later.home.every((value) => value === null));
    assert.equal(later.simulated, undefined);
    assert.equal(series.last24h(NOON + 60_000).home.at(-1), null);
  });
});
