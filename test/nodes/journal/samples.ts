import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerState, Measured } from '../../../nodes/balance/measured.ts';
import type { Snapshot } from '../../../nodes/balance/snapshot.ts';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';

export const LEDGER: LedgerState = { n: 1, at: 0, totals: { import_kwh: 5 }, channels: {} };

export function snapshotAt(ms: number, more: Partial<Snapshot> = {}): Snapshot {
  return {
    ts: new Date(ms).toISOString(),
    seq: 1,
    run: 'r1',
    solar_w: 0,
    home_w: 1200,
    grid_w: 1200,
    import_w: 1200,
    export_w: 0,
    solar_standby_w: 0,
    flows: { solar_home_w: 0, solar_grid_w: 0, grid_home_w: 1200 },
    residual_w: 0,
    energy: { solar_kwh: 0, home_kwh: 0, import_kwh: 0, export_kwh: 0 },
    channels: { 'main/mains': { role: 'grid', power_w: 1200, age_ms: 0 } },
    sources: {},
    quality: 'good',
    errors: [],
    ...more,
  };
}

/** A second of 1200 W: 0.02 kWh a minute. */
export function measuredSecond(more: Partial<Measured> = {}): Measured {
  const kwh = 1200 / 3_600_000;
  return {
    energy: { solar_kwh: 0, home_kwh: kwh, import_kwh: kwh, export_kwh: 0 },
    by: 'counter',
    flows: null,
    covered_s: 1,
    estimated_s: 0,
    recovered_s: 0,
    recovered: null,
    channels: {
      'main/mains': { import_kwh: kwh, export_kwh: 0, counter_import_kwh: 77.7 },
    },
    events: [],
    ledger: LEDGER,
    ...more,
  };
}

export function minuteAt(ts: string, more: Partial<MinuteRecord> = {}): MinuteRecord {
  return {
    v: 1,
    ts,
    run: 'r1',
    rev: 1,
    config: 'abc',
    covered_s: 60,
    power: { solar: [0, 0, 0], home: [1200, 1100, 1300], grid: [1200, 1100, 1300] },
    energy: {
      solar_kwh: 0,
      home_kwh: 0.02,
      import_kwh: 0.02,
      export_kwh: 0,
      by: 'counter',
    },
    channels: { 'main/mains': { mean_w: 1200, import_kwh: 0.02, export_kwh: 0 } },
    ...more,
  };
}

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when the tests end. */
export function recordsFolder(parent: string = tmpdir()): string {
  const folder = mkdtempSync(join(parent, 'solthrive-journal-'));
  folders.push(folder);
  return folder;
}
