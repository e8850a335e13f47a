/** Which period of a tariff holds at a moment, and what energy costs under it: exact, before tax. */

import { shortHash } from '../../site/hash.ts';
import type { TariffConfig } from '../../site/schema.ts';
import { covers, WEEKDAYS } from '../../site/tariff-schema.ts';
import type { LocalTime } from '../calendar.ts';
import type { TariffMark } from '../records.ts';
import { kwhUnits, rateUnits } from './money.ts';

/** The time that no period names; no id can be that. Only tiers price it. */
export const NO_PERIOD = '-';

/** By period, whole numbers of 1e-7 kWh. */
export type Amounts = ReadonlyMap<string, number>;

/** What a kWh costs, before tax. */
export interface Prices {
  periods?: readonly { id: string; rate: number }[] | undefined;
  tiers?: { blocks: readonly { upto?: number | undefined; rate: number }[] } | undefined;
}

export function tariffMark(tariff: TariffConfig): TariffMark {
  return { id: tariff.id, version: shortHash(tariff) };
}

/** The same as long as a kWh costs the same: fees and the hours of periods may change. */
export function ratesMark({ currency, periods, tiers, export: exported, tax }: TariffConfig) {
  const rates = periods?.map(({ id, rate }) => [id, rate]) ?? [];
  return shortHash([currency, rates, tiers?.blocks ?? [], exported, tax]);
}

/** In the order of the tariff. */
export function periodIds({ periods = [] }: Prices): string[] {
  return [...periods.map(({ id }) => id), NO_PERIOD];
}

/** The first period that holds; on a holiday those of a Sunday. */
export function periodAt(tariff: TariffConfig, { date, month, weekday, minuteOfDay }: LocalTime) {
  const day = (tariff.holidays.includes(date) ? undefined : WEEKDAYS[weekday]) ?? 'sun';
  const moment = { month, day, minute: minuteOfDay };
  return tariff.periods?.find((period) => covers(period, moment))?.id ?? NO_PERIOD;
}

/**
 * What amounts cost in 1e-15 of the currency: each kWh by its period, and by the tiers from where
 * they are filled to (1e-7 kWh) on. Both are sums, so it does not matter which kWh came first.
 */
export function energyCost(prices: Prices, amounts: Amounts, filled: number): bigint {
  let cost = 0n;
  for (const { id, rate } of prices.periods ?? []) {
    cost += BigInt(amounts.get(id) ?? 0) * rateUnits(rate);
  }
  return cost + tierCost(prices, filled + total(amounts)) - tierCost(prices, filled);
}

/** What cannot be cancelled by net metering, in 1e-15 of the currency. */
export function bypassCost({ export: exported }: TariffConfig, amounts: Amounts): bigint {
  if (exported.mode !== 'net_metering') return 0n;
  return BigInt(total(amounts)) * rateUnits(exported.non_bypassable);
}

export function total(amounts: Amounts): number {
  let sum = 0;
  for (const amount of amounts.values()) sum += amount;
  return sum;
}

function tierCost({ tiers }: Prices, amount: number): bigint {
  let cost = 0n;
  let from = 0;
  for (const { upto, rate } of tiers?.blocks ?? []) {
    const end = Math.min(amount, upto === undefined ? amount : kwhUnits(upto));
    if (end <= from) break;
    cost += BigInt(end - from) * rateUnits(rate);
    from = end;
  }
  return cost;
}
