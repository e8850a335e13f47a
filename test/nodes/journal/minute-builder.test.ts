import assert from 'node:assert/strict';
import { MinuteBuilder } from '../../../nodes/journal/minute-builder.ts';
import { LEDGER, measuredSecond, snapshotAt } from './samples.ts';

const NOON = Date.parse('2026-06-21T12:00:00Z');

/** Feeds seconds (label, exclusive start) and gathers the minutes. */
function feed(builder: MinuteBuilder, fromMs: number, seconds: number, more = {}) {
  const minutes = [];
  for (let s = 1; s <= seconds; s++) {
    minutes.push(...builder.take(snapshotAt(fromMs + s * 1000, more), measuredSecond()));
  }
  return minutes;
}

describe('minute builder', () => {
  it('makes a minute of sixty seconds, complete on the full minute', () => {
    const builder = new MinuteBuilder('abc');
    assert.deepEqual(feed(builder, NOON, 59), []);
    const [minute, ...rest] = builder.take(
      snapshotAt(NOON + 60_000, { home_w: 1800, grid_w: 600 }),
      measuredSecond(),
    );
    assert.deepEqual(rest, []);
    assert.deepEqual(minute, {
      v: 1,
      ts: '2026-06-21T12:00:00.000Z',
      run: 'r1',
      rev: 1,
      config: 'abc',
      covered_s: 60,
      power: { solar: [0, 0, 0], home: [1210, 1200, 1800], grid: [1190, 600, 1200] },
      energy: {
        solar_kwh: 0,
        home_kwh: 0.02,
        import_kwh: 0.02,
        export_kwh: 0,
        solar_home_kwh: null,
        solar_grid_kwh: null,
        grid_home_kwh: null,
        by: 'counter',
      },
      channels: {
        'main/mains': { mean_w: 1200, import_kwh: 0.02, export_kwh: 0, counter_import_kwh: 77.7 },
      },
      ledger: LEDGER,
    });
  });

  it('keeps the digits of a counter that mean something', () => {
    const builder = new MinuteBuilder('abc');
    const shown = Math.fround(7402.9);
    const channel = { import_kwh: 0, export_kwh: 0, counter_import_kwh: shown };
    const measured = measuredSecond({ channels: { 'main/pv': channel } });
    const [minute] = builder.take(snapshotAt(NOON + 60_000), measured);
    assert.notEqual(shown, 7402.899902);
    assert.equal(minute?.channels['main/pv']?.counter_import_kwh, 7402.899902);
  });

  it('closes a minute whose last second never came', () => {
    const builder = new MinuteBuilder('abc');
    feed(builder, NOON, 30);
    const [minute] = builder.take(snapshotAt(NOON + 200_000), measuredSecond());
    assert.deepEqual([minute?.ts, minute?.covered_s], ['2026-06-21T12:00:00.000Z', 30]);
  });

  it('tells unknown from zero and counts every mark by itself', () => {
    const builder = new MinuteBuilder('abc');
    const stale = { home_w: null, grid_w: null, solar_w: null };
    const nothing = {
      energy: { solar_kwh: null, home_kwh: null, import_kwh: null, export_kwh: null },
      covered_s: 0,
    };
    builder.take(snapshotAt(NOON + 1000, stale), measuredSecond(nothing));
    builder.take(
      snapshotAt(NOON + 2000, { held: true, ...stale }),
      measuredSecond({ ...nothing, covered_s: 1 }),
    );
    builder.take(snapshotAt(NOON + 3000, stale), measuredSecond({ ...nothing, estimated_s: 20 }));
    const done = builder.take(
      snapshotAt(NOON + 60_000, { ...stale, simulated: true }),
      measuredSecond({ ...nothing, recovered_s: 400, by: 'integral' }),
    );
    const { power, energy, ...minute } = done[0]!;
    assert.deepEqual(power, { solar: null, home: null, grid: null });
    assert.deepEqual([energy.import_kwh, energy.home_kwh, energy.by], [null, null, 'integral']);
    assert.deepEqual(
      [minute.covered_s, minute.held_s, minute.estimated_s, minute.recovered_s, minute.simulated],
      [0, 1, 20, 400, true],
    );
  });

  it('has battery and car where the site has them', () => {
    const builder = new MinuteBuilder('abc');
    const energy = {
      ...measuredSecond().energy,
      battery_charge_kwh: 0.1,
      battery_discharge_kwh: 0,
      ev_kwh: 0.2,
    };
    const snapshot = snapshotAt(NOON + 60_000, { battery_w: -500, ev_w: 700 });
    const minute = builder.take(snapshot, measuredSecond({ energy }))[0]!;
    assert.deepEqual(minute.power.battery, [-500, -500, -500]);
    assert.deepEqual(minute.power.ev, [700, 700, 700]);
    assert.equal(minute.energy.battery_charge_kwh, 0.1);
    assert.equal(minute.energy.ev_kwh, 0.2);
    assert.ok('battery_home_kwh' in minute.energy);
  });

  it('cuts a minute for a stop, and comes again with a higher rev if it goes on', () => {
    const builder = new MinuteBuilder('abc');
    assert.equal(builder.cut(), null);
    feed(builder, NOON, 20);
    const cut = builder.cut()!;
    assert.deepEqual([cut.rev, cut.covered_s], [1, 20]);
    const whole = feed(builder, NOON + 20_000, 40)[0]!;
    assert.deepEqual([whole.rev, whole.covered_s, whole.run], [2, 60, 'r1']);
    assert.equal(builder.cut(), null);
  });

  it('begins another record where another run begins', () => {
    const builder = new MinuteBuilder('abc');
    feed(builder, NOON, 20);
    const [first] = feed(builder, NOON + 20_000, 1, { run: 'r2' });
    const [second] = feed(builder, NOON + 21_000, 39, { run: 'r2' });
    assert.deepEqual([first?.run, first?.covered_s], ['r1', 20]);
    assert.deepEqual([second?.run, second?.covered_s], ['r2', 40]);
  });

  it('waits for a clock that was set back a little, adding to the minute under way', () => {
    const builder = new MinuteBuilder('abc');
    feed(builder, NOON, 60);
    const minutes = feed(builder, NOON, 120);
    assert.deepEqual(
      minutes.map(({ ts, covered_s, run }) => [ts, covered_s, run]),
      [['2026-06-21T12:01:00.000Z', 120, 'r1']],
    );
  });

  it('lives a time twice as two runs when the clock was set far back', () => {
    const builder = new MinuteBuilder('abc');
    feed(builder, NOON, 60);
    const minutes = feed(builder, NOON - 3_600_000, 3_660);
    assert.equal(minutes.length, 61);
    assert.deepEqual(
      [minutes.at(-1)?.ts, minutes.at(-1)?.run],
      ['2026-06-21T12:00:00.000Z', 'r1.1'],
    );
  });

  it('joins the blocks of a minute, in whole seconds and without what came to nothing', () => {
    const builder = new MinuteBuilder('abc');
    const block = (fromMs: number, toMs: number, solar_kwh: number) => ({
      recovered: {
        fromMs,
        toMs,
        energy: { solar_kwh, export_kwh: 0 },
        channels: { 'roof/pv': { import_kwh: solar_kwh, export_kwh: 0 } },
      },
      recovered_s: (toMs - fromMs) / 1000,
    });
    const before = NOON - 7_200_000;
    builder.take(snapshotAt(NOON + 1000), measuredSecond(block(before + 400, NOON - 3_600_000, 1)));
    builder.take(snapshotAt(NOON + 2000), measuredSecond(block(NOON - 3_600_000, NOON + 1600, 2)));
    const [minute] = builder.take(snapshotAt(NOON + 60_000), measuredSecond());
    assert.deepEqual(minute?.recovered, {
      from: '2026-06-21T10:00:00.000Z',
      to: '2026-06-21T12:00:02.000Z',
      energy: { solar_kwh: 3 },
      channels: { 'roof/pv': { import_kwh: 3, export_kwh: 0 } },
    });
    assert.deepEqual([minute?.recovered_s, minute?.energy.solar_kwh], [7201, 0]);
  });

  it('keeps what could not be explained, and why counters did not count', () => {
    const builder = new MinuteBuilder('abc');
    const event = { channel: 'main/mains', event: 'reset' as const };
    builder.take(snapshotAt(NOON + 1000, { residual_w: -300 }), measuredSecond());
    builder.take(snapshotAt(NOON + 2000), measuredSecond({ events: [event, event] }));
    builder.take(snapshotAt(NOON + 3000, { residual_w: null }), measuredSecond());
    const [minute] = builder.take(snapshotAt(NOON + 60_000), measuredSecond({ clock_step: true }));
    assert.deepEqual(minute?.power.residual, [-100, -300, 0]);
    assert.deepEqual([minute?.events, minute?.clock_step], [[event], true]);
    const [next] = feed(builder, NOON + 60_000, 60);
    const left = ['events', 'clock_step', 'recovered'].filter((key) => key in next!);
    assert.deepEqual([left, 'residual' in next!.power], [[], false]);
  });

  it('waits for a clock that was set back by 120 s, and no longer', () => {
    for (const [backS, run] of [
      [120, 'r1'],
      [121, 'r1.1'],
    ] as const) {
      const builder = new MinuteBuilder('abc');
      feed(builder, NOON, 90);
      builder.take(snapshotAt(NOON + 90_000 - backS * 1000), measuredSecond());
      assert.equal(builder.cut()?.run, run);
    }
  });

  it('leaves the minutes out that a clock has skipped', () => {
    const builder = new MinuteBuilder('abc');
    feed(builder, NOON, 30);
    const minutes = feed(builder, NOON + 3_600_000, 60);
    assert.deepEqual(
      minutes.map(({ ts }) => ts),
      ['2026-06-21T12:00:00.000Z', '2026-06-21T13:00:00.000Z'],
    );
  });

  it('keeps what power came to beside what counters say, but for two zeros', () => {
    const builder = new MinuteBuilder('abc');
    for (let second = 0; second < 59; second++) {
      const channel = { import_kwh: 0.0002, export_kwh: 0, counter_import_kwh: 77.7 };
      const saw = { integrated_import_kwh: 0.00021, integrated_export_kwh: 0 };
      const channels = { 'main/mains': { ...channel, ...saw } };
      builder.take(snapshotAt(NOON + second * 1000 + 1000), measuredSecond({ channels }));
    }
    assert.deepEqual(builder.cut()?.channels['main/mains'], {
      mean_w: 1200,
      import_kwh: 0.0118,
      export_kwh: 0,
      counter_import_kwh: 77.7,
      integrated_import_kwh: 0.01239,
    });
  });

  it('says once where a counter stands, and keeps the one that is believed', () => {
    const counterIn = (believed: number) => {
      const builder = new MinuteBuilder('abc');
      const channel = { import_kwh: 0, export_kwh: 0, counter_import_kwh: 77.7 };
      const state = { counter: { import: believed }, age_s: 0 };
      const ledger = { n: 1, at: 0, totals: {}, channels: { 'main/mains': state } };
      const measured = measuredSecond({ channels: { 'main/mains': channel }, ledger });
      builder.take(snapshotAt(NOON + 1000), measured);
      return builder.cut()?.ledger?.channels['main/mains']?.counter;
    };
    assert.equal(counterIn(77.7), undefined);
    assert.deepEqual(counterIn(70), { import: 70 });
  });
});
