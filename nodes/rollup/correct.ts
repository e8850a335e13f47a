/** A record as the right configuration would have made it, from what was measured under a wrong one. */
import type { MinuteRecord } from '../journal/minute.ts';
import type { RecordedConfig } from '../site/hash.ts';
import type { QuarterRecord } from './records.ts';

/** What differs between two configurations, for a person to read. */
export interface WiringDifference {
  /** `<meter>/<channel>`, or `site`. */
  subject: string;
  /** `invert`, `factor`, `role`, `solar_position`; else what cannot be applied to the past. */
  what: string;
  was: string;
  now: string;
}

export interface Correctable {
  applies: WiringDifference[];
  /** These differ too, but no calculation can undo them. */
  doesNot: WiringDifference[];
}

/** What of the way from one configuration to another can be applied to records. */
export function whatCanBeCorrected(_was: RecordedConfig, _now: RecordedConfig): Correctable {
  return { applies: [], doesNot: [] };
}

/**
 * A minute that was measured under `was`, seen under `now`. `config` and `channels` stay as measured,
 * all else follows `now`. The very same object where nothing that can be applied differs.
 */
export function correctMinute(
  minute: MinuteRecord,
  _was: RecordedConfig,
  _now: RecordedConfig,
): MinuteRecord {
  return minute;
}

/**
 * A quarter hour that was measured under `was`, seen under `now`: `as` says so, and `estimated` that
 * 15-minute sums had to do. The very same object where nothing that can be applied differs.
 */
export function correctQuarter(
  quarter: QuarterRecord,
  _was: RecordedConfig,
  _now: RecordedConfig,
): QuarterRecord {
  return quarter;
}
