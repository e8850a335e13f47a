/** Decides how the past reads: the name of a span, its power curve, and what to say around its numbers. */
import type { HistoryView } from '../../nodes/history/view.ts';
import type { BillSummary } from '../../nodes/rollup/sums/summary.ts';
import { datesText, localText, type Reader } from './format.ts';
import type { DayHistory } from './graph-view.ts';
import {
  type BillView,
  type QualityView,
  qualityOf,
  type Tile,
  tilesOf,
  viewBill,
  viewCost,
} from './totals-view.ts';

export interface PastView {
  title: string;
  tiles: Tile[];
  quality: QualityView | null;
  bill: BillView | null;
  /** Only of a day. */
  curve: DayHistory | null;
  /** Nothing at all was recorded. */
  empty: boolean;
}

/** @param nowMs  how far a span has come that still goes on */
export function viewPast(view: HistoryView, nowMs: number, reader: Reader): PastView {
  const { total, bill } = view;
  const empty = total.coverage === 0 && total.solar_kwh === null && total.home_kwh === null;
  return {
    title: titleOf(view, reader),
    tiles: tilesOf(total, reader),
    quality: qualityOf(total, whenOf(view, reader), reader),
    // a bill runs by the month: below a day it would seem to be the day's
    bill:
      bill && view.span === 'month'
        ? viewBill(withoutTold(bill, total), reader)
        : viewCost(total, reader),
    curve: empty ? null : curveOf(view, nowMs),
    empty,
  };
}

/** A span within which the records begin is measured from there on. */
function whenOf({ from, total }: HistoryView, reader: Reader): 'span' | { since: string } {
  if (total.start.slice(0, 10) <= from) return 'span';
  return { since: localText(total.start, reader, { day: 'numeric', month: 'short' }) };
}

/** The savings have a tile: below it they are told only where a bill's are others than the month's. */
function withoutTold(bill: BillSummary, { savings }: HistoryView['total']): BillSummary {
  return bill.savings === savings ? { ...bill, savings: null } : bill;
}

/** `Saturday, June 20, 2026`, `Jun 15 – 21, 2026`, `June 2026`, `2026`. */
function titleOf({ span, from, to }: HistoryView, reader: Reader): string {
  switch (span) {
    case 'day':
      return localText(from, reader, {
        weekday: 'long',
        day: 'numeric',
        month: 'long',
        year: 'numeric',
      });
    case 'week':
      return datesText(from, to, reader);
    case 'month':
      return localText(from, reader, { month: 'long', year: 'numeric' });
    case 'year':
      return localText(from, reader, { year: 'numeric' });
  }
}

/** The powers as the day graph takes them. */
function curveOf({ powers, bars, total, timezone }: HistoryView, nowMs: number): DayHistory | null {
  if (!powers) return null;
  const { step_s, solar, home, grid } = powers;
  const until = total.partial ? { until: new Date(nowMs).toISOString() } : {};
  return { t0: bars[0]?.ts ?? total.start, step_s, solar, home, grid, timezone, ...until };
}
