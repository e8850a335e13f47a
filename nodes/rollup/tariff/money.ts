/**
 * Exact arithmetic of energy and money: whole numbers of 1e-7 kWh, of 1e-8 of a price and of 1e-6 of
 * a currency. Products are BigInts; doubles are only the written form.
 */

/** kWh times price times tax: 7 + 8 + 8 digits after the point. */
const TAXED_COST_DIGITS = 23n;
const MICRO_DIGITS = 6n;

/** Prices and taxes as whole numbers of 1e-8. */
export function rateUnits(rate: number): bigint {
  return BigInt(Math.round(rate * 1e8));
}

/** Whole numbers of 1e-7 kWh: exact up to 900 million kWh. */
export function kwhUnits(kwh: number): number {
  return Math.round(kwh * 1e7);
}

export function kwhOf(units: number | bigint): number {
  return Number(units) / 1e7;
}

/** Whole numbers of 1e-6 of a currency: exact up to 9 thousand million. */
export function microUnits(money: number): number {
  return Math.round(money * 1e6);
}

export function moneyOf(micros: number): number {
  return micros / 1e6;
}

/**
 * What a cost (1e-15) comes to with a tax (1e-8), in 1e-6, rounded half away from zero.
 * @param cost  energy in 1e-7 kWh times a price in 1e-8
 */
export function withTax(cost: bigint, tax: bigint): number {
  const taxed = cost * (rateUnits(1) + tax);
  const step = 10n ** (TAXED_COST_DIGITS - MICRO_DIGITS);
  const size = ((taxed < 0n ? -taxed : taxed) + step / 2n) / step;
  return Number(taxed < 0n ? -size : size);
}

/** A fee in 1e-8, as a cost in 1e-15. */
export function feeCost(fee: bigint): bigint {
  return fee * 10n ** 7n;
}

/**
 * Money as it is told, with the digits its currency has: 0.13 for 0.125 and -0.13 for -0.125.
 * @param money  with six digits at most, as records hold it
 */
export function roundMoney(money: number, currency: string): number {
  const digits = currencyDigits(currency);
  const step = 10 ** (6 - digits);
  const size = Math.floor((Math.abs(microUnits(money)) + step / 2) / step) / 10 ** digits;
  return money < 0 && size > 0 ? -size : size;
}

const digitsOf = new Map<string, number>();

function currencyDigits(currency: string): number {
  const known = digitsOf.get(currency);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = Math.min(6, format.resolvedOptions().maximumFractionDigits ?? 2);
  digitsOf.set(currency, digits);
  return digits;
}
