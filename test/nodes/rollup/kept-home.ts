/** The records of a home whose power never changes, day by day, as a configuration measured it. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import type { JobContext } from '../../../nodes/rollup/jobs.ts';
import { isoTime } from '../../../nodes/site/clock.ts';
import { hashOf, recordedConfig } from '../../../nodes/site/hash.ts';
import { keepConfig } from '../../../nodes/site/last-good.ts';
import type { SiteConfig } from '../../../nodes/site/schema.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** kWh of a minute: what the meter shows of the mains (+ import) and of the sun. */
export interface Shown {
  mains: number;
  pv: number;
}

/**
 * Writes the minutes of whole UTC days as `config` records what the meter shows.
 * @returns the hash of the configuration, which is kept
 */
export function writeDays(
  folder: string,
  { days, config, shown }: { days: string[]; config: SiteConfig; shown: Shown },
): string {
  const hash = hashOf(config);
  keepConfig(folder, hash, recordedConfig(config));
  mkdirSync(join(folder, 'minute'), { recursive: true });
  for (const day of days) {
    const startMs = Date.parse(`${day}T00:00:00Z`);
    const lines = Array.from({ length: 1440 }, (_, index) =>
      JSON.stringify(minuteOf(startMs + index * 60_000, { config, hash, shown })),
    );
    writeFileSync(join(folder, 'minute', `${day}.jsonl`), `${lines.join('\n')}\n`);
  }
  return hash;
}

function minuteOf(
  ms: number,
  { config, hash, shown }: { config: SiteConfig; hash: string; shown: Shown },
): MinuteRecord {
  const inverted = (id: string) =>
    config.meters[0]?.channels.find((channel) => channel.id === id)?.invert === true;
  const mains = (inverted('mains') ? -1 : 1) * shown.mains;
  const pv = (inverted('pv') ? -1 : 1) * shown.pv;
  const both = (kwh: number) => ({
    mean_w: Math.round(kwh * 60_000),
    import_kwh: Math.max(0, kwh),
    export_kwh: Math.max(0, -kwh),
  });
  const [grid, sun] = [both(mains), both(pv)];
  const home = digits(sun.import_kwh + mains);
  const sold = Math.min(sun.import_kwh, grid.export_kwh);
  const watts = (kwh: number): [number, number, number] => {
    const w = Math.round(kwh * 60_000);
    return [w, w, w];
  };
  return {
    v: 1,
    ts: isoTime(ms),
    run: 'r1',
    rev: 1,
    config: hash,
    covered_s: 60,
    power: { solar: watts(sun.import_kwh), home: watts(Math.max(0, home)), grid: watts(mains) },
    energy: {
      solar_kwh: sun.import_kwh,
      home_kwh: home,
      import_kwh: grid.import_kwh,
      export_kwh: grid.export_kwh,
      solar_home_kwh: digits(sun.import_kwh - sold),
      solar_grid_kwh: sold,
      grid_home_kwh: digits(Math.max(0, home - sun.import_kwh + sold)),
      by: 'integral',
    },
    channels: { 'main/mains': grid, 'main/pv': sun },
  };
}

function digits(kwh: number): number {
  return Math.round(kwh * 1e7) / 1e7;
}

/** The job's view of a folder at a time. */
export function contextAt(folder: string, config: SiteConfig, nowIso: string): JobContext {
  return {
    records: folder,
    data: folder,
    config,
    clock: new VirtualClock(nowIso),
    progress: () => {},
  };
}

/** Every file below a folder with a hash of its bytes. */
export function bytesOf(folder: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(folder, below)).sort()) {
    const path = join(below, name);
    const file = join(folder, path);
    if (statSync(file).isDirectory()) Object.assign(found, bytesOf(folder, path));
    else found[path] = createHash('sha256').update(readFileSync(file)).digest('hex');
  }
  return found;
}
