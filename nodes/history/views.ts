/** What a page shows of a day, a week, a month or a year: bars, powers, sums, and where one can go from there. */

import {
  addDays,
  dateAt,
  dayBounds,
  daysBetween,
  hourStarts,
  isDate,
  localAt,
  monthBounds,
  monthOf,
  withOffset,
} from '../rollup/calendar.ts';
import type { DayRecord, MonthRecord } from '../rollup/records.ts';
import { makeDay } from '../rollup/sums/day.ts';
import { toldEnergies } from '../rollup/sums/energies-told.ts';
import { joinPeriods, type PeriodRecord } from '../rollup/sums/period.ts';
import { energySummary } from '../rollup/sums/summary.ts';
import { billSummary } from '../rollup/tariff/bill.ts';
import { SolthriveError } from '../site/errors.ts';
import { loadWords } from '../site/words.ts';
import { fieldNamed, type Told } from './fields.ts';
import { powersOf } from './powers.ts';
import { type Row, rowsOf } from './rows.ts';
import type { Source } from './source.ts';
import { type HistoryView, SPANS, type ViewBar, type ViewQuery } from './view.ts';

/** Dates further away are slips, and some calendars do not know them. */
const [FIRST_DATE, LAST_DATE] = ['1970-01-02', '2199-12-31'];

const words = loadWords(import.meta.url, 'question');

/** First and last date of a span. */
interface Dates {
  from: string;
  to: string;
}

/** @throws SolthriveError `param_invalid` for a span or a date that does not exist */
export async function readView(
  source: Source,
  query: ViewQuery,
  nowMs: number,
): Promise<HistoryView> {
  const today = dateAt(nowMs, source.zone);
  const { span, date } = checked(query, today);
  const dates = datesOf(span, date, source.zone);
  const days = await source.days(nowMs);
  const months = await source.months(nowMs);
  const within = days.filter((day) => day.date >= dates.from && day.date <= dates.to);
  const record = wholeOf(source, { span, dates, within, months });
  const total = energySummary(record, { nowMs });
  const isNow = dates.from <= today && today <= dates.to;
  const bill = isNow ? (days.findLast((day) => day.date === today)?.bill ?? null) : null;
  const first = firstDate(days, months);
  return {
    span,
    ...dates,
    timezone: source.zone,
    bars: await barsOf(source, { span, dates, within, months, nowMs }),
    ...(span === 'day' && { powers: await powersOf(source, boundsOf(dates, source.zone), nowMs) }),
    total,
    bill: bill && billSummary(bill),
    previous: first !== null && first < dates.from ? addDays(dates.from, -1) : null,
    next: dates.to < today ? addDays(dates.to, 1) : null,
    ...(total.simulated && { simulated: true as const }),
  };
}

function checked({ span, date }: ViewQuery, today: string): Required<ViewQuery> {
  if (!SPANS.includes(span)) {
    const suggestion = words('known', { known: SPANS.join(', ') });
    throw new SolthriveError('param_invalid', { param: 'span', found: String(span), suggestion });
  }
  if (date === undefined) return { span, date: today };
  if (typeof date === 'string' && isDate(date) && date >= FIRST_DATE && date <= LAST_DATE) {
    return { span, date };
  }
  const suggestion = words('expected.date');
  throw new SolthriveError('param_invalid', { param: 'date', found: String(date), suggestion });
}

/** A week begins on Monday. */
function datesOf(span: ViewQuery['span'], date: string, zone: string): Dates {
  switch (span) {
    case 'day':
      return { from: date, to: date };
    case 'week': {
      const from = addDays(date, -localAt(dayBounds(date, zone).startMs, zone).weekday);
      return { from, to: addDays(from, 6) };
    }
    case 'month': {
      const from = `${monthOf(date)}-01`;
      return { from, to: addDays(`${monthOf(addDays(from, 31))}-01`, -1) };
    }
    case 'year':
      return { from: `${date.slice(0, 4)}-01-01`, to: `${date.slice(0, 4)}-12-31` };
  }
}

interface Parts {
  span: ViewQuery['span'];
  dates: Dates;
  within: readonly DayRecord[];
  months: readonly MonthRecord[];
}

/** All that is recorded of the span as one; of days long gone their months remain. */
function wholeOf({ zone }: Source, { span, dates, within, months }: Parts): PeriodRecord {
  const ofMonths = months.filter(
    ({ month }) => month >= monthOf(dates.from) && month <= monthOf(dates.to),
  );
  const whole = span === 'year' || (span === 'month' && within.length === 0) ? ofMonths : within;
  const { startMs, endMs } = boundsOf(dates, zone);
  const nothing = makeDay({ date: dates.from, zone, startMs, endMs, quarters: [] });
  return joinPeriods(whole) ?? { ...nothing, money: null };
}

function boundsOf({ from, to }: Dates, zone: string): { startMs: number; endMs: number } {
  return { startMs: dayBounds(from, zone).startMs, endMs: dayBounds(to, zone).endMs };
}

/** The oldest of which anything is known. */
function firstDate(days: readonly DayRecord[], months: readonly MonthRecord[]): string | null {
  const [day, month] = [days[0]?.date, months[0]?.month];
  if (day === undefined || month === undefined) return day ?? month ?? null;
  return month < monthOf(day) ? `${month}-01` : day;
}

async function barsOf(
  source: Source,
  { span, dates, within, months, nowMs }: Parts & { nowMs: number },
): Promise<ViewBar[]> {
  const { zone } = source;
  if (span === 'day') return hourBars(source, dates.from, nowMs);
  if (span === 'year') {
    const year = dates.from.slice(0, 4);
    return Array.from({ length: 12 }, (_, index) => {
      const month = `${year}-${String(index + 1).padStart(2, '0')}`;
      const record = months.find((known) => known.month === month);
      return periodBar(record, monthBounds(month, zone).startMs, { zone, nowMs });
    });
  }
  return daysBetween(dates.from, dates.to).map((date) => {
    const record = within.find((known) => known.date === date);
    return periodBar(record, dayBounds(date, zone).startMs, { zone, nowMs });
  });
}

async function hourBars(source: Source, date: string, nowMs: number): Promise<ViewBar[]> {
  const { startMs: fromMs, endMs: toMs } = dayBounds(date, source.zone);
  const rows = new Map<number, Row>();
  for await (const batch of rowsOf('1h', source, { fromMs, toMs, nowMs })) {
    for (const row of batch) rows.set(row.startMs, row);
  }
  return hourStarts(date, source.zone).map((startMs) => {
    const ts = withOffset(startMs, source.zone);
    const row = rows.get(startMs);
    return row ? rowBar(ts, row) : { ts, ...NOTHING };
  });
}

const NOTHING = {
  solar_kwh: null,
  home_kwh: null,
  import_kwh: null,
  export_kwh: null,
  coverage: 0,
  quality: 'missing',
} as const satisfies Omit<ViewBar, 'ts'>;

function rowBar(ts: string, { told, lengthS }: Row): ViewBar {
  const coverage = fieldNamed('coverage')?.of(told, lengthS);
  const quality = fieldNamed('quality')?.of(told, lengthS);
  return barWith(ts, told, {
    coverage: typeof coverage === 'number' ? coverage : 0,
    quality: quality as ViewBar['quality'],
  });
}

/** Each at the place where it belongs, whatever zone it was made in. */
function periodBar(
  record: DayRecord | MonthRecord | undefined,
  startMs: number,
  { zone, nowMs }: { zone: string; nowMs: number },
): ViewBar {
  const ts = withOffset(startMs, zone);
  return record ? barWith(ts, record, energySummary(record, { nowMs })) : { ts, ...NOTHING };
}

function barWith(
  ts: string,
  { energy }: Pick<Told, 'energy'>,
  { coverage, quality }: Pick<ViewBar, 'coverage' | 'quality'>,
): ViewBar {
  const { solar_kwh, home_kwh, import_kwh, export_kwh, ...others } = toldEnergies(energy);
  const { battery_charge_kwh, battery_discharge_kwh } = others;
  return {
    ts,
    solar_kwh,
    home_kwh,
    import_kwh,
    export_kwh,
    ...(battery_charge_kwh !== undefined && { battery_charge_kwh }),
    ...(battery_discharge_kwh !== undefined && { battery_discharge_kwh }),
    coverage,
    quality,
  };
}
