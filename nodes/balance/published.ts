/** How numbers leave the balance: rounded once, at output, so that sums inside stay exact. */
import type { Phase, PhaseReading } from '../meter/reading.ts';
import { type AllFlows, FLOW_KEYS } from './power.ts';
import type { EnergyTotals, Flows, SnapshotChannel } from './snapshot.ts';

/** W, ms and percent: two decimals. */
export function rounded(value: number | null): number | null {
  return roundedTo(100, value);
}

/** V, A, W and var of each phase: three decimals of what floats carry; four of a power factor. */
export function roundedPhases(phases: Phases): Phases {
  const shown: Phases = {};
  for (const id of Object.keys(phases) as Phase[]) {
    const phase = phases[id];
    if (phase) shown[id] = roundedPhase(phase);
  }
  return shown;
}

type Phases = NonNullable<SnapshotChannel['phases']>;

function roundedPhase(phase: PhaseReading): PhaseReading {
  const shown: PhaseReading = {
    voltage_v: roundedTo(1_000, phase.voltage_v),
    current_a: roundedTo(1_000, phase.current_a),
    power_w: roundedTo(1_000, phase.power_w),
  };
  const { reactive_var, power_factor } = phase;
  if (reactive_var !== undefined) shown.reactive_var = roundedTo(1_000, reactive_var);
  if (power_factor !== undefined) shown.power_factor = roundedTo(10_000, power_factor);
  return shown;
}

/** @param steps  so many make 1 */
function roundedTo(steps: number, value: number | null): number | null {
  return value === null ? null : roundedBy(steps, value);
}

function roundedBy(steps: number, value: number): number {
  return Math.round(value * steps) / steps;
}

/** kWh: six decimals, so that a watt still moves a total every few seconds. */
export function roundedKwh(kwh: number): number {
  return roundedBy(1e6, kwh);
}

export function roundedTotals(totals: EnergyTotals): EnergyTotals {
  const shown = { ...totals };
  for (const key of Object.keys(totals) as (keyof EnergyTotals)[]) {
    shown[key] = roundedTo(1e6, totals[key] ?? null);
  }
  return shown;
}

/** The flows of a site, without those of a battery it does not have. */
export function publishedFlows(flows: AllFlows | null, battery: boolean): Flows | null {
  if (flows === null) return null;
  const shown = { ...flows };
  for (const key of FLOW_KEYS) shown[key] = roundedBy(100, flows[key]);
  if (battery) return shown;
  const { solar_home_w, solar_grid_w, grid_home_w } = shown;
  return { solar_home_w, solar_grid_w, grid_home_w };
}
