/** The day and the month that go on: what is on disk of them, and what has come in since. */

import { dateAt, dayBounds, monthOf } from './calendar.ts';
import type { PastView } from './correct/past-view.ts';
import type { Reconciled } from './reconcile/reconcile.ts';
import { dayOf } from './reconcile/reconcile-days.ts';
import type { DayRecord, QuarterRecord } from './records.ts';
import { makeMonth } from './sums/month.ts';
import {
  type DaySummary,
  type MonthSummary,
  recordedUntil,
  summaryOfDay,
  summaryOfMonth,
} from './sums/summary.ts';
import type { Tile } from './sums/tile.ts';
import { billSummary } from './tariff/bill.ts';
import { type BillState, lastBill } from './tariff/bill-state.ts';
import type { PriceBook } from './tariff/price-book.ts';

/** What the rollup tells: a day or month that goes on, has ended or was changed. */
export type News =
  | { topic: 'summary/day'; payload: DaySummary }
  | { topic: 'summary/month'; payload: MonthSummary };

export class Now {
  readonly view: PastView;
  /** The day that goes on. */
  readonly tile: Tile;
  readonly #zone: string;
  readonly #book: PriceBook;
  readonly #bill: BillState | null;
  /** The days of this month that have ended. */
  readonly #days: DayRecord[];
  #quarters: QuarterRecord[] = [];
  #openFromMs: number;

  constructor({ days, open, view, book, openFromMs }: Reconciled, zone: string) {
    const date = dateAt(openFromMs, zone);
    this.tile = open ?? { date, ...dayBounds(date, zone) };
    this.view = view;
    this.#zone = zone;
    this.#book = book;
    this.#bill = lastBill(days);
    this.#days = days.filter((day) => monthOf(day.date) === monthOf(this.tile.date));
    this.#openFromMs = openFromMs;
  }

  /** Quarter hours from here on have not ended. */
  get openFromMs(): number {
    return this.#openFromMs;
  }

  /** These quarter hours of the day have ended, as they are to be seen. */
  goOn(quarters: readonly QuarterRecord[], openFromMs: number): void {
    this.#quarters.push(...quarters);
    this.#openFromMs = openFromMs;
  }

  /**
   * The day and the month so far.
   * @param open  the quarter hours that have not ended, as far as they are
   */
  news(open: readonly QuarterRecord[], nowMs: number): News[] {
    const prices = { zone: this.#zone, book: this.#book };
    const quarters = [...this.#quarters, ...open];
    const untilMs = recordedUntil(nowMs, this.tile.startMs);
    const day = dayOf(prices, this.tile, { quarters, bill: this.#bill, untilMs });
    const month = makeMonth(monthOf(day.date), this.#zone, [...this.#days, day]);
    const bill = day.bill && billSummary(day.bill);
    return [
      { topic: 'summary/day', payload: summaryOfDay(day, { nowMs }) },
      { topic: 'summary/month', payload: summaryOfMonth(month, { nowMs, bill }) },
    ];
  }
}

/** The days and months that have ended or changed. */
export function newsOf({ days, changed, changedMonths }: Reconciled): News[] {
  return [
    ...changed.map((day): News => ({ topic: 'summary/day', payload: summaryOfDay(day) })),
    ...changedMonths.map((month): News => {
      const last = days.findLast(({ date }) => monthOf(date) === month.month);
      const bill = last?.bill ? billSummary(last.bill) : null;
      return { topic: 'summary/month', payload: summaryOfMonth(month, { bill }) };
    }),
  ];
}
