/**
 * What a bill adds up in whole numbers: how it goes on from the day before, what a new month or a new
 * price takes over, and how it is written down. What it costs is decided in `bill.ts`.
 */
import type { TariffConfig } from '../site/schema.ts';
import type { BillMoney, BillState } from './bill-state.ts';
import { addDays } from './calendar.ts';
import { kwhOf, kwhUnits, microUnits, moneyOf, rateUnits, withTax } from './money.ts';
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
  before: Micros;
  /** Where the bill stood as the day began. */
  atDawn: Micros;
  isNewMonth: boolean;
  homeUnknown: boolean;
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
 * begins. Where a kWh costs something else than yesterday, what was used stays at its price, the
 * tiers stay as full as they are, and surplus is carried on.
 */
export function openBill(date: string, tariff: TariffConfig, last: BillState | null): OpenBill {
  const month = billingStart(date, tariff.billing_day);
  const goesOn = last !== null && last.currency === tariff.currency && last.since >= month;
  const since = goesOn ? last.since : last === null ? month : date;
  const atDawn = goesOn ? microsOf(last.money) : NOTHING;
  const flags = {
    isNewMonth: !goesOn,
    homeUnknown: goesOn && last.home_unknown === true,
    estimated: goesOn && last.estimated === true,
  };
  if (goesOn && last.rates === ratesMark(tariff))
    return { since, ...sumsOf(last), atDawn, ...flags };
  const surplus = last?.currency === tariff.currency ? surplusOf(last) : new Map<string, number>();
  const { carried, paid } = carryOver(surplus, tariff, last);
  const filled = goesOn ? filledBy(sumsOf(last), last) : { imported: 0, home: 0 };
  const before = { ...atDawn, export_credit: atDawn.export_credit + paid };
  return { since, ...emptySums(), filled, carried, before, atDawn, ...flags };
}

/** By period, what was imported and not cancelled by what was exported there. */
export function uncancelled({ imported, exported, carried }: OpenSums): Map<string, number> {
  return mapped(imported, (amount, id) =>
    Math.max(0, amount - (exported.get(id) ?? 0) - (carried.get(id) ?? 0)),
  );
}

/** By period, what was exported and has cancelled nothing so far. */
export function surplus({ imported, exported, carried }: OpenSums): Map<string, number> {
  const ids = new Map([...carried, ...exported]);
  return mapped(ids, (_, id) =>
    Math.max(0, (exported.get(id) ?? 0) + (carried.get(id) ?? 0) - (imported.get(id) ?? 0)),
  );
}

/** The bill as it is kept; keys in the order of `BillState`. */
export function stateOf(
  bill: OpenBill,
  tariff: TariffConfig,
  { money, truedUp }: { money: Micros; truedUp: boolean },
): BillState {
  const { since, imported, exported, home, fees, filled, carried, before } = bill;
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
    ...(sold.mode === 'net_metering'
      ? { true_up: { rate: sold.true_up_rate, tax: sold.taxed ? tariff.tax : 0 } }
      : {}),
    ...(truedUp ? { trued_up: true as const } : {}),
    ...(Object.values(before).some((amount) => amount !== 0) ? { before: moneyOf6(before) } : {}),
    money: moneyOf6(money),
    ...(bill.homeUnknown ? { home_unknown: true as const } : {}),
    ...(bill.estimated ? { estimated: true as const } : {}),
  };
}

type OpenSums = Pick<OpenBill, 'imported' | 'exported' | 'carried'>;
type Sums = Pick<
  OpenBill,
  'imported' | 'exported' | 'home' | 'fees' | 'filled' | 'carried' | 'before'
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
    carried: new Map(Object.entries(state.carried ?? {}).map(([id, kwh]) => [id, kwhUnits(kwh)])),
    before: state.before === undefined ? NOTHING : microsOf(state.before),
  };
}

/** Tiers go on from what they have priced: with net metering that is what nothing cancelled. */
function filledBy(sums: Sums, { true_up }: BillState): OpenBill['filled'] {
  const priced = true_up === undefined ? sums.imported : uncancelled(sums);
  return {
    imported: sums.filled.imported + total(priced),
    home: sums.filled.home + total(sums.home),
  };
}

function surplusOf(state: BillState): Map<string, number> {
  const isOver = state.true_up === undefined || state.trued_up === true;
  return isOver ? new Map() : surplus(sumsOf(state));
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

function mapped(amounts: Amounts, change: (amount: number, id: string) => number) {
  return new Map([...amounts].map(([id, amount]) => [id, change(amount, id)]));
}

/** In the month that begins on `first`; in a short month its last day at most. */
function dayOfMonth(first: string, day: number): string {
  const month = first.slice(0, 7);
  const date = addDays(first, day - 1);
  return date.startsWith(month) ? date : addDays(`${addDays(first, 31).slice(0, 7)}-01`, -1);
}
