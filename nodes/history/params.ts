/**
 * The parameters of the routes about the past: what they are called, what they mean, and how they
 * become a question. A mistake is answered with its name and with the nearest right one.
 */
import { addDays, dateAt, isDate, parseInstant, withOffset } from '../rollup/calendar.ts';
import { SolthriveError } from '../site/errors.ts';
import { nearest } from '../site/nearest.ts';
import { loadWords } from '../site/words.ts';
import { fieldNamed, fieldNames, LENGTH_MS, RESOLUTIONS, type Resolution } from './fields.ts';
import type { HistoryQuestion, SummaryQuestion } from './question.ts';

const DAY_MS = 86_400_000;
const MOST_YEARS = 50;
/** Of one answer of records: 30 days of minutes are 43,200. */
export const MOST_RECORDS = 50_000;
/** Of one answer of day summaries. */
export const MOST_DAYS = 400;

const words = loadWords(import.meta.url, 'question');

export interface Param {
  name: string;
  description: string;
  /** JSON Schema of its text. */
  schema: { type: 'string'; enum?: readonly string[]; format?: string; examples?: string[] };
}

export const HISTORY_PARAMS = [
  {
    name: 'from',
    description:
      'Records that begin at or after: an instant with its offset, or a date of the site. Left out, 24 hours before `to`.',
    schema: { type: 'string', examples: ['2026-11-23', '2026-11-23T10:00:00Z'] },
  },
  {
    name: 'to',
    description: 'Records that begin before. Left out, now.',
    schema: { type: 'string', examples: ['2026-11-24', '2026-11-23T11:00:00-06:00'] },
  },
  {
    name: 'resolution',
    description:
      'How long a record is. `auto`, the default, is the finest of which something is kept in the range and which gives at most 1,500 records.',
    schema: { type: 'string', enum: [...RESOLUTIONS, 'auto'] },
  },
  {
    name: 'fields',
    description: 'Names of fields with commas between them, in the order they are wanted.',
    schema: { type: 'string', examples: ['solar_kwh,home_kwh'] },
  },
  {
    name: 'format',
    description: 'JSON, or CSV as in RFC 4180.',
    schema: { type: 'string', enum: ['json', 'csv'] },
  },
] as const satisfies readonly Param[];

export const SUMMARY_PARAMS = [
  {
    name: 'date',
    description: 'One date of the site; left out, today.',
    schema: { type: 'string', format: 'date' },
  },
  {
    name: 'from',
    description: 'The first date of a list of days; goes with `to`.',
    schema: { type: 'string', format: 'date' },
  },
  {
    name: 'to',
    description: 'The last date of the list, included.',
    schema: { type: 'string', format: 'date' },
  },
] as const satisfies readonly Param[];

/**
 * The values of an address, each known and given once.
 * @throws SolthriveError `param_unknown`, `param_twice`, `param_invalid`
 */
export function readParams(
  search: URLSearchParams,
  params: readonly Param[],
): Partial<Record<string, string>> {
  const names = params.map(({ name }) => name);
  const values: Record<string, string> = {};
  for (const [name, value] of search) {
    const param = params.find((known) => known.name === name);
    if (!param) {
      throw new SolthriveError('param_unknown', { param: name, suggestion: meant(name, names) });
    }
    if (Object.hasOwn(values, name)) throw new SolthriveError('param_twice', { param: name });
    const { enum: choices } = param.schema;
    if (choices && !choices.includes(value)) throw invalid(name, value, meant(value, choices));
    values[name] = value;
  }
  return values;
}

export interface Here {
  zone: string;
  nowMs: number;
}

/** @throws SolthriveError what is wrong with the parameters, by `param` */
export function historyQuestion(search: URLSearchParams, here: Here): HistoryQuestion {
  const { from, to, resolution = 'auto', fields, format } = readParams(search, HISTORY_PARAMS);
  const toMs = to === undefined ? here.nowMs : instant('to', to, here.zone);
  const fromMs = from === undefined ? toMs - DAY_MS : instant('from', from, here.zone);
  checkRange({ fromMs, toMs }, here.zone);
  const question: HistoryQuestion = {
    kind: 'history',
    fromMs,
    toMs,
    resolution: resolution as Resolution | 'auto',
    fields: fields === undefined ? null : fieldList(fields, resolution as Resolution | 'auto'),
    format: format === 'csv' ? 'csv' : 'json',
    nowMs: here.nowMs,
  };
  checkSize(question, here.zone);
  return question;
}

/** @throws SolthriveError what is wrong with the parameters, by `param` */
export function summaryQuestion(search: URLSearchParams, { zone, nowMs }: Here): SummaryQuestion {
  const { date, from, to } = readParams(search, SUMMARY_PARAMS);
  for (const [name, value] of Object.entries({ date, from, to })) {
    if (value !== undefined && !isDate(value)) throw invalid(name, value, words('expected.date'));
  }
  if (from === undefined && to === undefined) {
    return { kind: 'summary', dates: { date: date ?? dateAt(nowMs, zone) }, nowMs };
  }
  if (date !== undefined || from === undefined || to === undefined) {
    const [param, value] = date === undefined ? (['from', from ?? ''] as const) : ['date', date];
    throw invalid(param, value ?? '', words('expected.date_or_range'));
  }
  const limit = words('limit.days', { n: MOST_DAYS });
  const range = (what: string) =>
    new SolthriveError('range_invalid', { param: 'from', from, to, what: words(what), limit });
  if (from > to) throw range('range.backwards');
  if (addDays(from, MOST_DAYS) <= to) throw range('range.long');
  return { kind: 'summary', dates: { from, to }, nowMs };
}

function instant(param: string, text: string, zone: string): number {
  const ms = parseInstant(text, zone);
  if (ms === null) throw invalid(param, text, words('expected.instant'));
  return ms;
}

function checkRange({ fromMs, toMs }: { fromMs: number; toMs: number }, zone: string): void {
  const years = (toMs - fromMs) / (366 * DAY_MS);
  const wrong =
    fromMs > toMs ? 'backwards' : fromMs === toMs ? 'empty' : years > MOST_YEARS ? 'long' : null;
  if (wrong === null) return;
  throw new SolthriveError('range_invalid', {
    param: 'from',
    from: withOffset(fromMs, zone),
    to: withOffset(toMs, zone),
    what: words(`range.${wrong}`),
    limit: words('limit.years', { n: MOST_YEARS }),
  });
}

function checkSize({ fromMs, toMs, resolution }: HistoryQuestion, zone: string): void {
  if (resolution === 'auto') return;
  const count = mostRecords(resolution, fromMs, toMs);
  if (count <= MOST_RECORDS) return;
  const coarser = RESOLUTIONS.find((one) => mostRecords(one, fromMs, toMs) <= MOST_RECORDS);
  throw new SolthriveError('too_many_records', {
    param: 'resolution',
    from: withOffset(fromMs, zone),
    to: withOffset(toMs, zone),
    count,
    resolution,
    limit: MOST_RECORDS,
    coarser: coarser ?? '1mo',
  });
}

/** How many records can begin in a range. */
export function mostRecords(resolution: Resolution, fromMs: number, toMs: number): number {
  return Math.ceil((toMs - fromMs) / LENGTH_MS[resolution]);
}

function fieldList(text: string, resolution: Resolution | 'auto'): string[] {
  const names = text.split(',').map((name) => name.trim());
  const known = fieldNames(resolution);
  if (new Set(names).size !== names.length) throw invalid('fields', text, words('expected.fields'));
  for (const field of names) {
    if (known.includes(field)) continue;
    const suggestion = meant(field, known);
    throw new SolthriveError('field_unknown', { param: 'fields', field, resolution, suggestion });
  }
  const together = RESOLUTIONS.some((one) => names.every((n) => fieldNamed(n)?.at.includes(one)));
  if (together) return names;
  throw invalid('fields', text, words('expected.together'));
}

function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== undefined) return words('nearest', { nearest: near });
  return words('known', { known: known.join(', ') });
}

function invalid(param: string, found: string, suggestion: string): SolthriveError {
  return new SolthriveError('param_invalid', { param, found: found.slice(0, 80), suggestion });
}
