/** Minutes for tests of the records above them: a whole good minute, of which a test changes a part. */
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import { isoTime } from '../../../nodes/site/clock.ts';

export const MINUTE_MS = 60_000;

/** 3 kW of sun, 1 kW used at home, 2 kW exported; all of it seen. */
export function goodMinute(ms: number, change: Partial<MinuteRecord> = {}): MinuteRecord {
  return {
    v: 1,
    ts: isoTime(ms),
    run: 'r1',
    rev: 1,
    config: 'c1',
    covered_s: 60,
    power: { solar: [3000, 2900, 3100], home: [1000, 900, 1100], grid: [-2000, -2100, -1900] },
    energy: {
      solar_kwh: 0.05,
      home_kwh: 0.0166667,
      import_kwh: 0,
      export_kwh: 0.0333333,
      solar_home_kwh: 0.0166667,
      solar_grid_kwh: 0.0333333,
      grid_home_kwh: 0,
      by: 'counter',
    },
    channels: {
      'main/pv': { mean_w: 3000, import_kwh: 0.05, export_kwh: 0, counter_import_kwh: 812.5 },
      'main/mains': { mean_w: -2000, import_kwh: 0, export_kwh: 0.0333333 },
    },
    ...change,
  };
}

/** Minutes that follow each other. */
export function minutesFrom(
  startMs: number,
  count: number,
  change: (ms: number, index: number) => Partial<MinuteRecord> = () => ({}),
): MinuteRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const ms = startMs + index * MINUTE_MS;
    return goodMinute(ms, change(ms, index));
  });
}
