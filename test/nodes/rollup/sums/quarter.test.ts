import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeMinutes } from '../../../../nodes/journal/merge.ts';
import type { MinuteRecord } from '../../../../nodes/journal/minute.ts';
import { makeQuarters, mergeQuarters, Quarters } from '../../../../nodes/rollup/sums/quarter.ts';
import { isoTime } from '../../../../nodes/site/clock.ts';
import { goodMinute, MINUTE_MS, minutesFrom } from '../minutes-of.ts';
import { randomMinutes } from '../random-minutes.ts';

const START = Date.parse('2026-07-01T18:00:00.000Z');
const only = (minutes: readonly MinuteRecord[]) => {
  const quarters = makeQuarters(minutes);
  assert.equal(quarters.length, 1);
  const [quarter] = quarters;
  assert.ok(quarter);
  return quarter;
};

describe('quarters of an hour', () => {
  it('sum fifteen minutes, in one order of keys', () => {
    const quarter = only(minutesFrom(START, 15));
    assert.equal(
      JSON.stringify(quarter),
      JSON.stringify({
        v: 1,
        ts: '2026-07-01T18:00:00.000Z',
        config: 'c1',
        covered_s: 900,
        power: { solar: [3000, 2900, 3100], home: [1000, 900, 1100], grid: [-2000, -2100, -1900] },
        peaks: {
          solar: [3000, '2026-07-01T18:00:00.000Z'],
          home: [1000, '2026-07-01T18:00:00.000Z'],
          import: [0, '2026-07-01T18:00:00.000Z'],
          export: [2000, '2026-07-01T18:00:00.000Z'],
        },
        energy: {
          solar_kwh: 0.75,
          home_kwh: 0.2500005,
          import_kwh: 0,
          export_kwh: 0.4999995,
          solar_home_kwh: 0.2500005,
          solar_grid_kwh: 0.4999995,
          grid_home_kwh: 0,
          by: 'counter',
        },
        channels: {
          'main/mains': { import_kwh: 0, export_kwh: 0.4999995 },
          'main/pv': { import_kwh: 0.75, export_kwh: 0 },
        },
      }),
    );
  });

  it('weigh powers by the seconds they were seen, and keep the extremes', () => {
    const quarter = only([
      goodMinute(START, { power: { solar: null, home: [100, 90, 110], grid: [100, 5, 110] } }),
      goodMinute(START + MINUTE_MS, {
        covered_s: 20,
        power: { solar: null, home: [500, 400, 900], grid: [500, 400, 900] },
      }),
    ]);
    assert.deepEqual(quarter.power.home, [200, 90, 900]);
    assert.deepEqual(quarter.power.grid, [200, 5, 900]);
    assert.equal(quarter.power.solar, null);
    assert.equal(quarter.covered_s, 80);
  });

  it('count minutes without a residual as minutes with none', () => {
    const { power } = goodMinute(START);
    const quarter = only([
      goodMinute(START),
      goodMinute(START + MINUTE_MS, { power: { ...power, residual: [-300, -600, -100] } }),
    ]);
    assert.deepEqual(quarter.power.residual, [-150, -600, 0]);
  });

  it('take peaks only from minutes that were good from end to end', () => {
    const power = (w: number): MinuteRecord['power'] => ({
      solar: null,
      home: [w, w, w],
      grid: [w, w, w],
    });
    const quarter = only([
      goodMinute(START, { power: power(700.4) }),
      goodMinute(START + 1 * MINUTE_MS, { power: power(700.2) }),
      goodMinute(START + 2 * MINUTE_MS, { power: power(9000), covered_s: 58 }),
      goodMinute(START + 3 * MINUTE_MS, { power: power(9001), covered_s: 59, held_s: 1 }),
      goodMinute(START + 4 * MINUTE_MS, { power: power(9002), clock_step: true }),
      goodMinute(START + 5 * MINUTE_MS, { power: power(9003), covered_s: 59, estimated_s: 1 }),
    ]);
    const first = isoTime(START);
    assert.deepEqual(quarter.peaks, {
      home: [700, first],
      import: [700, first],
      export: [0, first],
    });
  });

  it('keep what was not measured apart from 0', () => {
    const nothing = goodMinute(START, {
      covered_s: 0,
      power: { solar: null, home: null, grid: null },
      energy: {
        solar_kwh: null,
        home_kwh: null,
        import_kwh: null,
        export_kwh: null,
        by: 'integral',
      },
      channels: { 'main/pv': { mean_w: null, import_kwh: null, export_kwh: null } },
    });
    const { energy, power, peaks, channels } = only([nothing]);
    assert.deepEqual(energy, nothing.energy);
    assert.deepEqual(power, nothing.power);
    assert.deepEqual(peaks, {});
    assert.deepEqual(channels, { 'main/pv': { import_kwh: null, export_kwh: null } });
    const both = only([nothing, goodMinute(START + MINUTE_MS)]);
    assert.equal(both.energy.solar_kwh, 0.05);
    assert.equal(both.energy.by, 'integral');
  });

  it('put recovered energy where it passed, in no power and in no peak', () => {
    const back = goodMinute(START + 45 * MINUTE_MS, {
      recovered_s: 2700,
      recovered: {
        from: isoTime(START),
        to: isoTime(START + 45 * MINUTE_MS),
        energy: { import_kwh: 90 },
        channels: { 'main/mains': { import_kwh: 90, export_kwh: 0 } },
      },
    });
    const [first, ...others] = makeQuarters([back]);
    assert.deepEqual(first, {
      v: 1,
      ts: isoTime(START),
      config: 'c1',
      covered_s: 0,
      recovered_s: 900,
      power: { solar: null, home: null, grid: null },
      peaks: {},
      energy: { solar_kwh: null, home_kwh: null, import_kwh: 30, export_kwh: null, by: 'counter' },
      channels: { 'main/mains': { import_kwh: 30, export_kwh: 0 } },
    });
    assert.equal(others.length, 3);
    const last = others.at(-1);
    assert.deepEqual([last?.covered_s, last?.recovered_s], [60, undefined]);
    assert.deepEqual(last?.peaks.import, [0, isoTime(START + 45 * MINUTE_MS)]);
  });

  it('never know more seconds than they have', () => {
    const minutes = minutesFrom(START, 10);
    const back = goodMinute(START + 15 * MINUTE_MS, {
      recovered: {
        from: isoTime(START),
        to: isoTime(START + 15 * MINUTE_MS),
        energy: { import_kwh: 1 },
        channels: {},
      },
    });
    const [quarter] = makeQuarters([...minutes, back]);
    assert.deepEqual([quarter?.covered_s, quarter?.recovered_s], [600, 300]);
  });

  it('stand apart by configuration until they are merged', () => {
    const minutes = minutesFrom(START, 15, (_, index) => ({ config: index < 5 ? 'c2' : 'c1' }));
    const lines = makeQuarters(minutes);
    assert.deepEqual(
      lines.map(({ config, covered_s }) => [config, covered_s]),
      [
        ['c1', 600],
        ['c2', 300],
      ],
    );
    const [merged, ...more] = mergeQuarters(lines.toReversed());
    assert.equal(more.length, 0);
    const whole = only(minutesFrom(START, 15));
    assert.deepEqual(merged, { ...whole, config: 'c1+c2' });
  });

  it('say under which configuration they are seen', () => {
    const quarters = new Quarters();
    const minute = goodMinute(START);
    quarters.take(minute);
    quarters.take(minute, 'c9');
    const keys = quarters.records().map((quarter) => Object.keys(quarter).slice(2, 4));
    assert.deepEqual(keys, [
      ['config', 'covered_s'],
      ['config', 'as'],
    ]);
  });

  it('are the same bytes whatever order minutes come in, and however they fell into runs', () => {
    fc.assert(
      fc.property(
        randomMinutes(START, 50).chain((minutes) =>
          fc.tuple(
            fc.constant(minutes),
            fc.shuffledSubarray(minutes, { minLength: minutes.length }),
            fc.array(fc.constantFrom('r1', 'r2', 'r3'), { minLength: 50, maxLength: 50 }),
          ),
        ),
        ([minutes, shuffled, runs]) => {
          const bytes = JSON.stringify(makeQuarters(mergeMinutes(minutes)));
          assert.equal(JSON.stringify(makeQuarters(shuffled)), bytes);
          const split = shuffled.map((minute, index) => ({ ...minute, run: runs[index] ?? 'r' }));
          // A line that was cut short by a stop, and written again as a whole.
          const cut = split.map((minute) => ({ ...minute, rev: 0, covered_s: 1 }));
          const merged = mergeMinutes([...split, ...cut]);
          assert.equal(JSON.stringify(makeQuarters(merged)), bytes);
        },
      ),
    );
  });
});
