/** The largest 1-minute means: only of minutes that were measured from end to end. */
import type { MinuteRecord } from '../../journal/minute.ts';
import type { Peak, Peaks } from '../records.ts';

/** Of 60; seconds are rounded, and a minute may lose the part of one. */
const ALL_GOOD_S = 59;

const KEYS = ['solar', 'home', 'import', 'export'] as const;

/** None of a minute that was not all good, or that the clock lived through twice. */
export function peaksOf(minute: MinuteRecord): Peaks {
  const { ts, power, covered_s, held_s, estimated_s, clock_step } = minute;
  if (covered_s < ALL_GOOD_S || held_s || estimated_s || clock_step) return {};
  const peak = (watts: number): Peak => [Math.round(watts) + 0, ts];
  const gridW = power.grid?.[0];
  return {
    ...(power.solar && { solar: peak(power.solar[0]) }),
    ...(power.home && { home: peak(power.home[0]) }),
    ...(gridW !== undefined && {
      import: peak(Math.max(0, gridW)),
      export: peak(Math.max(0, -gridW)),
    }),
  };
}

/** Key by key the larger; of two alike the earlier. */
export function largerPeaks(a: Peaks, b: Peaks): Peaks {
  const larger: Peaks = {};
  for (const key of KEYS) {
    const peak = largerPeak(a[key], b[key]);
    if (peak) larger[key] = peak;
  }
  return larger;
}

function largerPeak(a: Peak | undefined, b: Peak | undefined): Peak | undefined {
  if (!a || !b) return a ?? b;
  if (a[0] !== b[0]) return a[0] > b[0] ? a : b;
  return a[1] <= b[1] ? a : b;
}
