/**
 * How far a bill has come: all that the price of the next day depends on, carried from day to day in
 * the day's row. Sums, not prices: what they cost is worked out anew each day, so nothing drifts.
 */
import type { TaxedPrices } from './net-metering.ts';

/** What has been paid or earned so far, in units of the currency, six decimals at most. */
export interface BillMoney {
  /** Energy bought, with its tax. */
  import_cost: number;
  /** Fees, with their tax. */
  fixed: number;
  export_credit: number;
  /** What the home's own use would have cost without solar and battery, with tax, without fees. */
  home_cost: number;
}

export type HomeUnknown = 'partly' | 'wholly';

/** kWh of one period of the tariff. */
export type PeriodSums = [import_kwh: number, export_kwh: number, home_kwh: number];

/** What was bought at a price that holds no more. */
export interface EarlierPurchase {
  prices: TaxedPrices;
  /** How full the tiers were before it. */
  filled_kwh: number;
  /** kWh by period that nothing has cancelled. */
  left: Record<string, number>;
}

/** The keys always come in this order, and those left out are empty. */
export interface BillState {
  /** Local date on which the billing month began. */
  since: string;
  currency: string;
  /** Short hash of what a kWh costs under the tariff; when that changes, the sums below begin anew. */
  rates: string;
  /** By id of the period, in the tariff's order; `-` is the time that no period names. */
  periods: Record<string, PeriodSums>;
  /** Fees before tax. */
  fees: number;
  /** kWh that fill the tiers from before `rates` held in this billing month. */
  filled?: { import_kwh: number; home_kwh: number };
  /** Net metering: kWh of surplus by period as the sums began. */
  carried?: Record<string, number>;
  /**
   * Net metering: what was bought in this billing month at earlier prices and was not cancelled as the
   * sums began, the oldest first.
   */
  earlier?: EarlierPurchase[];
  /** Net metering: what a kWh costs now, for the time when it is an earlier price. */
  prices?: TaxedPrices;
  /** Net metering: what a kWh of surplus is paid with, and the tax on that. */
  true_up?: { rate: number; tax: number };
  /** The surplus was paid: nothing is carried on. */
  trued_up?: true;
  /** What the billing month had cost before `rates` held. */
  before?: BillMoney;
  /** What the billing month costs so far. */
  money: BillMoney;
  /** The home's use is not known for some of the billing month, or for all that was observed of it. */
  home_unknown?: HomeUnknown;
  /** A day of the billing month is an estimate. */
  estimated?: true;
}

/** The bill that the day after these goes on from: days without a price leave it as it was. */
export function lastBill(days: readonly { bill: BillState | null }[]): BillState | null {
  return days.findLast(({ bill }) => bill !== null)?.bill ?? null;
}
