/**
 * Which purchases exported energy cancels: of one billing month and one period, kWh by kWh, the oldest
 * price first. Tiers are filled in the order of time by what is left. What that is worth is decided in
 * `bill.ts`.
 */
import type { TariffConfig } from '../../site/schema.ts';
import { type Amounts, type Prices, total } from './tariff.ts';

/** What was bought while a kWh had one price. */
export interface Purchase {
  prices: TaxedPrices;
  /** How full the tiers were before, 1e-7 kWh. */
  filled: number;
  /** By period, 1e-7 kWh. */
  bought: Amounts;
}

/** What a kWh of a tariff costs, and the tax on it. */
export interface TaxedPrices extends Prices {
  tax: number;
}

export function pricesOf({ periods, tiers, tax }: TariffConfig): TaxedPrices {
  return {
    ...(periods && { periods: periods.map(({ id, rate }) => ({ id, rate })) }),
    ...(tiers && { tiers: { blocks: tiers.blocks } }),
    tax,
  };
}

/**
 * @param purchases  the oldest first
 * @param exported  by period, what can cancel them
 * @returns what is left of each, and by period what has cancelled nothing
 */
export function cancel(
  purchases: readonly Purchase[],
  exported: Amounts,
): { left: Purchase[]; surplus: Map<string, number> } {
  const surplus = new Map(exported);
  let cancelled = 0;
  const left = purchases.map((purchase) => {
    const filled = purchase.filled - cancelled;
    const bought = new Map<string, number>();
    for (const [id, amount] of purchase.bought) {
      const unused = surplus.get(id) ?? 0;
      const share = Math.min(amount, unused);
      bought.set(id, amount - share);
      if (share > 0) surplus.set(id, unused - share);
      cancelled += share;
    }
    return { ...purchase, filled, bought };
  });
  return { left, surplus };
}

/** How full the tiers are after the last of some purchases. */
export function filledAfter(purchases: readonly Purchase[]): number {
  const last = purchases.at(-1);
  return last ? last.filled + total(last.bought) : 0;
}
