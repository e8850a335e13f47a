/**
 * Decides when the disk will be full: by how its free space and free files have gone down over days.
 * Two paces have to agree, and the slower one counts: the median of all slopes between two samples
 * (Theil and Sen), which what comes and goes again does not move, and the median of those between
 * samples a day apart, which what came at once and stayed, such as an upgrade, does not move.
 */

/** What was left of the disk at one time. */
export interface DiskSample {
  at: string;
  free_mb: number;
  /** Null where the file system has no limit. */
  free_files: number | null;
}

export interface DiskFull {
  /** What runs out first. */
  of: 'space' | 'files';
  days_left: number;
}

const DAY_MS = 86_400_000;
const FEWEST_SAMPLES = 8;
const SHORTEST_DAYS = 3;
/** A sample may come late: the machine was off. */
const ABOUT_A_DAY = [0.9, 1.6] as const;
/** Beyond that a pace of days says nothing. */
const LONGEST_DAYS = 3_650;

/** @returns null while that is not known, or not in sight */
export function forecast(samples: readonly DiskSample[]): DiskFull | null {
  const found = [
    { of: 'space' as const, days: daysLeft(samples.map((each) => point(each.at, each.free_mb))) },
    {
      of: 'files' as const,
      days: daysLeft(
        samples.flatMap(({ at, free_files: free }) => (free === null ? [] : point(at, free))),
      ),
    },
  ];
  const first = found.reduce((soonest, each) => (each.days < soonest.days ? each : soonest));
  return first.days > LONGEST_DAYS ? null : { of: first.of, days_left: Math.floor(first.days) };
}

interface Point {
  day: number;
  free: number;
}

function point(at: string, free: number): Point {
  return { day: Date.parse(at) / DAY_MS, free };
}

/** Infinite where it does not go down. */
function daysLeft(points: readonly Point[]): number {
  const [first, last] = [points[0], points.at(-1)];
  const spanDays = first && last ? last.day - first.day : 0;
  if (last === undefined || points.length < FEWEST_SAMPLES || spanDays < SHORTEST_DAYS) {
    return Number.POSITIVE_INFINITY;
  }
  const [from, to] = ABOUT_A_DAY;
  const slopes = slopesOf(points);
  const daily = slopes.filter(({ days }) => days >= from && days <= to);
  const perDay = Math.max(median(slopes), daily.length > 0 ? median(daily) : -Infinity);
  return perDay < 0 ? last.free / -perDay : Number.POSITIVE_INFINITY;
}

interface Slope {
  days: number;
  perDay: number;
}

function slopesOf(points: readonly Point[]): Slope[] {
  return points.flatMap((from, index) =>
    points.slice(index + 1).flatMap((to) => {
      const days = to.day - from.day;
      return days > 0 ? [{ days, perDay: (to.free - from.free) / days }] : [];
    }),
  );
}

function median(slopes: readonly Slope[]): number {
  const sorted = slopes.map(({ perDay }) => perDay).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
