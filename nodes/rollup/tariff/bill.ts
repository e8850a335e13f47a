/**
 * What a day costs: what the bill grew by that day. A bill is worked out anew from its sums each day
 * and rounded as a whole, so days add up to it to the last digit. It knows no files and no clock.
 */
import type { TariffConfig } from '../../site/schema.ts';
import { addDays, localAt } from '../calendar.ts';
import type { Money, QuarterRecord, TariffMark } from '../records.ts';
import { coverageOf, sumSeconds } from '../sums/seconds.ts';
import type { BillSummary } from '../sums/summary.ts';
import { isUnbalanced } from '../sums/unbalanced.ts';
import type { BillState } from './bill-state.ts';
import {
  billingStart,
  cancelling,
  type Micros,
  type OpenBill,
  openBill,
  purchasesOf,
  stateOf,
} from './bill-sums.ts';
import { feeCost, kwhUnits, microUnits, moneyOf, rateUnits, roundMoney, withTax } from './money.ts';
import { cancel, type Purchase, pricesOf } from './net-metering.ts';
import { bypassCost, energyCost, periodAt, tariffMark, total } from './tariff.ts';

/** Days observed for less than this share are marked. */
const WELL_OBSERVED = 0.95;
/** Where the home's use is unknown for more than this share of a day, its savings are not told. */
const MOST_UNKNOWN = 0.05;
const QUARTER_S = 900;

export interface DayToPrice {
  /** Local date. */
  date: string;
  zone: string;
  /** Seconds from the start of the day to its end, or to now. */
  length_s: number;
  /** All quarters of the day, as they are to be seen; lines of one `ts` add. */
  quarters: readonly QuarterRecord[];
}

export interface Pricing {
  tariff: TariffConfig;
  /** The bill as of the end of the day before; null on the first day with a price. */
  before: BillState | null;
}

export interface PricedDay {
  mark: TariffMark;
  money: Money;
  /** The bill as of the end of this day. */
  bill: BillState;
}

/**
 * Prices a day. Each quarter hour has the price of the local time at its start; the daily fee is due
 * on every day, the monthly one on the first day of a billing month that is priced, the surplus of
 * net metering on the last day of the true-up month.
 *
 * Where the home's use of a quarter hour cannot be told, what was bought counts as used, as if nothing
 * was saved: the day and the bill are then estimates. A day with more than 5 % of such quarter hours
 * has no savings; a bill has none while the use is not known of any quarter hour in it.
 */
export function priceDay(day: DayToPrice, { tariff, before }: Pricing): PricedDay {
  const bill = openBill(day.date, tariff, before);
  const wasTold = bill.homeUnknown === undefined && bill.filled.home + total(bill.home) > 0;
  const { told, untold } = addQuarters(bill, day, tariff);
  const isHomeKnown = untold * QUARTER_S <= MOST_UNKNOWN * day.length_s;
  const coverage = coverageOf(sumSeconds(day.quarters), day.length_s);
  const isEstimated = coverage < WELL_OBSERVED || untold > 0;
  bill.fees += rateUnits(tariff.fixed.per_day);
  if (bill.isNewMonth) bill.fees += rateUnits(tariff.fixed.per_month);
  if (untold > 0 || bill.homeUnknown === 'wholly') {
    const isToldOfSome = wasTold || told > 0 || bill.homeUnknown === 'partly';
    bill.homeUnknown = isToldOfSome ? 'partly' : 'wholly';
  }
  bill.estimated ||= isEstimated;
  const truedUp = isTrueUp(day.date, tariff);
  const money = soFar(bill, tariff, truedUp);
  return {
    mark: tariffMark(tariff),
    money: {
      currency: tariff.currency,
      ...growth(bill.atDawn, money, isHomeKnown),
      ...(isEstimated ? { estimated: true as const } : {}),
    },
    bill: stateOf(bill, tariff, { money, truedUp }),
  };
}

/** The bill so far, as it is told to people. */
export function billSummary(bill: BillState): BillSummary {
  const { since, currency, money } = bill;
  const { import_cost, fixed, export_credit, home_cost } = money;
  const round = (micros: number) => roundMoney(moneyOf(micros), currency);
  const cost = microUnits(import_cost) + microUnits(fixed) - microUnits(export_credit);
  const without = microUnits(home_cost) + microUnits(fixed);
  const isKnown = bill.home_unknown !== 'wholly';
  return {
    since,
    cost: round(cost),
    cost_without_solar: isKnown ? round(without) : null,
    savings: isKnown ? round(without - cost) : null,
    currency,
    estimated: bill.estimated === true,
  };
}

/** Of how many quarter hours the home's use is told, and of how many that were observed it is not. */
function addQuarters(
  bill: OpenBill,
  { quarters, zone }: DayToPrice,
  tariff: TariffConfig,
): { told: number; untold: number } {
  const count = { told: 0, untold: 0 };
  for (const quarter of quarters) {
    const { ts, energy } = quarter;
    const period = periodAt(tariff, localAt(Date.parse(ts), zone));
    const used = homeUse(energy);
    add(bill.imported, period, energy.import_kwh);
    add(bill.exported, period, energy.export_kwh);
    // A gap on both sides of the comparison is none.
    const isGap = used === null && (energy.import_kwh ?? energy.export_kwh) === null;
    const isTold = used !== null && (energy.home_kwh === null || !isUnbalanced(quarter));
    add(bill.home, period, isTold ? used : Math.max(used ?? 0, energy.import_kwh ?? 0));
    if (isTold) count.told += 1;
    else if (!isGap) count.untold += 1;
  }
  return count;
}

/** kWh; where the balance does not say, what the sources say. */
function homeUse(energy: QuarterRecord['energy']): number | null {
  const { home_kwh, solar_kwh, import_kwh, export_kwh } = energy;
  if (home_kwh !== null) return home_kwh;
  const { battery_charge_kwh: charge = 0, battery_discharge_kwh: discharge = 0 } = energy;
  if (solar_kwh === null || import_kwh === null || export_kwh === null) return null;
  return charge === null || discharge === null
    ? null
    : solar_kwh + import_kwh - export_kwh + discharge - charge;
}

function add(sums: Map<string, number>, period: string, kwh: number | null): void {
  if (kwh !== null) sums.set(period, (sums.get(period) ?? 0) + kwhUnits(kwh));
}

/** Whether the surplus is paid at the end of a date. */
function isTrueUp(date: string, { export: exported, billing_day }: TariffConfig): boolean {
  if (exported.mode !== 'net_metering') return false;
  const month = billingStart(date, billing_day);
  const isLastDay = billingStart(addDays(date, 1), billing_day) > month;
  return isLastDay && Number(month.slice(5, 7)) === exported.true_up_month;
}

/** What the billing month costs with all that has been added to it. */
function soFar(bill: OpenBill, tariff: TariffConfig, truedUp: boolean): Micros {
  const { imported, exported, home, filled, before } = bill;
  const tax = rateUnits(tariff.tax);
  const bought = energyCost(tariff, imported, filled.imported);
  const used = energyCost(tariff, home, filled.home);
  return {
    import_cost: before.import_cost + withTax(bought + bypassCost(tariff, imported), tax),
    fixed: before.fixed + withTax(feeCost(bill.fees), tax),
    export_credit: before.export_credit + credit(),
    home_cost: before.home_cost + withTax(used + bypassCost(tariff, home), tax),
  };

  function credit(): number {
    const { export: sold } = tariff;
    if (sold.mode === 'none') return 0;
    const creditTax = sold.taxed ? tax : 0n;
    if (sold.mode === 'rate') {
      return withTax(BigInt(total(exported)) * rateUnits(sold.rate), creditTax);
    }
    const purchases = purchasesOf(bill, pricesOf(tariff));
    const { left, surplus } = cancel(purchases, cancelling(bill));
    const paid = truedUp ? BigInt(total(surplus)) * rateUnits(sold.true_up_rate) : 0n;
    return worth(purchases, left) + withTax(paid, creditTax);
  }
}

/** A kWh that was cancelled was never bought: it is worth the price it had, and the tax on that. */
function worth(purchases: readonly Purchase[], left: readonly Purchase[]): number {
  const costOf = ({ prices, bought, filled }: Purchase) => energyCost(prices, bought, filled);
  return purchases.reduce((sum, purchase, index) => {
    const cancelled = costOf(purchase) - costOf(left[index] ?? purchase);
    return sum + withTax(cancelled, rateUnits(purchase.prices.tax));
  }, 0);
}

function growth(from: Micros, to: Micros, isHomeKnown: boolean): Omit<Money, 'currency'> {
  const bought = to.import_cost - from.import_cost;
  const fixed = to.fixed - from.fixed;
  const earned = to.export_credit - from.export_credit;
  const used = to.home_cost - from.home_cost;
  const cost = bought + fixed - earned;
  return {
    import_cost: moneyOf(bought),
    fixed: moneyOf(fixed),
    export_credit: moneyOf(earned),
    cost: moneyOf(cost),
    cost_without_solar: isHomeKnown ? moneyOf(used + fixed) : null,
    savings: isHomeKnown ? moneyOf(used + fixed - cost) : null,
  };
}
