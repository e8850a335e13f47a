/** The lines of 15 minutes that minutes give: as they were measured, and as they are to be seen. */
import type { MinuteRecord } from '../../journal/minute.ts';
import type { Stretch } from '../../journal/minutes.ts';
import type { PastView } from '../correct/past-view.ts';
import type { QuarterRecord } from '../records.ts';
import { makeQuarters, Quarters } from '../sums/quarter.ts';

/**
 * The lines that begin within a stretch, in the order of the file.
 * @param minutes  all that say something of the stretch: those in it, and later ones with energy that
 *   was recovered for it; one a minute, as `mergeMinutes` makes them
 */
export function deriveQuarters(
  minutes: readonly MinuteRecord[],
  within: Stretch,
  view: PastView,
): QuarterRecord[] {
  const measured = makeQuarters(minutes, within);
  const seen = new Map<string, QuarterRecord[]>();
  for (const line of measured) {
    const under = view.under(Date.parse(line.ts), line.config);
    if (under === line.config) continue;
    const pair = `${line.config} ${under}`;
    const made =
      seen.get(pair) ?? correctedQuarters(minutes, { within, config: line.config, under, view });
    seen.set(pair, made);
  }
  const corrected = [...seen.values()]
    .flat()
    .filter(({ ts, config, as }) => view.under(Date.parse(ts), config) === as);
  return [...measured, ...corrected].sort((a, b) => (quarterKey(a) < quarterKey(b) ? -1 : 1));
}

/** What tells one line of 15 minutes from another, and their order on the disk. */
export function quarterKey({ ts, config, as }: QuarterRecord): string {
  return `${ts} ${config} ${as ?? ''}`;
}

interface Correcting {
  within: Stretch;
  /** Under which the minutes were measured, and are to be seen. */
  config: string;
  under: string;
  view: PastView;
}

/** None where the two configurations see the same. */
function correctedQuarters(
  minutes: readonly MinuteRecord[],
  { within, config, under, view }: Correcting,
): QuarterRecord[] {
  const own = minutes.filter((minute) => minute.config === config);
  const corrected = own.map((minute) => view.minute(minute, under));
  if (corrected.every((minute, index) => minute === own[index])) return [];
  const quarters = new Quarters(within);
  for (const minute of corrected) quarters.take(minute, under);
  return quarters.records();
}
