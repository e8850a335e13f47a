/** Days and months as they are told to people and programs: rounded once, with ratios, UTC to site time. */
import { monthBounds, withOffset } from '../calendar.ts';
import type { DayRecord, Discrepancy, Money, MonthRecord, Peak, TariffMark } from '../records.ts';
import { roundMoney } from '../tariff/money.ts';
import { disagrees } from './discrepancy.ts';
import { toldEnergies } from './energies-told.ts';
import type { PeriodRecord } from './period.ts';
import { coverageOf, knownSeconds, markOf, worseOf } from './seconds.ts';
import { balancedOf, isIncomplete } from './unbalanced.ts';

export type Mark = 'good' | 'held' | 'estimated' | 'recovered' | 'missing';

export const NOTES = [
  /** More was exported than the sources made: a sensor is set up wrongly. */
  'inconsistent',
  /** A part of the balance was unknown while another was known: ratios are of the rest. */
  'incomplete',
  /** A counter and the power of its channel differ by more than 3 %. */
  'counter_disagrees',
  /** A counter made a step that was not counted, or began anew. */
  'counter_event',
  'estimated_cost',
  'corrected',
] as const;
export type Note = (typeof NOTES)[number];

export interface PeakSummary {
  w: number;
  /** With the site's offset. */
  ts: string;
}

/** What days, months and any other stretch have in common; kWh with 3 decimals, ratios 0..1 with 4. */
export interface EnergySummary {
  /** With the site's offset. */
  start: string;
  end: string;
  hours: number;
  solar_kwh: number | null;
  home_kwh: number | null;
  import_kwh: number | null;
  export_kwh: number | null;
  battery_charge_kwh?: number | null;
  battery_discharge_kwh?: number | null;
  ev_kwh?: number | null;
  /** What the inverter drew while the sun was away, a part of home; left out where it drew nothing. */
  solar_standby_kwh?: number | null;
  /** Solar energy that the site used itself; this and the ratios while all of the balance was known. */
  self_consumption_kwh: number | null;
  self_consumption: number | null;
  solar_offset: number | null;
  self_sufficiency: number | null;
  peak_solar_w: PeakSummary | null;
  peak_home_w: PeakSummary | null;
  peak_import_w: PeakSummary | null;
  peak_export_w: PeakSummary | null;
  /** Money with the currency's decimals; null where no tariff holds. */
  cost: number | null;
  import_cost: number | null;
  fixed_cost: number | null;
  export_credit: number | null;
  cost_without_solar: number | null;
  savings: number | null;
  currency: string | null;
  /** Share of the time (of the elapsed part, while partial) that is known, 0..1. */
  coverage: number;
  /** The worst mark above 1 % of the time. */
  quality: Mark;
  /** What else there is to know. */
  notes: Note[];
  /** Still going on. */
  partial: boolean;
  simulated?: true;
}

/** Topic `summary/day` (today, each minute; and each day that changed), and `/api/daily_summary`. */
export interface DaySummary extends EnergySummary {
  date: string;
  timezone: string;
  tariff: TariffMark | null;
  discrepancy?: Discrepancy;
}

/** Topic `summary/month`: the month so far, each minute; and each month that changed. */
export interface MonthSummary extends EnergySummary {
  /** `2026-11` */
  month: string;
  timezone: string;
  days: number;
  tariffs: TariffMark[];
  /** The bill since the billing month began, under the tariff in force; null without one. */
  bill: BillSummary | null;
}

export interface BillSummary {
  /** Local date. */
  since: string;
  cost: number;
  cost_without_solar: number | null;
  savings: number | null;
  currency: string;
  estimated: boolean;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** A minute is recorded a little after it ended: until then it is not missing. */
const MINUTE_ARRIVES_MS = 5_000;
/** Export beyond its sources by more than this share of them, and this much, is no skew of meters. */
const SKEW_SHARE = 0.02;
const SKEW_KWH = 0.01;

export interface SoFar {
  /** Of a stretch that may still be going on: it then counts as far as it has come. */
  nowMs?: number;
}

export function summaryOfDay(record: DayRecord, soFar: SoFar = {}): DaySummary {
  const { date, timezone, tariff, discrepancy } = record;
  const summary = energySummary(record, soFar);
  return { date, timezone, ...summary, tariff, ...(discrepancy && { discrepancy }) };
}

/** @param told  `bill` is the one of the billing month, told beside the sums of the calendar's */
export function summaryOfMonth(
  record: MonthRecord,
  { bill, ...soFar }: SoFar & { bill: BillSummary | null },
): MonthSummary {
  const { month, timezone, days, tariffs } = record;
  const { endMs } = monthBounds(month, timezone);
  const partial = soFar.nowMs !== undefined && soFar.nowMs < endMs;
  return { month, timezone, ...energySummary(record, soFar), partial, days, tariffs, bill };
}

/** A day, a month, or any other stretch (`joinPeriods`). */
export function energySummary(record: PeriodRecord, { nowMs }: SoFar = {}): EnergySummary {
  const { timezone } = record;
  const [startMs, endMs] = [Date.parse(record.start), Date.parse(record.end)];
  const partial = nowMs !== undefined && nowMs < endMs;
  const elapsedS = ((partial ? recordedUntil(nowMs, startMs) : endMs) - startMs) / 1000;
  return {
    start: withOffset(startMs, timezone),
    end: withOffset(endMs, timezone),
    hours: (endMs - startMs) / HOUR_MS,
    ...toldEnergies(record.energy, balancedOf(record)),
    ...peaksTold(record),
    ...moneyTold(record.money),
    coverage: coverageOf(record, elapsedS),
    quality: qualityOf(record, elapsedS),
    notes: notesOf(record),
    partial,
    ...(record.simulated && { simulated: true as const }),
  };
}

/** The end of the last minute that can be on record. */
export function recordedUntil(nowMs: number, startMs: number): number {
  return Math.max(startMs, Math.floor((nowMs - MINUTE_ARRIVES_MS) / MINUTE_MS) * MINUTE_MS);
}

function qualityOf(record: PeriodRecord, elapsedS: number): Mark {
  // The minute that has just ended may be there early.
  const mark = markOf(record, Math.max(elapsedS, knownSeconds(record)));
  return record.estimated ? worseOf(mark, 'estimated') : mark;
}

function peaksTold({ peaks, timezone }: PeriodRecord) {
  const told = (peak: Peak | undefined): PeakSummary | null =>
    peak ? { w: Math.round(peak[0]), ts: withOffset(Date.parse(peak[1]), timezone) } : null;
  return {
    peak_solar_w: told(peaks.solar),
    peak_home_w: told(peaks.home),
    peak_import_w: told(peaks.import),
    peak_export_w: told(peaks.export),
  };
}

function moneyTold(money: Money | null) {
  const told = (amount: number | null | undefined) =>
    money && amount != null ? roundMoney(amount, money.currency) : null;
  return {
    cost: told(money?.cost),
    import_cost: told(money?.import_cost),
    fixed_cost: told(money?.fixed),
    export_credit: told(money?.export_credit),
    cost_without_solar: told(money?.cost_without_solar),
    savings: told(money?.savings),
    currency: money?.currency ?? null,
  };
}

function notesOf(record: PeriodRecord): Note[] {
  const { solar_kwh, export_kwh, battery_discharge_kwh } = balancedOf(record);
  const sources = (solar_kwh ?? 0) + (battery_discharge_kwh ?? 0);
  const said: Record<Note, boolean> = {
    inconsistent: solar_kwh !== null && (export_kwh ?? 0) > sources * (1 + SKEW_SHARE) + SKEW_KWH,
    incomplete: isIncomplete(record),
    counter_disagrees: disagrees(record.discrepancy),
    counter_event: (record.events ?? []).some(({ event }) => event !== 'rollover'),
    estimated_cost: record.money?.estimated === true,
    corrected: record.corrected === true,
  };
  return NOTES.filter((note) => said[note]);
}
