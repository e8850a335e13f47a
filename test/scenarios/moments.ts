/**
 * Moments of a scenario as people name them: `10 min` (after its start), `18:00`, `2026-06-22 09:00`,
 * `sunset + 11 min`, `unplugged + 90 s` (an event), `10 edges` (of clouds). Knows how they are written
 * and what they come to; who asks knows the scenario.
 */
import { z } from 'zod';
import { createOffset } from '../../nodes/simulator/local-time.ts';
import { type Place, sunPosition } from '../../nodes/site/sun.ts';
import { parseDuration, parseLocalTime } from './quantities.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What the sun does: the next time after a moment. */
const SUN = {
  sunrise: (height: number) => height > 0,
  sunset: (height: number) => height < 0,
  /** As the doctor counts it. */
  daylight: (height: number) => height > 10,
  dark: (height: number) => height < -6,
} as const;
type SunName = keyof typeof SUN;

export type Base =
  | { kind: 'start' }
  | { kind: 'local'; localMs: number }
  | { kind: 'clock'; ofDayMs: number; day: number | null }
  | { kind: 'sun'; what: SunName; day: number | null }
  | { kind: 'noon'; day: number | null }
  | { kind: 'edges'; count: number; days: number | null }
  | { kind: 'event'; id: string };

export interface Moment {
  base: Base;
  plusMs: number;
}

/** Everything a moment can be counted from. Ms since the scenario's start. */
export interface Course {
  startMs: number;
  timezone: string;
  place: Place;
  /** When each event with an id happens. */
  events: ReadonlyMap<string, number>;
  /** When each cloud edge had passed. */
  edges: readonly number[];
}

/** @returns null where it is none */
export function parseMoment(written: unknown): Moment | null {
  const sinceStart = parseDuration(written);
  if (sinceStart !== null) return { base: { kind: 'start' }, plusMs: sinceStart };
  if (typeof written !== 'string') return null;
  const [, head = '', plus] = /^(.*?)(?:\s*\+\s*(.+))?$/.exec(written.trim()) ?? [];
  const plusMs = plus === undefined ? 0 : parseDuration(plus);
  const base = parseBase(head.trim());
  return base === null || plusMs === null ? null : { base, plusMs };
}

export const moment = z.unknown().transform((written, context) => {
  const found = parseMoment(written);
  if (found !== null) return found;
  const message =
    'expected a moment: 10 min, 18:00, 2026-06-22 09:00, sunset + 11 min, day 2 noon, ' +
    '10 edges, or the id of an event';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

function parseBase(text: string): Base | null {
  if (text === 'start') return { kind: 'start' };
  const localMs = parseLocalTime(text);
  if (localMs !== null) return { kind: 'local', localMs };
  const [, count, onDays] = /^(\d+) edges(?: on (\d+) days)?$/.exec(text) ?? [];
  if (count !== undefined) {
    return {
      kind: 'edges',
      count: Number(count),
      days: onDays === undefined ? null : Number(onDays),
    };
  }
  const [, dayText, rest = text] = /^day (\d+) (.+)$/.exec(text) ?? [];
  const day = dayText === undefined ? null : Number(dayText);
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(rest) ?? [];
  if (hour !== undefined) {
    return { kind: 'clock', ofDayMs: (Number(hour) * 60 + Number(minute)) * MINUTE_MS, day };
  }
  if (rest === 'noon') return { kind: 'noon', day };
  if (rest in SUN) return { kind: 'sun', what: rest as SunName, day };
  return /^[a-z][\w-]*$/i.test(text) ? { kind: 'event', id: text } : null;
}

/**
 * When a moment is, ms since the start; null where it never comes. What repeats (the sun, a time of
 * day, edges) is looked for from `fromMs` on; `day 2` counts the days of the scenario from 1.
 */
export function resolve({ base, plusMs }: Moment, course: Course, fromMs: number): number | null {
  const at = resolveBase(base, course, fromMs);
  return at === null ? null : at + plusMs;
}

function resolveBase(base: Base, course: Course, fromMs: number): number | null {
  const { startMs, timezone } = course;
  switch (base.kind) {
    case 'start':
      return 0;
    case 'event':
      return course.events.get(base.id) ?? null;
    case 'local':
      return utcOf(base.localMs, timezone) - startMs;
    case 'clock':
      return clockFrom(base.ofDayMs, base.day, course, fromMs);
    case 'edges':
      return edgesFrom(base, course, fromMs);
    case 'noon':
      return highestFrom(course, searchFrom(base.day, course, fromMs));
    case 'sun':
      return sunFrom(base.what, course, searchFrom(base.day, course, fromMs));
  }
}

/** The n-th edge from there on, on at least so many days. */
function edgesFrom(
  { count, days }: Extract<Base, { kind: 'edges' }>,
  { edges, startMs, timezone }: Course,
  fromMs: number,
): number | null {
  const seen = new Set<number>();
  let passed = 0;
  const offsetMs = createOffset(timezone)(startMs);
  for (const at of edges) {
    if (at < fromMs) continue;
    passed++;
    seen.add(Math.floor((startMs + at + offsetMs) / DAY_MS));
    if (passed >= count && seen.size >= (days ?? 1)) return at;
  }
  return null;
}

/** From when on to look: the beginning of that day, or `fromMs`. */
function searchFrom(day: number | null, { startMs, timezone }: Course, fromMs: number): number {
  if (day === null) return fromMs;
  const localMs = startMs + createOffset(timezone)(startMs);
  const midnight = Math.floor(localMs / DAY_MS) * DAY_MS + (day - 1) * DAY_MS;
  return Math.max(0, utcOf(midnight, timezone) - startMs);
}

function clockFrom(ofDayMs: number, day: number | null, course: Course, fromMs: number): number {
  const { startMs, timezone } = course;
  const from = searchFrom(day, course, fromMs);
  const localMs = startMs + from + createOffset(timezone)(startMs + from);
  const today = Math.floor(localMs / DAY_MS) * DAY_MS + ofDayMs;
  return utcOf(today < localMs ? today + DAY_MS : today, timezone) - startMs;
}

function sunFrom(what: SunName, { startMs, place }: Course, fromMs: number): number | null {
  const holds = (ms: number) => SUN[what](sunPosition(startMs + ms, place).elevationDeg);
  // What is so already comes about once more.
  let was = holds(fromMs);
  for (let ms = fromMs; ms < fromMs + 2 * DAY_MS; ms += MINUTE_MS) {
    const is = holds(ms);
    if (is && !was) return ms;
    was = is;
  }
  return null;
}

function highestFrom({ startMs, place }: Course, fromMs: number): number {
  const height = (ms: number) => sunPosition(startMs + ms, place).elevationDeg;
  let ms = fromMs;
  while (height(ms + MINUTE_MS) <= height(ms)) ms += MINUTE_MS;
  while (height(ms + MINUTE_MS) > height(ms)) ms += MINUTE_MS;
  return ms;
}

/** The instant at which the wall clock of a zone shows these numbers. */
export function utcOf(localMs: number, timezone: string): number {
  const offset = createOffset(timezone);
  const guess = localMs - offset(localMs);
  return localMs - offset(guess);
}
