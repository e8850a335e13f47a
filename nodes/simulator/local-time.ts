/** A household lives by its own clock: turns instants into local days and times of day, DST and all. */

const SLOT_MS = 900_000;
const DAY_MS = 86_400_000;

export interface LocalTime {
  /** Days since 1970-01-01 by the local calendar. */
  day: number;
  /** Time on the wall clock, hours since its midnight, 0 to 24. */
  hour: number;
}

/**
 * Wall-clock times of one IANA zone. Offsets change only at quarters of an hour (every zone since
 * 1972), so one look into the zone rules serves a quarter of an hour.
 */
export function createLocalTime(timeZone: string): (ms: number) => LocalTime {
  const offsetOf = createOffset(timeZone);
  let slot = Number.NaN;
  let offsetMs = 0;
  return (ms) => {
    const now = Math.floor(ms / SLOT_MS);
    if (now !== slot) {
      slot = now;
      offsetMs = offsetOf(now * SLOT_MS);
    }
    const local = ms + offsetMs;
    const day = Math.floor(local / DAY_MS);
    return { day, hour: (local - day * DAY_MS) / 3_600_000 };
  };
}

/** Minutes of offset are enough; `createOffset(zone)(ms)` is local minus UTC in ms. */
export function createOffset(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map((part) => [part.type, Number(part.value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const local = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
    );
    return local - Math.floor(ms / 60_000) * 60_000;
  };
}
