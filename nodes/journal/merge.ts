/** What several lines about one minute mean together: one record, nothing lost, nothing twice. */
import type { MinuteChannel, MinuteRecord, PowerStats } from './minute.ts';
import { roundedKwh } from './tally.ts';

/**
 * One record a minute, in order of time. Of one run the higher `rev` counts; what different runs
 * saw of one minute adds.
 */
export function mergeMinutes(records: Iterable<MinuteRecord>): MinuteRecord[] {
  const minutes = new Map<string, Map<string, MinuteRecord>>();
  for (const record of records) {
    const runs = minutes.get(record.ts) ?? new Map<string, MinuteRecord>();
    minutes.set(record.ts, runs);
    const known = runs.get(record.run);
    if (!known || record.rev > known.rev) runs.set(record.run, record);
  }
  return [...minutes.values()]
    .map((runs) => [...runs.values()].reduce(addMinutes))
    .sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

/** Two runs' parts of one minute as one record. */
function addMinutes(a: MinuteRecord, b: MinuteRecord): MinuteRecord {
  const later = (b.ledger?.n ?? 0) >= (a.ledger?.n ?? 0) ? b : a;
  const weights = { a: secondsOf(a), b: secondsOf(b) };
  return {
    ...later,
    covered_s: a.covered_s + b.covered_s,
    ...addOptional(a, b, ['held_s', 'estimated_s', 'recovered_s']),
    ...((a.simulated || b.simulated) && { simulated: true as const }),
    power: mapBoth(a.power, b.power, (x, y) => addStats(x, y, weights)),
    energy: {
      ...mapBoth(withoutBy(a.energy), withoutBy(b.energy), addKwh),
      by: a.energy.by === b.energy.by ? a.energy.by : 'integral',
    } as MinuteRecord['energy'],
    channels: mapBoth(a.channels, b.channels, (x, y) =>
      addChannels(x, y, { later: later === b ? y : x, weights }),
    ),
  };
}

interface Weights {
  a: number;
  b: number;
}

function secondsOf(minute: MinuteRecord): number {
  return minute.covered_s + (minute.held_s ?? 0);
}

function mapBoth<T extends object>(
  a: T,
  b: T,
  merge: (x: T[keyof T] | undefined, y: T[keyof T] | undefined) => T[keyof T] | undefined,
): T {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof T)[];
  return Object.fromEntries(keys.map((key) => [key, merge(a[key], b[key])])) as T;
}

function addOptional<K extends 'held_s' | 'estimated_s' | 'recovered_s'>(
  a: MinuteRecord,
  b: MinuteRecord,
  keys: K[],
): Partial<Record<K, number>> {
  const sums = keys.map((key) => [key, (a[key] ?? 0) + (b[key] ?? 0)] as const);
  return Object.fromEntries(sums.filter(([, sum]) => sum > 0)) as Partial<Record<K, number>>;
}

function withoutBy({ by: _, ...energies }: MinuteRecord['energy']) {
  return energies;
}

type Kwh = number | null | undefined;

function addKwh(a: Kwh, b: Kwh): Kwh {
  if (a == null || b == null) return a ?? b;
  return roundedKwh(a + b);
}

function addStats(
  a: PowerStats | undefined,
  b: PowerStats | undefined,
  weights: Weights,
): PowerStats | undefined {
  if (!a || !b) return a ?? b;
  return [mean(a[0], b[0], weights), Math.min(a[1], b[1]), Math.max(a[2], b[2])];
}

function addChannels(
  a: MinuteChannel | undefined,
  b: MinuteChannel | undefined,
  { later, weights }: { later: MinuteChannel | undefined; weights: Weights },
): MinuteChannel | undefined {
  if (!a || !b) return a ?? b;
  return {
    ...a,
    ...b,
    ...later,
    mean_w:
      a.mean_w === null || b.mean_w === null
        ? (a.mean_w ?? b.mean_w)
        : mean(a.mean_w, b.mean_w, weights),
    import_kwh: addKwh(a.import_kwh, b.import_kwh) ?? null,
    export_kwh: addKwh(a.export_kwh, b.export_kwh) ?? null,
  };
}

function mean(x: number, y: number, { a, b }: Weights): number {
  const share = a + b === 0 ? 0.5 : a / (a + b);
  return Math.round((x * share + y * (1 - share)) * 10) / 10;
}
