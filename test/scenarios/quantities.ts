/** Quantities as people write them in a table: `90 s`, `1 h 30 min`, `2 %`, `2026-06-21 12:00`. */
import { z } from 'zod';

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  seconds: 1_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
};

const PART = /(\d+(?:\.\d+)?)\s*([a-z]+)/g;
const DURATION = /^(-\s*)?(\d+(?:\.\d+)?\s*[a-z]+\s*)+$/;

/** `90 s`, `6 min`, `1 h 30 min`, `2 d`, or a number of seconds, in ms; null for anything else. */
export function parseDuration(written: unknown): number | null {
  if (typeof written === 'number') return Number.isFinite(written) ? written * 1_000 : null;
  if (typeof written !== 'string') return null;
  const text = written.trim().toLowerCase();
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (!DURATION.test(text)) return null;
  let totalMs = 0;
  for (const [, count, unit = ''] of text.matchAll(PART)) {
    const unitMs = UNITS_MS[unit];
    if (unitMs === undefined) return null;
    totalMs += Number(count) * unitMs;
  }
  return text.startsWith('-') ? -totalMs : totalMs;
}

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$/;

/** A wall clock without its zone, as ms of the same numbers in UTC; null for anything else. */
export function parseLocalTime(written: unknown): number | null {
  const [, year, month, day, hour, minute, second = '0'] =
    (typeof written === 'string' && LOCAL.exec(written.trim())) || [];
  if (year === undefined) return null;
  const numbers = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0] = numbers;
  const ms = Date.UTC(y, mo - 1, d, h, mi, s);
  return new Date(ms).getUTCDate() === d && h < 24 && mi < 60 && s < 60 ? ms : null;
}

/** How long, ms. */
export const duration = quantity(
  parseDuration,
  'a duration: 90 s, 6 min, 1 h 30 min, 2 d, or seconds',
);
/** The wall clock of the site, as ms of the same numbers in UTC. */
export const localTime = quantity(parseLocalTime, 'a local time: 2026-06-21 12:00');

function quantity(parse: (written: unknown) => number | null, expected: string) {
  return z.unknown().transform((written, context) => {
    const value = parse(written);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: `expected ${expected}` });
    return z.NEVER;
  });
}
