/** How numbers leave the balance: rounded once, at output, so that sums inside stay exact. */
import type { AllFlows } from './power.ts';
import type { EnergyTotals, Flows, SnapshotChannel } from './snapshot.ts';

/** W, ms and percent: two decimals. */
export function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}

/** V, A, W, var and power factor of each phase: three decimals of what floats carry. */
export function roundedPhases(phases: Phases): Phases {
  const entries = Object.entries(phases).map(([phase, values]) => [
    phase,
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, thousandths(value)])),
  ]);
  return Object.fromEntries(entries);
}

type Phases = NonNullable<SnapshotChannel['phases']>;

function thousandths(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
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
