/** Days and months as they are told to people and programs: rounded once, with ratios, UTC to site time. */
import type { TariffMark } from './records.ts';

export type Mark = 'good' | 'held' | 'estimated' | 'recovered' | 'missing';

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
  /** Solar energy that the site used itself. */
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
  /** What else there is to know: `inconsistent`, `estimated_cost`, `corrected`. */
  notes: string[];
  /** Still going on. */
  partial: boolean;
  simulated?: true;
}

/** Topic `summary/day` (today, each minute; and each day that changed), and `/api/daily_summary`. */
export interface DaySummary extends EnergySummary {
  date: string;
  timezone: string;
  tariff: TariffMark | null;
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
