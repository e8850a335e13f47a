/** When something of a home script holds, by the wall clock of the site. Knows no instants and no zones. */
import type { Load, Span } from './home-script.ts';

const DAY_S = 86_400;

/** A moment of a script: its day, 0 being the first, and the seconds on the wall clock. */
export interface Moment {
  day: number;
  second: number;
}

/** A time of day that comes again. */
export interface Timing {
  fromS: number;
  /** At or before `fromS` it ends on the next day. */
  toS: number;
  days: ReadonlySet<number> | null;
  /** Within it: on for `onS` of every so many seconds; 0 for all the time. */
  everyS: number;
  onS: number;
}

export function timingOf({ from, to, days }: Span): Timing {
  const fromS = secondsOf(from);
  return { fromS, toS: secondsOf(to), days: days ? new Set(days) : null, everyS: 0, onS: 0 };
}

/** The times of a load: each of its starts, or its span with what repeats in it. */
export function timingsOf(load: Load): Timing[] {
  const days = load.days ? new Set(load.days) : null;
  if (load.at) return startsOf(load.at, load.minutes, days);
  const { every_minutes: every = 0, on_minutes: on = every / 2 } = load;
  return [{ ...timingOf(load), everyS: 60 * every, onS: 60 * on }];
}

/** Runs of so many minutes, one from each of the times. */
export function startsOf(
  times: readonly string[],
  minutes: number,
  days: ReadonlySet<number> | null = null,
): Timing[] {
  return times.map((time) => {
    const fromS = secondsOf(time);
    return { fromS, toS: (fromS + 60 * minutes) % DAY_S, days, everyS: 0, onS: 0 };
  });
}

export function holds({ fromS, toS, days, everyS, onS }: Timing, { day, second }: Moment): boolean {
  let begun = day;
  let intoS = second - fromS;
  if (fromS < toS) {
    if (intoS < 0 || second >= toS) return false;
  } else if (intoS < 0) {
    if (second >= toS) return false;
    begun = day - 1;
    intoS += DAY_S;
  }
  if (days !== null && !days.has(begun)) return false;
  return everyS === 0 || intoS % everyS < onS;
}

export function anyHolds(timings: readonly Timing[], moment: Moment): boolean {
  for (const timing of timings) if (holds(timing, moment)) return true;
  return false;
}

/** A local date as days since 1970-01-01. */
export function dayOf(date: string): number {
  return Date.parse(date) / (1000 * DAY_S);
}

function secondsOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return hours * 3_600 + minutes * 60 + seconds;
}
