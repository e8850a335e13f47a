import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  columnsOf,
  type DayHistory,
  gapsOf,
  hourText,
  hourTicks,
  lastKnown,
  powerTicks,
  readoutOf,
  summaryOf,
  tipLeftPx,
} from '../../ui/elements/graph-view.ts';
import { german, reader } from './reader.ts';

const plain = (text: string) => text.replaceAll(/\s/g, ' ');
const history: DayHistory = {
  t0: '2026-06-21T17:00:00.000Z',
  step_s: 60,
  solar: [900, 2000, null, 0],
  home: [400, 500, null, 300],
  grid: [-500, -1500, null, 300],
  timezone: 'America/Chicago',
};
const inChicago = { ...reader, timeZone: history.timezone };
const seconds = (iso: string) => Date.parse(iso) / 1000;

describe('the day graph', () => {
  it('parts the grid into import above and export below zero, and keeps gaps', () => {
    const { times, series } = columnsOf(history);
    assert.deepEqual(times.slice(0, 2), [seconds(history.t0), seconds(history.t0) + 60]);
    assert.deepEqual(series.import, [0, 0, null, 300]);
    assert.deepEqual(series.export, [-500, -1500, null, 0]);
    assert.deepEqual(series.solar, [900, 2000, null, 0]);
  });

  it('finds the stretches in which nothing was measured', () => {
    const start = seconds(history.t0);
    const columns = columnsOf({
      ...history,
      solar: [null, 1, null, null],
      home: [],
      grid: [null, null, null, null],
    });
    assert.deepEqual(gapsOf(columns), [
      { fromS: start, toS: start + 60 },
      { fromS: start + 120, toS: start + 240 },
    ]);
    assert.equal(lastKnown(columns), 1);
  });

  it('names hours of the site, also where a day has 23 or 25 of them', () => {
    const ticks = (from: string, to: string) =>
      hourTicks(seconds(from), seconds(to), 8, 'America/Chicago').map((s) =>
        hourText(s, { ...german, timeZone: 'America/Chicago' }),
      );
    const hours = ['00', '03', '06', '09', '12', '15', '18', '21'].map((hour) => `${hour} Uhr`);
    const spring = ticks('2026-03-08T06:00:00Z', '2026-03-09T04:59:00Z');
    const autumn = ticks('2026-11-01T05:00:00Z', '2026-11-02T05:59:00Z');
    for (const day of [spring, autumn]) {
      assert.deepEqual(
        day.map((text) => text.slice(0, 2)),
        hours.map((text) => text.slice(0, 2)),
      );
    }
    assert.equal(plain(hourText(seconds('2026-06-21T18:00:00Z'), inChicago)), '1 PM');
  });

  it('meets full hours in zones that are not whole hours off', () => {
    const day = seconds('2026-06-21T00:00:00Z');
    const [first] = hourTicks(day, day + 86_400, 12, 'Asia/Kathmandu');
    assert.equal(new Date((first ?? 0) * 1000).getUTCMinutes(), 15);
  });

  it('has round power axes that hold all values and zero', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -60_000, max: 0 }),
        fc.integer({ min: 0, max: 60_000 }),
        fc.integer({ min: 3, max: 9 }),
        (low, high, room) => {
          const ticks = powerTicks(low, high, room);
          assert.ok(ticks.length <= room + 1);
          assert.ok((ticks[0] ?? 1) <= low && (ticks.at(-1) ?? -1) >= high);
          assert.ok(ticks.includes(0));
        },
      ),
    );
  });

  it('reads out a moment with the direction the grid had', () => {
    const columns = columnsOf(history);
    const { rows, text } = readoutOf(columns, 1, inChicago);
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['solar', 'home', 'export'],
    );
    assert.equal(plain(text), '12:01 PM: Solar 2.00 kW, Home 500 W, To the grid 1.50 kW');
    const gap = readoutOf(columns, 2, inChicago);
    assert.equal(plain(gap.text), '12:02 PM: not measured');
    assert.equal(gap.missing, 'not measured');
  });

  it('keeps the read-out beside the cursor and within the graph', () => {
    const room = { tipPx: 180, stagePx: 600 };
    assert.equal(tipLeftPx(100, room), 114);
    assert.equal(tipLeftPx(500, room), 306);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 20, max: 300 }),
        (at, tipPx) => {
          const left = tipLeftPx(at, { tipPx, stagePx: 300 });
          assert.ok(left >= 0 && left + tipPx <= 300);
        },
      ),
    );
  });

  it('tells the day to those who listen', () => {
    const told = plain(summaryOf(columnsOf(history), inChicago));
    assert.match(told, /^Solar peaked at 2\.00 kW at 12:01 PM\./);
    assert.match(told, /To the grid peaked at 1\.50 kW at 12:01 PM\./);
    assert.match(told, /At 12:03 PM: Solar 0 W, Home 300 W, From the grid 300 W\.$/);
    const nothing = columnsOf({ ...history, solar: [], home: [], grid: [null] });
    assert.match(summaryOf(nothing, inChicago), /^Nothing was recorded in the last 24 hours\./);
  });
});
