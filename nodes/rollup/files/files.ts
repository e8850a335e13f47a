/** Where the records above the minute lie, and what a line must have to be taken for one of them. */
import { join } from 'node:path';
import { isoTime } from '../../site/clock.ts';
import type { SitePaths } from '../../site/config.ts';
import type { DayRecord, MonthRecord, QuarterRecord } from '../records.ts';

export const QUARTER_MS = 15 * 60_000;

/** The records of a site, and the data folder that keeps the configurations they were made with. */
export type RecordFolders = Pick<SitePaths, 'records' | 'data'>;

/** `<records>/quarter` */
export function quarterFolder(records: string): string {
  return join(records, 'quarter');
}

/** `<records>/quarter/2026-11.jsonl` */
export function quarterFile(records: string, utcMonth: string): string {
  return join(quarterFolder(records), `${utcMonth}.jsonl`);
}

/** `<records>/day` */
export function dayFolder(records: string): string {
  return join(records, 'day');
}

/** `<records>/day/2026.jsonl` */
export function dayFile(records: string, year: string): string {
  return join(dayFolder(records), `${year}.jsonl`);
}

/** `<records>/month.jsonl` */
export function monthFile(records: string): string {
  return join(records, 'month.jsonl');
}

/** A value as a line of 15 minutes where it has the shape of one, else null. */
export function asQuarter(value: unknown): QuarterRecord | null {
  const { v, ts, config, as, power, events, ...rest } = fields(value);
  const known = v === 1 && typeof ts === 'string' && isQuarterStart(ts);
  const named = typeof config === 'string' && (as === undefined || typeof as === 'string');
  const whole = isObject(power) && isObject(rest.channels) && hasSums(rest) && isList(events);
  return known && named && whole ? (value as QuarterRecord) : null;
}

/** A value as a day where it has the shape of one, else null. */
export function asDay(value: unknown): DayRecord | null {
  const {
    v,
    date,
    tariff,
    money,
    bill,
    events,
    unbalanced = {},
    discrepancy = {},
    ...rest
  } = fields(value);
  const known = v === 1 && typeof date === 'string' && /^\d{4}-\d\d-\d\d$/.test(date);
  const priced = [tariff, money, bill].every((part) => part === null || isObject(part));
  const whole = isList(events) && isObject(unbalanced) && isObject(discrepancy);
  const summed = whole && hasBounds(rest) && hasSums(rest);
  return known && priced && summed ? (value as DayRecord) : null;
}

/** A value as a month where it has the shape of one, else null. */
export function asMonth(value: unknown): MonthRecord | null {
  const { v, month, days, tariffs, money, events, unbalanced = {}, ...rest } = fields(value);
  const known = v === 1 && typeof month === 'string' && /^\d{4}-\d\d$/.test(month);
  const priced = Array.isArray(tariffs) && (money === null || isObject(money));
  const whole = Number.isInteger(days) && isList(events) && isObject(unbalanced);
  const summed = whole && hasBounds(rest) && hasSums(rest);
  return known && priced && summed ? (value as MonthRecord) : null;
}

function fields(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Or left out. */
function isList(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isObject));
}

function hasSums({ covered_s, energy, peaks }: Record<string, unknown>): boolean {
  return typeof covered_s === 'number' && isObject(energy) && isObject(peaks);
}

function hasBounds({ timezone, start, end }: Record<string, unknown>): boolean {
  return typeof timezone === 'string' && isTime(start) && isTime(end);
}

/** Exactly the form in which times are written: others would sort and compare wrongly. */
function isTime(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && isoTime(ms) === text;
}

function isQuarterStart(ts: string): boolean {
  return isTime(ts) && Date.parse(ts) % QUARTER_MS === 0;
}
