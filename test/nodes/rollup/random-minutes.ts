/** Any minutes at all: with gaps, without this or that, with energy recovered for the time before. */
import fc from 'fast-check';
import type { MinuteEvent, MinuteRecord, RecoveredBlock } from '../../../nodes/journal/minute.ts';
import { isoTime } from '../../../nodes/site/clock.ts';
import { MINUTE_MS } from './minutes-of.ts';

const units = fc.integer({ min: 0, max: 2_000_000 });
const kwh = units.map((value) => value / 1e7);
const maybe = fc.option(kwh, { freq: 8 });
const watts = fc.integer({ min: -60_000, max: 60_000 }).map((value) => value / 10);
const stats = fc.option(
  fc.tuple(watts, watts, watts).map(([a, b, c]): [number, number, number] => {
    const [min = 0, mean = 0, max = 0] = [a, b, c].sort((x, y) => x - y);
    return [mean, min, max];
  }),
);
const seconds = fc.integer({ min: 0, max: 60 });

const energy = fc
  .record(
    {
      solar_kwh: maybe,
      home_kwh: fc.option(units.map((value) => (value - 100_000) / 1e7)),
      import_kwh: maybe,
      export_kwh: maybe,
      battery_charge_kwh: maybe,
      battery_discharge_kwh: maybe,
      solar_standby_kwh: kwh,
      solar_home_kwh: maybe,
      by: fc.constantFrom<'counter' | 'integral'>('counter', 'integral'),
    },
    { requiredKeys: ['solar_kwh', 'home_kwh', 'import_kwh', 'export_kwh', 'by'] },
  )
  .map((found) => found as MinuteRecord['energy']);

const block = (endMs: number): fc.Arbitrary<RecoveredBlock> =>
  fc
    .record({
      lengthS: fc.integer({ min: 0, max: 30 * 3600 }),
      energy: fc.record({ import_kwh: kwh, solar_kwh: kwh, home_kwh: kwh }, { requiredKeys: [] }),
      channel: fc.record({ import_kwh: kwh, export_kwh: kwh }),
    })
    .map(({ lengthS, channel, ...rest }) => ({
      from: isoTime(endMs - lengthS * 1000),
      to: isoTime(endMs),
      energy: Object.fromEntries(
        Object.entries(rest.energy).filter(([, value]) => value !== undefined),
      ),
      channels: { 'main/mains': channel },
    }));

const event = fc.record<MinuteEvent>({
  channel: fc.constantFrom('main/mains', 'roof/pv'),
  event: fc.constantFrom('rollover', 'counter_jump'),
});

function minute(ms: number): fc.Arbitrary<MinuteRecord> {
  return fc
    .record({
      config: fc.constantFrom('c1', 'c2'),
      covered_s: seconds,
      estimated_s: fc.option(seconds, { nil: undefined, freq: 1 }),
      recovered: fc.option(block(ms + 20_000), { nil: undefined, freq: 1 }),
      power: fc.record({ solar: stats, home: stats, grid: stats }),
      energy,
      channel: fc.record(
        {
          mean_w: fc.constant(null),
          import_kwh: maybe,
          export_kwh: maybe,
          integrated_import_kwh: kwh,
          integrated_export_kwh: kwh,
        },
        { requiredKeys: ['mean_w', 'import_kwh', 'export_kwh'] },
      ),
      events: fc.option(fc.array(event, { minLength: 1, maxLength: 2 }), { freq: 1 }),
    })
    .map(({ channel, events, estimated_s, recovered, ...rest }) => ({
      v: 1,
      ts: isoTime(ms),
      run: 'r1',
      rev: 1,
      ...rest,
      ...(estimated_s !== undefined && { estimated_s }),
      ...(events && { events }),
      ...(recovered && { recovered, recovered_s: 100 }),
      channels: { 'main/mains': channel },
    }));
}

/** At most `count` of the minutes from a start on, each once, in order. */
export function randomMinutes(startMs: number, count: number): fc.Arbitrary<MinuteRecord[]> {
  return fc
    .subarray(Array.from({ length: count }, (_, index) => startMs + index * MINUTE_MS))
    .chain((starts) => fc.tuple(...starts.map(minute)));
}
