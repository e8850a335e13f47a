/**
 * What a bill adds up in whole numbers: how it goes on from the day before, what a new month or a new
 * price takes over, and how it is written down. What it costs is decided in `bill.ts`.
 */
import type { TariffConfig } from '../../site/schema.ts';
import { addDays } from '../calendar.ts';
import type { BillMoney, BillState, EarlierPurchase, HomeUnknown } from './bill-state.ts';
import { kwhOf, kwhUnits, microUnits, moneyOf, rateUnits, withTax } from './money.ts';
import { cancel, filledAfter, type Purchase, pricesOf, type TaxedPrices } from './net-metering.ts';
import { type Amounts, periodIds, ratesMark, total } from './tariff.ts';

/** Money in 1e-6. */
export type Micros = Record<keyof BillMoney, number>;

/** A bill while a day is added to it; energies in 1e-7 kWh. */
export interface OpenBill {
  since: string;
  imported: Map<string, number>;
  exported: Map<string, number>;
  home: Map<string, number>;
  /** In 1e-8, before tax. */
  fees: bigint;
  filled: { imported: number; home: number };
  carried: Map<string, number>;
  /** What was bought at earlier prices of the billing month, and can be cancelled. */
  earlier: Purchase[];
  before: Micros;
  /** Where the bill stood as the day began. */
  atDawn: Micros;
  isNewMonth: boolean;
  homeUnknown: HomeUnknown | undefined;
  estimated: boolean;
}

const NOTHING: Micros = { import_cost: 0, fixed: 0, export_credit: 0, home_cost: 0 };

/** The date on which the billing month of a date began. */
export function billingStart(date: string, billingDay: number): string {
  const first = `${date.slice(0, 7)}-01`;
  const start = dayOfMonth(first, billingDay);
  return start <= date ? start : dayOfMonth(`${addDays(first, -1).slice(0, 7)}-01`, billingDay);
}

/**
 * The bill as a day begins. It goes on from the day before, unless a billing month or a currency
 * begins. Where a kWh costs something else than yesterday, what was used stays at its price and the
 * tiers stay as full as they are. Under net metering surplus is carried on, and what nothing has
 * cancelled yet still can be, as long as both prices have net metering.
 */
export function openBill(date: string, tariff: TariffConfig, last: BillState | null): OpenBill {
  const month = billingStart(date, tariff.billing_day);
  const goesOn = last !== null && last.currency === tariff.currency && last.since >= month;
  const since = goesOn ? last.since : last === null ? month : date;
  const atDawn = goesOn ? microsOf(last.money) : NOTHING;
  const flags = {
    isNewMonth: !goesOn,
    homeUnknown: goesOn ? last.home_unknown : undefined,
    estimated: goesOn && last.estimated === true,
  };
  if (goesOn && last.rates === ratesMark(tariff))
    return { since, ...sumsOf(last), atDawn, ...flags };
  const { left, surplus } = settled(last?.currency === tariff.currency ? last : null);
  const { carried, paid } = carryOver(surplus, tariff, last);
  const isNet = tariff.export.mode === 'net_metering';
  const earlier = goesOn && isNet ? left.filter(({ bought }) => total(bought) > 0) : [];
  const filled = goesOn ? filledBy(sumsOf(last), left) : { imported: 0, home: 0 };
  const before = { ...atDawn, export_credit: atDawn.export_credit + paid };
  return { since, ...emptySums(), filled, carried, earlier, before, atDawn, ...flags };
}

/** What net metering can cancel, the oldest first. */
export function purchasesOf({ earlier, filled, imported }: Sums, prices: TaxedPrices): Purchase[] {
  return [...earlier, { prices, filled: filled.imported, bought: imported }];
}

/** By period, what can cancel it. */
export function cancelling({ exported, carried }: Sums): Map<string, number> {
  const amounts = new Map(carried);
  for (const [id, amount] of exported) amounts.set(id, (amounts.get(id) ?? 0) + amount);
  return amounts;
}

/** The bill as it is kept; keys in the order of `BillState`. */
export function stateOf(
  bill: OpenBill,
  tariff: TariffConfig,
  { money, truedUp }: { money: Micros; truedUp: boolean },
): BillState {
  const { since, imported, exported, home, fees, filled, carried, earlier, before } = bill;
  const written = (sums: Amounts, id: string) => kwhOf(sums.get(id) ?? 0);
  const ids = periodIds(tariff);
  const { export: sold } = tariff;
  return {
    since,
    currency: tariff.currency,
    rates: ratesMark(tariff),
    periods: Object.fromEntries(
      ids
        .filter((id) => imported.has(id) || exported.has(id) || home.has(id))
        .map((id) => [id, [written(imported, id), written(exported, id), written(home, id)]]),
    ),
    fees: Number(fees) / 1e8,
    ...(filled.imported > 0 || filled.home > 0
      ? { filled: { import_kwh: kwhOf(filled.imported), home_kwh: kwhOf(filled.home) } }
      : {}),
    ...(total(carried) > 0
      ? {
          carried: Object.fromEntries(
            ids.filter((id) => carried.has(id)).map((id) => [id, written(carried, id)]),
          ),
        }
      : {}),
    ...(earlier.length > 0 ? { earlier: earlier.map(writtenPurchase) } : {}),
    ...(sold.mode === 'net_metering'
      ? {
          prices: pricesOf(tariff),
          true_up: { rate: sold.true_up_rate, tax: sold.taxed ? tariff.tax : 0 },
        }
      : {}),
    ...(truedUp ? { trued_up: true as const } : {}),
    ...(Object.values(before).some((amount) => amount !== 0) ? { before: moneyOf6(before) } : {}),
    money: moneyOf6(money),
    ...(bill.homeUnknown ? { home_unknown: bill.homeUnknown } : {}),
    ...(bill.estimated ? { estimated: true as const } : {}),
  };
}

type Sums = Pick<
  OpenBill,
  'imported' | 'exported' | 'home' | 'fees' | 'filled' | 'carried' | 'earlier' | 'before'
>;

function emptySums() {
  return {
    imported: new Map<string, number>(),
    exported: new Map<string, number>(),
    home: new Map<string, number>(),
    fees: 0n,
  };
}

function sumsOf(state: BillState): Sums {
  const periods = Object.entries(state.periods);
  const column = (index: 0 | 1 | 2) =>
    new Map(periods.map(([id, sums]) => [id, kwhUnits(sums[index])]));
  return {
    imported: column(0),
    exported: column(1),
    home: column(2),
    fees: rateUnits(state.fees),
    filled: {
      imported: kwhUnits(state.filled?.import_kwh ?? 0),
      home: kwhUnits(state.filled?.home_kwh ?? 0),
    },
    carried: unitsOf(state.carried ?? {}),
    earlier: (state.earlier ?? []).map(({ prices, filled_kwh, left }) => ({
      prices,
      filled: kwhUnits(filled_kwh),
      bought: unitsOf(left),
    })),
    before: state.before === undefined ? NOTHING : microsOf(state.before),
  };
}

/** As a price ends: what is left of its purchases and those before, and the surplus. */
function settled(state: BillState | null): ReturnType<typeof cancel> {
  if (state?.prices === undefined) return cancel([], new Map());
  const sums = sumsOf(state);
  const { left, surplus } = cancel(purchasesOf(sums, state.prices), cancelling(sums));
  return { left, surplus: state.trued_up === true ? new Map() : surplus };
}

/** Tiers go on from what they have priced: with net metering that is what nothing cancelled. */
function filledBy(sums: Sums, left: readonly Purchase[]): OpenBill['filled'] {
  return {
    imported: left.length > 0 ? filledAfter(left) : sums.filled.imported + total(sums.imported),
    home: sums.filled.home + total(sums.home),
  };
}

/** Surplus of periods in which the new price cancels nothing any more is paid by the old one. */
function carryOver(
  surplus: Map<string, number>,
  tariff: TariffConfig,
  last: BillState | null,
): { carried: Map<string, number>; paid: number } {
  const ids = tariff.export.mode === 'net_metering' ? periodIds(tariff) : [];
  const carried = new Map([...surplus].filter(([id, amount]) => amount > 0 && ids.includes(id)));
  const rest = BigInt(total(surplus) - total(carried));
  const { rate, tax } = last?.true_up ?? { rate: 0, tax: 0 };
  return { carried, paid: withTax(rest * rateUnits(rate), rateUnits(tax)) };
}

function microsOf({ import_cost, fixed, export_credit, home_cost }: BillMoney): Micros {
  return {
    import_cost: microUnits(import_cost),
    fixed: microUnits(fixed),
    export_credit: microUnits(export_credit),
    home_cost: microUnits(home_cost),
  };
}

function moneyOf6({ import_cost, fixed, export_credit, home_cost }: Micros): BillMoney {
  return {
    import_cost: moneyOf(import_cost),
    fixed: moneyOf(fixed),
    export_credit: moneyOf(export_credit),
    home_cost: moneyOf(home_cost),
  };
}

function unitsOf(kwh: Record<string, number>): Map<string, number> {
  return new Map(Object.entries(kwh).map(([id, amount]) => [id, kwhUnits(amount)]));
}

function writtenPurchase({ prices, filled, bought }: Purchase): EarlierPurchase {
  const left = periodIds(prices).flatMap((id): [string, number][] => {
    const amount = bought.get(id) ?? 0;
    return amount > 0 ? [[id, kwhOf(amount)]] : [];
  });
  return { prices, filled_kwh: kwhOf(filled), left: Object.fromEntries(left) };
}

/** In the month that begins on `first`; in a short month its last day at most. */
function dayOfMonth(first: string, day: number): string {
  const month = first.slice(0, 7);
  const date = addDays(first, day - 1);
  return date.startsWith(month) ? date : addDays(`${addDays(first, 31).slice(0, 7)}-01`, -1);
}
