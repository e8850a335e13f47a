import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { RESOLUTIONS, type Resolution } from '../../../nodes/history/fields.ts';
import type { ReaderSite } from '../../../nodes/history/question.ts';
import type { MinuteRecord, RecoveredBlock } from '../../../nodes/journal/minute.ts';
import { dayBounds } from '../../../nodes/rollup/calendar.ts';
import { ask, askText, minuteOf, minutesFrom, rollUp, siteWith } from './samples.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.parse('2026-06-21T12:00:00Z');
const KWH = ['solar_kwh', 'home_kwh', 'import_kwh', 'export_kwh'];

describe('records of the past', () => {
  it('have the time of the site, in order, and gaps stay gaps', async () => {
    const site = siteWith([minuteOf(NOON, 2), minuteOf(NOON + 3 * MINUTE, 4)]);
    const told = await ask(site, { nowMs: NOON + HOUR, resolution: '1m' });
    assert.equal(told.timezone, 'America/Chicago');
    assert.equal(told.from, '2026-06-20T08:00:00-05:00');
    assert.deepEqual(told.records, [
      {
        ts: '2026-06-21T07:00:00-05:00',
        solar_w: 0,
        home_w: 1200,
        grid_w: 1200,
        solar_kwh: 0.0006,
        home_kwh: 0.0008,
        import_kwh: 0.0002,
        export_kwh: 0,
        coverage: 1,
        quality: 'good',
      },
      { ...told.records[1], ts: '2026-06-21T07:03:00-05:00', import_kwh: 0.0004 },
    ]);
  });

  it('tell what is asked for, in that order', async () => {
    const site = siteWith([minuteOf(NOON, 2)]);
    const fields = ['channels', 'grid_max_w', 'residual_w', 'battery_w'];
    const told = await ask(site, { nowMs: NOON + HOUR, fields });
    assert.deepEqual(Object.entries(told.records[0] ?? {}).slice(1), [
      ['channels', { 'main/mains': { mean_w: 1200, import_kwh: 0.02, export_kwh: 0 } }],
      ['grid_max_w', 1300],
      ['residual_w', 0],
      ['battery_w', null],
    ]);
  });

  it('tell what counters did, and what the inverter drew, at every resolution', async () => {
    const jump = { channel: 'main/mains', event: 'counter_jump' } as const;
    const mains = { mean_w: 72_000, import_kwh: 1.2, export_kwh: 0, integrated_import_kwh: 1 };
    const { power, energy, channels: _, ...head } = minuteOf(NOON, 2);
    // In the order in which the journal writes.
    const odd: MinuteRecord = {
      ...head,
      events: [jump],
      power,
      energy: { ...energy, solar_standby_kwh: 0.0002 },
      channels: { 'main/mains': mains },
    };
    const site = siteWith([odd, minuteOf(NOON + MINUTE, 4)]);
    const nowMs = NOON + 2 * DAY;
    const fromMs = Date.parse('2026-06-01T05:00Z');
    const once = { ...jump, ts: '2026-06-21T12:00:00.000Z', minutes: 1 };
    for (const isRolledUp of [false, true]) {
      if (isRolledUp) await rollUp(site, nowMs);
      for (const resolution of RESOLUTIONS) {
        const fields = ['solar_standby_kwh', 'events'];
        const { records } = await ask(site, { nowMs, fromMs, resolution, fields });
        const [first] = records.filter(({ events }) => events !== null);
        assert.equal(first?.solar_standby_kwh, 0.0002, resolution);
        assert.deepEqual(first?.events, [resolution === '1m' ? jump : once], resolution);
        if (resolution !== '1m') continue;
        assert.deepEqual([records[1]?.solar_standby_kwh, records[1]?.events], [0, null]);
      }
      const fields = ['discrepancy'];
      const { records } = await ask(site, { nowMs, fromMs, resolution: '1d', fields });
      const [told] = records.filter(({ discrepancy }) => discrepancy !== null);
      // The other minute has no counter that leads: it is right by definition.
      assert.deepEqual(told?.discrepancy, { 'main/mains': { import: 0.1961 } });
    }
  });

  it('are the same from a closed day, a doubled line, or a file with foreign bytes in it', async () => {
    const minutes = minutesFrom(
      '2026-06-20T12:00:00Z',
      Array.from({ length: 1_200 }, (_, i) => i),
    );
    const question = { nowMs: NOON, fromMs: NOON - DAY, resolution: '1m' as const };
    const plain = await ask(siteWith(minutes), question);
    assert.equal(plain.records.length, 1_200);
    const closed = await ask(siteWith(minutes, { closed: ['2026-06-20'] }), question);
    assert.deepEqual(closed, plain);
    const damaged = siteWith(minutes);
    const file = join(damaged.records, 'minute', '2026-06-20.jsonl');
    const [first = '', ...rest] = minutes
      .filter(({ ts }) => ts.startsWith('2026-06-20'))
      .map((minute) => JSON.stringify(minute));
    const again = JSON.stringify({ ...minutes[0], rev: 0, energy: { by: 'counter' } });
    writeFileSync(file, ['\uFEFF', first, '\0\0{"v":', again, ...rest, ''].join('\n'));
    assert.deepEqual(await ask(damaged, question), plain);
  });

  it('of the restart within a minute count both parts, whatever is cut off the lines', async () => {
    const ledger = { n: 1, at: 0, totals: {}, channels: {} };
    const parts = [minuteOf(NOON, 2, { ledger }), minuteOf(NOON, 4, { run: 'r2', ledger })];
    const told = await ask(siteWith(parts), { nowMs: NOON + HOUR, resolution: '1m' });
    assert.equal(told.records.length, 1);
    assert.equal(told.records[0]?.import_kwh, 0.0006);
  });

  it('of the quarter hour, hour, day and month that go on are as far as they have come', async () => {
    const minutes = minutesFrom(
      '2026-06-21T05:00:00Z',
      Array.from({ length: 430 }, () => 10),
    );
    const site = siteWith(minutes);
    const nowMs = NOON + 10 * MINUTE + 20_000;
    await rollUp(site, nowMs);
    for (const resolution of RESOLUTIONS) {
      const told = await ask(site, { nowMs, resolution, fromMs: Date.parse('2026-06-01T05:00Z') });
      const last = told.records.at(-1);
      const sum = told.records.reduce((kwh, record) => kwh + Number(record.import_kwh), 0);
      assert.equal(sum.toFixed(7), '0.4300000', resolution);
      assert.deepEqual([last?.coverage, last?.quality], [1, 'good'], resolution);
    }
  });

  it('have hours of the wall clock, in zones of half hours and when clocks change', async () => {
    const cases = [
      { zone: 'Asia/Kathmandu', date: '2026-06-01', hours: 24, length: 1440 },
      { zone: 'Australia/Lord_Howe', date: '2026-04-05', hours: 24, length: 1470 },
      { zone: 'America/Chicago', date: '2026-11-01', hours: 25, length: 1500 },
      { zone: 'America/Chicago', date: '2026-03-08', hours: 23, length: 1380 },
    ];
    for (const { zone, date, hours, length } of cases) {
      const { startMs, endMs } = dayBounds(date, zone);
      const minutes = minutesFrom(
        new Date(startMs - DAY / 2).toISOString(),
        Array.from({ length: length + 1440 }, () => 10),
      );
      const site = siteWith(minutes, { zone });
      await rollUp(site, endMs + DAY);
      const range = { fromMs: startMs, toMs: endMs, nowMs: endMs + DAY };
      const { records } = await ask(site, { ...range, resolution: '1h' });
      assert.equal(records.length, hours, zone);
      assert.equal(new Set(records.map(({ ts }) => ts)).size, hours);
      assert.ok(records.every(({ ts, coverage }) => ts.slice(14, 16) === '00' && coverage === 1));
      const sum = records.reduce((kwh, { import_kwh }) => kwh + Number(import_kwh), 0);
      assert.equal(sum.toFixed(7), (length / 1_000).toFixed(7));
      const days = await ask(site, { ...range, resolution: '1d' });
      assert.deepEqual(
        days.records.map(({ ts, import_kwh }) => [ts.slice(0, 10), import_kwh]),
        [[date, length / 1_000]],
      );
    }
  });

  describe('where nobody looked', () => {
    const block = (from: string, to: string, kwh: number): RecoveredBlock => ({
      from,
      to,
      energy: { import_kwh: kwh, home_kwh: kwh },
      channels: { 'main/mains': { import_kwh: kwh, export_kwh: 0 } },
    });

    it('tell the energy that passed, and no power', async () => {
      const recovered = block('2026-06-21T12:01:00.000Z', '2026-06-21T12:04:00.000Z', 0.03);
      const found = minuteOf(NOON + 4 * MINUTE, 10, { recovered, recovered_s: 180 });
      const site = siteWith([minuteOf(NOON, 10), found]);
      const { records } = await ask(site, { nowMs: NOON + HOUR, resolution: '1m' });
      assert.deepEqual(
        records.map(({ grid_w, import_kwh, quality }) => [grid_w, import_kwh, quality]),
        [
          [1200, 0.001, 'good'],
          [null, 0.01, 'recovered'],
          [null, 0.01, 'recovered'],
          [null, 0.01, 'recovered'],
          [1200, 0.001, 'good'],
        ],
      );
    });

    it('tell it also when it was found days later', async () => {
      const recovered = block('2026-06-19T12:00:00.000Z', '2026-06-21T12:00:00.000Z', 48);
      const before = minuteOf(NOON - 48 * HOUR - MINUTE, 10);
      const site = siteWith([before, minuteOf(NOON, 10, { recovered, recovered_s: 172_800 })]);
      await rollUp(site, NOON + HOUR);
      const range = { fromMs: NOON - 30 * HOUR, toMs: NOON - 29 * HOUR, nowMs: NOON + HOUR };
      for (const resolution of ['1m', '15m', '1h'] as const) {
        const { records } = await ask(site, { ...range, resolution });
        const sum = records.reduce((kwh, { import_kwh }) => kwh + Number(import_kwh), 0);
        assert.equal(sum.toFixed(7), '1.0000000', resolution);
      }
    });
  });

  it('add up to the same, to the last digit, at every resolution', async () => {
    await fc.assert(
      fc.asyncProperty(someDays(), async ({ minutes, zone }) => {
        const site = siteWith(minutes, { zone });
        const first = minutes[0] as MinuteRecord;
        const nowMs = Date.parse(minutes.at(-1)?.ts ?? '') + MINUTE + 6_000;
        await rollUp(site, nowMs);
        const fromMs = Date.parse(first.ts) - 40 * DAY;
        const sums = await Promise.all(
          RESOLUTIONS.map((one) => sumsOf(site, one, { fromMs, nowMs })),
        );
        for (const sum of sums) assert.deepEqual(sum, sums[0]);
        assert.ok(Number(sums[0]?.home_kwh) > 0);
      }),
      { numRuns: 12 },
    );
  });

  it('are refused where only coarser ones are left, and found by `auto`', async () => {
    const minutes = minutesFrom(
      '2026-06-01T05:00:00Z',
      Array.from({ length: 3_000 }, () => 10),
    );
    const site = siteWith(minutes);
    const nowMs = NOON;
    await rollUp(site, nowMs);
    const range = {
      fromMs: Date.parse('2026-06-01T05:00Z'),
      toMs: Date.parse('2026-06-02T05:00Z'),
    };
    assert.equal((await ask(site, { ...range, nowMs })).resolution, '1m');
    rmSync(join(site.records, 'minute'), { recursive: true });
    await assert.rejects(ask(site, { ...range, nowMs, resolution: '1m' }), { code: 'not_kept' });
    assert.equal((await ask(site, { ...range, nowMs })).resolution, '15m');
    rmSync(join(site.records, 'quarter'), { recursive: true });
    assert.equal((await ask(site, { ...range, nowMs })).resolution, '1d');
    const never = { fromMs: NOON - 900 * DAY, toMs: NOON - 899 * DAY, nowMs };
    assert.deepEqual((await ask(site, { ...never, resolution: '1m' })).records, []);
  });

  it('come as CSV with the same names and values', async () => {
    const site = siteWith([minuteOf(NOON, 2)]);
    const fields = ['import_kwh', 'battery_w', 'quality', 'channels'];
    const text = await askText(site, { nowMs: NOON + HOUR, fields, format: 'csv' });
    assert.equal(
      text,
      'ts,import_kwh,battery_w,quality,channels\r\n' +
        '2026-06-21T07:00:00-05:00,0.0002,,good,' +
        '"{""main/mains"":{""mean_w"":1200,""import_kwh"":0.02,""export_kwh"":0}}"\r\n',
    );
  });
});

async function sumsOf(
  site: ReaderSite,
  resolution: Resolution,
  { fromMs, nowMs }: { fromMs: number; nowMs: number },
): Promise<Record<string, number>> {
  const { records } = await ask(site, { fromMs, toMs: nowMs, nowMs, resolution, fields: KWH });
  const units = (value: unknown) => Math.round(Number(value) * 1e7);
  return Object.fromEntries(
    KWH.map((key) => [key, records.reduce((sum, record) => sum + units(record[key]), 0)]),
  );
}

/** A day and a bit with outages, restarts and energy that was found afterwards. */
function someDays() {
  const stretch = fc.record({
    skip: fc.integer({ min: 0, max: 700 }),
    tenths: fc.array(fc.integer({ min: 0, max: 1_999 }), { minLength: 1, maxLength: 40 }),
    found: fc.option(fc.integer({ min: 1, max: 99_999 })),
  });
  return fc
    .record({
      startMin: fc.integer({ min: 0, max: 5_000 }),
      zone: fc.constantFrom('America/Chicago', 'Asia/Kathmandu', 'Australia/Lord_Howe'),
      stretches: fc.array(stretch, { minLength: 2, maxLength: 6 }),
    })
    .map(({ startMin, zone, stretches }) => {
      const minutes: MinuteRecord[] = [];
      let atMs = Date.parse('2026-03-27T00:00:00Z') + startMin * MINUTE;
      for (const { skip, tenths, found } of stretches) {
        const fromMs = atMs;
        atMs += skip * MINUTE;
        for (const [index, tenth] of tenths.entries()) {
          const isFound = index === 0 && found !== null && skip > 0 && minutes.length > 0;
          minutes.push(minuteOf(atMs, tenth, isFound ? foundBy({ fromMs, atMs, found }) : {}));
          atMs += MINUTE;
        }
      }
      return { minutes, zone };
    });
}

function foundBy({ fromMs, atMs, found }: { fromMs: number; atMs: number; found: number }) {
  const kwh = found / 1e7;
  const recovered: RecoveredBlock = {
    from: new Date(fromMs - 17_000).toISOString(),
    to: new Date(atMs + 11_000).toISOString(),
    energy: { solar_kwh: kwh, home_kwh: kwh },
    channels: { 'main/pv': { import_kwh: kwh, export_kwh: 0 } },
  };
  return { recovered, recovered_s: Math.round((atMs - fromMs) / 1_000), covered_s: 49 };
}
