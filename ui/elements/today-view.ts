/** Decides what the card of today says: the day's summary and the month's bill in, words out. */
import type { DaySummary, MonthSummary } from '../../nodes/rollup/sums/summary.ts';
import { localText, type Reader } from './format.ts';
import {
  type BillView,
  type QualityView,
  qualityOf,
  type Tile,
  tilesOf,
  viewBill,
} from './totals-view.ts';

export interface TodayView {
  /** `Monday, November 23`: which day is meant, should it be an old one. */
  date: string;
  tiles: Tile[];
  quality: QualityView | null;
  bill: BillView | null;
  /** Why there is no bill, where something can be done about it. */
  hint: string | null;
}

export function viewToday(
  day: DaySummary,
  month: MonthSummary | null | undefined,
  reader: Reader,
): TodayView {
  const bill = month?.bill ? viewBill(month.bill, reader) : null;
  return {
    date: localText(day.date, reader, { weekday: 'long', day: 'numeric', month: 'long' }),
    tiles: tilesOf(day, reader),
    quality: qualityOf(day, 'today', reader),
    bill,
    hint: bill || day.currency !== null ? null : reader.say('bill.no_tariff'),
  };
}
