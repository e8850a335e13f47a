/** What a page may ask about the past, and what it is told: topics `history/query` and `history/view`. */
import type { BillSummary, EnergySummary, Mark } from '../rollup/sums/summary.ts';

export const SPANS = ['day', 'week', 'month', 'year'] as const;
export type Span = (typeof SPANS)[number];

/** Topic `history/query`. */
export interface ViewQuery {
  span: Span;
  /** Any local date in the span; left out, today. */
  date?: string;
}

/** One bar: an hour of a day, a day of a week or month, a month of a year. */
export interface ViewBar {
  /** Start, with the site's offset. */
  ts: string;
  solar_kwh: number | null;
  home_kwh: number | null;
  import_kwh: number | null;
  export_kwh: number | null;
  battery_charge_kwh?: number | null;
  battery_discharge_kwh?: number | null;
  coverage: number;
  quality: Mark;
}

/** Topic `history/view`. A week begins on Monday. */
export interface HistoryView {
  span: Span;
  /** First and last local date. */
  from: string;
  to: string;
  timezone: string;
  bars: ViewBar[];
  /** The powers of a day, one value each five minutes from `start` on; only for a day. */
  powers?: {
    step_s: 300;
    solar: (number | null)[];
    home: (number | null)[];
    grid: (number | null)[];
  };
  total: EnergySummary;
  bill: BillSummary | null;
  /** A date to ask for to go back or on; null where nothing is recorded there. */
  previous: string | null;
  next: string | null;
  simulated?: true;
}

/** Topic `history/view` where the question could not be answered. */
export interface ViewFailure {
  error: { code: string; message: string; hint: string };
}
