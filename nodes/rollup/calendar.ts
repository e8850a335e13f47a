/**
 * The one place where instants become calendar days of the site: days of 23, 24 or 25 hours, that
 * start at 01:00, or that a zone left out. It knows dates and offsets, nothing of energy.
 */
import { isoTime } from '../site/clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** No place on Earth is further from UTC. */
const MAX_OFFSET_MS = 15 * HOUR_MS;

/** Wall-clock time at an instant. */
export interface LocalTime {
  /** `2026-11-23` */
  date: string;
  /** Minutes on the wall clock since midnight, 0 to 1439. */
  minuteOfDay: number;
  /** 0 is Monday. */
  weekday: number;
  /** 1 to 12. */
  month: number;
}

/** A stretch of time, half-open, ms. */
export interface Bounds {
  startMs: number;
  endMs: number;
}

/** A stretch without a change of the zone's offset; local time is `ms + offsetMs`. */
interface Span extends Bounds {
  offsetMs: number;
}

/** The local date at an instant. */
export function dateAt(ms: number, zone: string): string {
  return dateOfDay(Math.floor((ms + offsetAt(ms, zone)) / DAY_MS));
}

/**
 * From the first instant whose local date is `date` to the first of the next. A date that the zone
 * left out (Samoa, 2011-12-30) is empty: it starts and ends where the next one starts.
 */
export function dayBounds(date: string, zone: string): Bounds {
  return { startMs: startOf(date, zone), endMs: startOf(addDays(date, 1), zone) };
}

export function addDays(date: string, days: number): string {
  return dateOfDay(dayOfDate(date) + days);
}

/** Each date from the first to the last; none when the last comes before the first. */
export function daysBetween(first: string, last: string): string[] {
  const start = dayOfDate(first);
  const length = Math.max(0, dayOfDate(last) - start + 1);
  return Array.from({ length }, (_, index) => dateOfDay(start + index));
}

/** The month of a date: `2026-11`. */
export function monthOf(date: string): string {
  return date.slice(0, 7);
}

/** The bounds of `2026-11`: those of its first to those of its last date. */
export function monthBounds(month: string, zone: string): Bounds {
  const first = `${month}-01`;
  // 31 days on from the first is always in the next month.
  const next = `${monthOf(addDays(first, 31))}-01`;
  return { startMs: startOf(first, zone), endMs: startOf(next, zone) };
}

/** The instants of a date at which an hour row begins: local minutes are 00, or the day begins. */
export function hourStarts(date: string, zone: string): number[] {
  const { startMs, endMs } = dayBounds(date, zone);
  const starts = startMs < endMs ? [startMs] : [];
  for (const span of spansBetween(startMs, endMs, zone)) {
    const local = Math.ceil((span.startMs + span.offsetMs) / HOUR_MS) * HOUR_MS;
    for (let ms = local - span.offsetMs; ms < span.endMs; ms += HOUR_MS) {
      if (ms > startMs) starts.push(ms);
    }
  }
  return starts;
}

/** What the clock on the wall and the calendar beside it say. */
export function localAt(ms: number, zone: string): LocalTime {
  const local = ms + offsetAt(ms, zone);
  const day = Math.floor(local / DAY_MS);
  const date = dateOfDay(day);
  return {
    date,
    minuteOfDay: Math.floor((local - day * DAY_MS) / MINUTE_MS),
    // 1970-01-01 was a Thursday.
    weekday: (((day + 3) % 7) + 7) % 7,
    month: Number(date.slice(5, 7)),
  };
}

/** Local time to the second with its offset: `2026-11-01T01:00:00-05:00`. Never twice the same. */
export function withOffset(ms: number, zone: string): string {
  const offsetMs = offsetAt(ms, zone);
  const minutes = Math.abs(offsetMs) / MINUTE_MS;
  const two = (value: number) => String(value).padStart(2, '0');
  const offset = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${isoTime(ms + offsetMs).slice(0, 19)}${offsetMs < 0 ? '-' : '+'}${offset}`;
}

/**
 * An instant (ISO 8601 with `Z` or an offset), or the start of a local date, in ms. Null for all
 * else: a local time without an offset names two instants in autumn and none in spring.
 */
export function parseInstant(text: string, zone: string): number | null {
  const [, date = '', time] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(text) ?? [];
  if (!isDate(date)) return null;
  if (time === undefined) return startOf(date, zone);
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** Whether the calendar has such a date: not `2026-02-30`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && isoTime(ms).startsWith(text);
}

/** The first instant whose local date is `date` or later. */
function startOf(date: string, zone: string): number {
  const midnightMs = dayOfDate(date) * DAY_MS;
  const searched = [midnightMs - MAX_OFFSET_MS, midnightMs + MAX_OFFSET_MS] as const;
  for (const { startMs, endMs, offsetMs } of spansBetween(...searched, zone)) {
    const ms = Math.max(startMs, midnightMs - offsetMs);
    if (ms < endMs) return ms;
  }
  throw new RangeError(`${zone} has no ${date}`);
}

function dayOfDate(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

let lastDay = { day: 0, date: '1970-01-01' };

/** Days since 1970-01-01 as a date; the last answer is kept, as most questions follow each other. */
function dateOfDay(day: number): string {
  if (day !== lastDay.day) lastDay = { day, date: isoTime(day * DAY_MS).slice(0, 10) };
  return lastDay.date;
}

/** Local minus UTC, ms. */
function offsetAt(ms: number, zone: string): number {
  const spans = rulesOf(zone).spansOfDay(Math.floor(ms / DAY_MS));
  const span = spans.length === 1 ? spans[0] : spans.find(({ endMs }) => ms < endMs);
  return span?.offsetMs ?? 0;
}

function* spansBetween(startMs: number, endMs: number, zone: string): Generator<Span> {
  const rules = rulesOf(zone);
  for (let day = Math.floor(startMs / DAY_MS); day * DAY_MS < endMs; day += 1) {
    for (const span of rules.spansOfDay(day)) {
      const part = {
        startMs: Math.max(startMs, span.startMs),
        endMs: Math.min(endMs, span.endMs),
        offsetMs: span.offsetMs,
      };
      if (part.startMs < part.endMs) yield part;
    }
  }
}

const zones = new Map<string, ZoneRules>();

function rulesOf(zone: string): ZoneRules {
  const known = zones.get(zone) ?? new ZoneRules(zone);
  zones.set(zone, known);
  return known;
}

/**
 * The offsets of a zone by UTC day. To ask `Intl` costs microseconds, so each day is asked about
 * once: equal at both ends, it had no change.
 */
class ZoneRules {
  #format: Intl.DateTimeFormat;
  #days = new Map<number, Span[]>();

  /** @throws RangeError for a zone that does not exist */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  }

  /** The UTC day in stretches of one offset; nearly always one. */
  spansOfDay(day: number): readonly Span[] {
    const known = this.#days.get(day);
    if (known) return known;
    const spans: Span[] = [];
    this.#split(spans, day * DAY_MS, (day + 1) * DAY_MS);
    this.#days.set(day, spans);
    return spans;
  }

  /** Halves a stretch until its ends agree or it is a minute; changes are on whole minutes. */
  #split(spans: Span[], startMs: number, endMs: number): void {
    const offsetMs = this.#ask(startMs);
    const last = spans.at(-1);
    if (endMs - startMs > MINUTE_MS && this.#ask(endMs - MINUTE_MS) !== offsetMs) {
      const middleMs = startMs + Math.floor((endMs - startMs) / 2 / MINUTE_MS) * MINUTE_MS;
      this.#split(spans, startMs, middleMs);
      this.#split(spans, middleMs, endMs);
    } else if (last?.offsetMs === offsetMs) last.endMs = endMs;
    else spans.push({ startMs, endMs, offsetMs });
  }

  #ask(ms: number): number {
    const parts = new Map(
      this.#format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]),
    );
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const localMs = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
    );
    return localMs - ms;
  }
}
