/** Moments as a person types them, and as one reads them: in the site's time zone, in the language spoken. */
import { dayBounds, isDate } from '../nodes/rollup/calendar.ts';
import { spokenLanguage } from '../nodes/site/words.ts';

const UNITS_MS: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

export interface Here {
  zone: string;
  nowMs: number;
}

/** `2h` ago, the beginning of a date of the site, or an ISO 8601 time; null for what is none. */
export function parseSince(text: string, { zone, nowMs }: Here): number | null {
  const spanMs = parseSpan(text);
  if (spanMs !== null) return nowMs - spanMs;
  return isDate(text) ? dayBounds(text, zone).startMs : parseIso(text);
}

/** In `7d`, the end of a date of the site, or an ISO 8601 time; null for what is none. */
export function parseUntil(text: string, { zone, nowMs }: Here): number | null {
  const spanMs = parseSpan(text);
  if (spanMs !== null) return nowMs + spanMs;
  return isDate(text) ? dayBounds(text, zone).endMs : parseIso(text);
}

/** `11/23/26, 8:08:14 PM`, `23.11.26, 20:08:14`; what is no time as it is. */
export function formatMoment(time: string, zone: string): string {
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) return time;
  return formatIn(zone).format(ms);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(timeZone: string): Intl.DateTimeFormat {
  const key = `${spokenLanguage()} ${timeZone}`;
  const styles = { dateStyle: 'short', timeStyle: 'medium', timeZone } as const;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(spokenLanguage(), styles);
  formats.set(key, format);
  return format;
}

function parseSpan(text: string): number | null {
  const [, count, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  return count === undefined ? null : Number(count) * (UNITS_MS[unit] ?? 0);
}

function parseIso(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
