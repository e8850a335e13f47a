/** How numbers leave the balance: rounded once, at output, so that sums inside stay exact. */
import type { AllFlows } from './power.ts';
import type { EnergyTotals, Flows } from './snapshot.ts';

/** W, ms and percent: two decimals. */
export function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}

/** kWh: six decimals, so that a watt still moves a total every few seconds. */
export function roundedKwh(kwh: number): number {
  return Math.round(kwh * 1e6) / 1e6;
}

export function roundedTotals(totals: EnergyTotals): EnergyTotals {
  const entries = Object.entries(totals).map(([key, kwh]) => [
    key,
    kwh === null ? null : roundedKwh(kwh),
  ]);
  return Object.fromEntries(entries);
}

/** The flows of a site, without those of a battery it does not have. */
export function publishedFlows(flows: AllFlows | null, battery: boolean): Flows | null {
  if (flows === null) return null;
  const entries = Object.entries(flows)
    .filter(([key]) => battery || !key.includes('battery'))
    .map(([key, w]) => [key, rounded(w)]);
  return Object.fromEntries(entries);
}
