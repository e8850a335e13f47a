/**
 * What a killed run had counted but not yet written into a minute: it belongs into the first minute
 * of the next run, marked as recovered, or the records would miss what the totals have.
 */
import type { LedgerState, Measured } from './measured.ts';
import type { EnergyTotals } from './snapshot.ts';

export interface Unrecorded {
  /** kWh by total. */
  energy: Partial<Record<keyof EnergyTotals, number>>;
  /** How many seconds it took. */
  seconds: number;
}

/** From the last state on record to the last one kept; null where nothing is missing. */
export function unrecordedSince(recorded: LedgerState, kept: LedgerState): Unrecorded | null {
  if (kept.n <= recorded.n) return null;
  const energy: Unrecorded['energy'] = {};
  for (const key of Object.keys(kept.totals) as (keyof typeof kept.totals)[]) {
    const [before, after] = [recorded.totals[key], kept.totals[key]];
    if (before !== undefined && after !== undefined) energy[key] = Math.max(0, after - before);
  }
  if (recorded.home && kept.home) energy.home_kwh = kept.home.raw - recorded.home.raw;
  return { energy, seconds: kept.n - recorded.n };
}

/** A second, with what was left over from the run before. */
export function withUnrecorded(measured: Measured, { energy, seconds }: Unrecorded): Measured {
  const sums = { ...measured.energy };
  for (const key of Object.keys(energy) as (keyof EnergyTotals)[]) {
    sums[key] = (sums[key] ?? 0) + (energy[key] ?? 0);
  }
  return { ...measured, energy: sums, recovered_s: measured.recovered_s + seconds };
}
