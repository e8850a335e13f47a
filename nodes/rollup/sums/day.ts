/** Makes a day of the site of its quarters; what it cost is decided elsewhere. */
import { isoTime } from '../../site/clock.ts';
import type { Bounds } from '../calendar.ts';
import type { DayRecord, QuarterRecord } from '../records.ts';
import { discrepancyOf } from './discrepancy.ts';
import { sumRecords } from './period.ts';
import { isUnbalanced } from './unbalanced.ts';

/** A day before it is priced. */
export type UnpricedDay = Omit<DayRecord, 'tariff' | 'money' | 'bill'>;

export interface DayParts extends Bounds {
  /** Local date. */
  date: string;
  /** IANA zone. */
  zone: string;
  /** Those that begin within the bounds, one each, as `mergeQuarters` makes them; in any order. */
  quarters: readonly QuarterRecord[];
}

/** Without a quarter, the day has null for its energies. */
export function makeDay({ date, zone, startMs, endMs, quarters }: DayParts): UnpricedDay {
  const parts = quarters.map((quarter) =>
    isUnbalanced(quarter) ? { ...quarter, unbalanced: quarter.energy } : quarter,
  );
  return {
    v: 1,
    date,
    timezone: zone,
    start: isoTime(startMs),
    end: isoTime(endMs),
    ...sumRecords(parts),
    ...discrepancyOf(quarters),
  };
}
