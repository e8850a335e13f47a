/** What a cycle costs on the wire: as planned, at best (by trying every way), and value by value. */
import { join } from 'node:path';
import { lineTiming, REQUEST_BYTES, replyBytes, transactionMs } from '../nodes/bus/timing.ts';
import { mapChannels, wantedValues } from '../nodes/meter/channels.ts';
import { endOf, type PlannedRead, planReads, readOf } from '../nodes/meter/plan.ts';
import type { Profile, ProfileValue } from '../nodes/meter/profile.ts';
import { loadProfile } from '../nodes/meter/profile-file.ts';
import type { ModbusMeterConfig } from '../nodes/site/schema.ts';
import { gridMeter, wattnode } from './wattnode.ts';

/** An assumption for all meters alike; the plan itself uses what was measured. */
const LATENCY_MS = 20;
const timing = lineTiming({ id: 'bench', type: 'rtu-over-tcp', host: '', port: 1, baud: 9600 });

export interface WireCost {
  requests: number;
  bytes: number;
  ms: number;
}

export interface WireRow {
  profile: string;
  speed: 'fast' | 'slow';
  values: number;
  planned: WireCost;
  best: WireCost;
  single: WireCost;
}

export function wireRows(): WireRow[] {
  return [
    wattnode,
    gridMeter('eastron-sdm120', ['l1']),
    gridMeter('eastron-sdm630-v2', ['l1', 'l2', 'l3']),
  ].flatMap((meter) => (['fast', 'slow'] as const).map((speed) => rowOf(meter, speed)));
}

function rowOf(meter: ModbusMeterConfig, speed: 'fast' | 'slow'): WireRow {
  const profile = loadProfile(join(import.meta.dirname, `../config/meters/${meter.profile}.yaml`));
  const values = wantedValues(mapChannels(meter, profile, []), profile)
    .filter((value) => value.speed === speed)
    .sort((a, b) => a.address - b.address);
  const cost = (count: number) => transactionMs(timing, count, LATENCY_MS) + profile.gapMs;
  return {
    profile: profile.id,
    speed,
    values: values.length,
    planned: sumOf(planReads(profile, values, cost), cost),
    best: sumOf(cheapest(profile, values, cost), cost),
    single: sumOf(
      values.map((value) => mustRead(profile, [value])),
      cost,
    ),
  };
}

/** Tries every way to cut the values, in address order, into requests. */
function cheapest(
  profile: Profile,
  values: ProfileValue[],
  cost: (count: number) => number,
): PlannedRead[] {
  if (values.length === 0) return [];
  let best: PlannedRead[] = [];
  let bestMs = Number.POSITIVE_INFINITY;
  for (let length = 1; length <= values.length; length++) {
    const read = readable(profile, values.slice(0, length));
    if (!read) break;
    const reads = [read, ...cheapest(profile, values.slice(length), cost)];
    const ms = sumOf(reads, cost).ms;
    if (ms < bestMs) [best, bestMs] = [reads, ms];
  }
  return best;
}

/** One request for these values, if a single block holds them all and the meter allows its length. */
function readable(profile: Profile, values: ProfileValue[]): PlannedRead | null {
  const [first, last] = [values[0], values.at(-1)];
  if (!first || !last) return null;
  const block = profile.blocks.find(
    ({ start, count }) => first.address >= start && endOf(last) <= start + count,
  );
  return block ? readOf(profile, values) : null;
}

function mustRead(profile: Profile, values: ProfileValue[]): PlannedRead {
  const read = readable(profile, values);
  if (!read) throw new Error(`${profile.id}: ${values.map(({ name }) => name)} cannot be read`);
  return read;
}

function sumOf(reads: PlannedRead[], cost: (count: number) => number): WireCost {
  return {
    requests: reads.length,
    bytes: reads.reduce((sum, { count }) => sum + REQUEST_BYTES + replyBytes(count), 0),
    ms: reads.reduce((sum, { count }) => sum + cost(count), 0),
  };
}
