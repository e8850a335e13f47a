/** A record as the right configuration would have made it, from what was measured under a wrong one. */
import type { MinuteRecord, RecoveredBlock } from '../../journal/minute.ts';
import { hashOf, type RecordedConfig } from '../../site/hash.ts';
import type { ChannelEnergies, QuarterRecord } from '../records.ts';
import { knownSeconds } from '../sums/seconds.ts';
import { correctEnergies, correctSome } from './correct-energy.ts';
import { correctPeaks, correctPowers } from './correct-power.ts';
import { type Correctable, type Rewiring, rewiringOf } from './rewiring.ts';

export type { Correctable, WiringDifference } from './rewiring.ts';

const MINUTE_S = 60;

/** What of the way from one configuration to another can be applied to records. */
export function whatCanBeCorrected(was: RecordedConfig, now: RecordedConfig): Correctable {
  const { applies, doesNot } = rewiringOf(was, now);
  return { applies, doesNot };
}

/**
 * A minute that was measured under `was`, seen under `now`. `config` and `channels` stay as measured,
 * all else follows `now`. The very same object where nothing that can be applied differs.
 */
export function correctMinute(
  minute: MinuteRecord,
  was: RecordedConfig,
  now: RecordedConfig,
): MinuteRecord {
  const rewiring = rewiringOf(was, now);
  if (rewiring.applies.length === 0) return minute;
  const { channels, energy, power, recovered } = minute;
  const means = Object.entries(channels).map(([id, { mean_w }]) => [id, mean_w]);
  return {
    ...minute,
    ...(recovered && { recovered: correctBlock(recovered, rewiring) }),
    power: correctPowers({ power, meansW: Object.fromEntries(means), rewiring }),
    energy: {
      ...correctEnergies({ energy, channels, seconds: MINUTE_S, rewiring }),
      by: energy.by,
    },
  };
}

function correctBlock(block: RecoveredBlock, rewiring: Rewiring): RecoveredBlock {
  const none = { solar_kwh: null, home_kwh: null, import_kwh: null, export_kwh: null };
  const seconds = (Date.parse(block.to) - Date.parse(block.from)) / 1000;
  const { channels } = block;
  const energy = correctSome({ energy: { ...none, ...block.energy }, channels, seconds, rewiring });
  return { ...block, energy };
}

/**
 * A quarter hour that was measured under `was`, seen under `now`: `as` says so, and `estimated` that
 * 15-minute sums had to do. The very same object where nothing that can be applied differs.
 */
export function correctQuarter(
  quarter: QuarterRecord,
  was: RecordedConfig,
  now: RecordedConfig,
): QuarterRecord {
  const rewiring = rewiringOf(was, now);
  if (rewiring.applies.length === 0) return quarter;
  const { channels, energy, power, peaks } = quarter;
  const seconds = knownSeconds(quarter);
  return {
    ...quarter,
    as: hashOnce(now),
    estimated: true,
    power: correctPowers({ power, meansW: meansOf(channels, seconds), rewiring }),
    peaks: correctPeaks(peaks, rewiring),
    energy: { ...correctEnergies({ energy, channels, seconds, rewiring }), by: energy.by },
  };
}

const hashes = new WeakMap<RecordedConfig, string>();

/** A year has 35,000 quarters, and all of them see the same configuration. */
function hashOnce(config: RecordedConfig): string {
  const known = hashes.get(config) ?? hashOf(config);
  hashes.set(config, known);
  return known;
}

/** A quarter keeps no channel's power: the mean of what passed in the time that is known, W. */
function meansOf(channels: ChannelEnergies, seconds: number): Record<string, number | null> {
  const entries = Object.entries(channels).map(([id, { import_kwh, export_kwh }]) => {
    const known = seconds > 0 && (import_kwh !== null || export_kwh !== null);
    const kwh = (import_kwh ?? 0) - (export_kwh ?? 0);
    return [id, known ? (kwh * 3_600_000) / seconds : null];
  });
  return Object.fromEntries(entries);
}
