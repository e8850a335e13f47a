/** How numbers leave the balance: rounded once, at output, so that sums inside stay exact. */
import type { AllFlows } from './power.ts';
import type { EnergyTotals, Flows, SnapshotChannel } from './snapshot.ts';

/** W, ms and percent: two decimals. */
export function rounded(value: number | null): number | null {
  return roundedTo(2, value);
}

/** V, A, W and var of each phase: three decimals of what floats carry; four of a power factor. */
export function roundedPhases(phases: Phases): Phases {
  const decimals = (key: string) => (key === 'power_factor' ? 4 : 3);
  const entries = Object.entries(phases).map(([phase, values]) => [
    phase,
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, roundedTo(decimals(key), value)]),
    ),
  ]);
  return Object.fromEntries(entries);
}

type Phases = NonNullable<SnapshotChannel['phases']>;

function roundedTo(decimals: number, value: number | null): number | null {
  return value === null ? null : Math.round(value * 10 ** decimals) / 10 ** decimals;
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
