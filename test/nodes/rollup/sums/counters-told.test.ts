import assert from 'node:assert/strict';
import { Balance } from '../../../../nodes/balance/home.ts';
import type { MinuteChannel, MinuteRecord } from '../../../../nodes/journal/minute.ts';
import { MinuteBuilder } from '../../../../nodes/journal/minute-builder.ts';
import { makeMonth } from '../../../../nodes/rollup/sums/month.ts';
import { makeQuarters, mergeQuarters } from '../../../../nodes/rollup/sums/quarter.ts';
import { summaryOfDay } from '../../../../nodes/rollup/sums/summary.ts';
import { isoTime } from '../../../../nodes/site/clock.ts';
import { configOf } from '../correct/twin-homes.ts';
import { dayOf } from '../days.ts';
import { goodMinute, MINUTE_MS, minutesFrom } from '../minutes-of.ts';

const DATE = '2026-05-01';
const START = Date.parse('2026-05-01T00:00Z');
const UTC = { timezone: 'UTC' };

const dayFrom = (minutes: readonly MinuteRecord[]) => dayOf(DATE, makeQuarters(minutes), UTC);

describe('what counters did that was not counting', () => {
  const jump = { channel: 'main/pv', event: 'counter_jump' } as const;
  const rebased = { channel: 'main/mains', event: 'counter_rebased' } as const;
  const minutes = minutesFrom(START, 60, (_, index) => ({
    ...(index >= 10 && index < 18 && { events: [jump] }),
    ...(index === 40 && { events: [rebased, jump] }),
  }));

  it('is told once a quarter hour, with its first minute and how often', () => {
    const quarters = makeQuarters(minutes);
    assert.deepEqual(
      quarters.map(({ events }) => events),
      [
        [{ ...jump, ts: isoTime(START + 10 * MINUTE_MS), minutes: 5 }],
        [{ ...jump, ts: isoTime(START + 15 * MINUTE_MS), minutes: 3 }],
        [
          { ...rebased, ts: isoTime(START + 40 * MINUTE_MS), minutes: 1 },
          { ...jump, ts: isoTime(START + 40 * MINUTE_MS), minutes: 1 },
        ],
        undefined,
      ],
    );
    const two = minutes.map((each, index) => ({ ...each, config: `c${index % 2}` }));
    const merged = mergeQuarters(makeQuarters(two));
    assert.deepEqual(
      merged.map(({ events }) => events),
      quarters.map(({ events }) => events),
    );
  });

  it('and once a day and a month, which say so', () => {
    const day = dayFrom(minutes);
    const events = [
      { ...rebased, ts: isoTime(START + 40 * MINUTE_MS), minutes: 1 },
      { ...jump, ts: isoTime(START + 10 * MINUTE_MS), minutes: 9 },
    ];
    assert.deepEqual(day.events, events);
    assert.deepEqual(summaryOfDay(day).notes, ['counter_event']);
    assert.deepEqual(makeMonth('2026-05', 'UTC', [day]).events, events);
  });

  it('is no news where a counter only began again after its last digit', () => {
    const day = dayFrom([
      goodMinute(START, { events: [{ channel: 'main/pv', event: 'rollover' }] }),
    ]);
    assert.equal(day.events?.length, 1);
    assert.deepEqual(summaryOfDay(day).notes, []);
  });
});

describe('what counters say beside what power says', () => {
  const dayOfChannel = (channel: Partial<MinuteChannel>, count = 60) =>
    dayFrom(
      minutesFrom(START, count, () => ({
        channels: { 'main/pv': { mean_w: 3000, import_kwh: 0, export_kwh: 0, ...channel } },
      })),
    );

  it('is their ratio less 1, for each way', () => {
    const day = dayOfChannel({
      import_kwh: 0.052,
      export_kwh: 0.0402,
      integrated_import_kwh: 0.05,
      integrated_export_kwh: 0.04,
    });
    assert.deepEqual(day.discrepancy, { 'main/pv': { import: 0.04, export: 0.005 } });
    const told = summaryOfDay(day);
    assert.deepEqual(told.discrepancy, day.discrepancy);
    assert.deepEqual(told.notes, ['counter_disagrees']);
  });

  it('is a warning beyond 3 % either way', () => {
    const noted = (import_kwh: number) =>
      summaryOfDay(dayOfChannel({ import_kwh, integrated_import_kwh: 0.05 })).notes;
    assert.deepEqual([noted(0.0515), noted(0.0485)], [[], []]);
    assert.deepEqual(
      [noted(0.0516), noted(0.0484)],
      [['counter_disagrees'], ['counter_disagrees']],
    );
  });

  it('is nothing for a kWh or less, without a counter that leads, or without any power', () => {
    assert.equal(
      dayOfChannel({ import_kwh: 0.05, integrated_import_kwh: 0.01 }, 20).discrepancy,
      undefined,
    );
    assert.equal(dayOfChannel({ import_kwh: 0.05 }).discrepancy, undefined);
    assert.equal(
      dayOfChannel({ import_kwh: 0.05, integrated_import_kwh: 0 }).discrepancy,
      undefined,
    );
  });

  it('takes what was recovered for right: only counters know of it', () => {
    const watched = minutesFrom(START, 60, () => ({
      channels: {
        'main/pv': { mean_w: 3000, import_kwh: 0.05, export_kwh: 0, integrated_import_kwh: 0.05 },
      },
    }));
    const back = goodMinute(START + 120 * MINUTE_MS, {
      recovered: {
        from: isoTime(START + 50 * MINUTE_MS),
        to: isoTime(START + 120 * MINUTE_MS),
        energy: { solar_kwh: 40 },
        channels: { 'main/pv': { import_kwh: 40, export_kwh: 0 } },
      },
    });
    const quarters = makeQuarters([...watched, back]);
    const [first] = quarters;
    assert.deepEqual(first?.channels['main/pv'], {
      import_kwh: 0.75,
      export_kwh: 0,
      integrated_import_kwh: 0.75,
    });
    assert.deepEqual(dayFrom([...watched, back]).discrepancy, { 'main/pv': { import: 0 } });
  });
});

describe('a meter whose counter runs 4 % ahead of its power', () => {
  it('is found by the end of the day, whatever its counter leads to', () => {
    const balance = new Balance({
      config: configOf({ mains: { role: 'grid' } }),
      run: 'r1',
      simulated: false,
      start: { wallMs: START, monoMs: 0 },
    });
    const builder = new MinuteBuilder('c1');
    const minutes: MinuteRecord[] = [];
    for (let s = 0; s <= 3600; s++) {
      const [wallMs, monoMs] = [START + s * 1000, s * 1000];
      const counted = Math.floor(((1.04 * 3 * s) / 3600) * 1000) / 1000;
      const mains = {
        role: 'grid' as const,
        power_w: 3000,
        import_kwh: 5000 + counted,
        export_kwh: 12,
        counter_step_kwh: 0.001,
      };
      const ts = isoTime(wallMs);
      balance.take({ meter: 'main', ts, mono_ms: monoMs, ok: true, channels: { mains } });
      const { snapshot, measured } = balance.tick({ wallMs, monoMs });
      if (s > 0) minutes.push(...builder.take(snapshot, measured));
    }
    const day = dayFrom(minutes);
    const { import: found = 0, ...others } = day.discrepancy?.['main/mains'] ?? {};
    assert.ok(Math.abs(found - 0.04) < 0.001, String(found));
    assert.deepEqual(others, {});
    assert.deepEqual(summaryOfDay(day).notes, ['counter_disagrees']);
  });
});

describe('what the inverter draws at night', () => {
  it('adds up to the day and the month, and is left out where there is none', () => {
    const night = minutesFrom(START, 480, () => ({
      energy: {
        solar_kwh: 0,
        home_kwh: 0.005,
        import_kwh: 0.005,
        export_kwh: 0,
        solar_standby_kwh: 0.0002,
        by: 'counter' as const,
      },
    }));
    const sunny = minutesFrom(START + 480 * MINUTE_MS, 60);
    const quarters = makeQuarters([...night, ...sunny]);
    assert.equal(quarters[0]?.energy.solar_standby_kwh, 0.003);
    assert.equal('solar_standby_kwh' in (quarters.at(-1)?.energy ?? {}), false);
    const day = dayFrom([...night, ...sunny]);
    assert.equal(day.energy.solar_standby_kwh, 0.096);
    assert.equal(summaryOfDay(day).solar_standby_kwh, 0.096);
    assert.equal(makeMonth('2026-05', 'UTC', [day]).energy.solar_standby_kwh, 0.096);
    assert.equal('solar_standby_kwh' in summaryOfDay(dayFrom(sunny)), false);
  });
});
