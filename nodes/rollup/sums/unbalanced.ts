/**
 * Decides in which quarter hours a part of the home's balance was unknown while another was known: a
 * sum of both tells no ratio. What passed in them is kept apart, so that ratios are of the rest.
 */

import type { Energies, QuarterRecord, Seconds } from '../records.ts';
import { kwhUnits } from '../tariff/money.ts';
import { EnergySum } from './exact.ts';

/** What makes the balance of the home, and its sign there. */
const SIGNS = {
  solar_kwh: 1,
  import_kwh: 1,
  export_kwh: -1,
  battery_discharge_kwh: 1,
  battery_charge_kwh: -1,
} as const;
type Part = keyof typeof SIGNS;
const PARTS = Object.keys(SIGNS) as Part[];

/** A second that is told a second later tears no balance. */
const SKEW_SHARE = 0.01;
const SKEW_UNITS = kwhUnits(0.01);
/** Less than this of all that passed spoils no ratio. */
const WORTH_TELLING = 0.01;

type Known = Pick<QuarterRecord, 'energy'> & Seconds;

/**
 * Of what was recovered the amounts are right and only the times are not, so its balance need not
 * close in each quarter hour.
 */
export function isUnbalanced({ energy, ...seconds }: Known): boolean {
  const known = PARTS.filter((part) => energy[part] != null);
  if (known.length === 0) return false;
  if (energy.home_kwh === null) return seenSeconds(seconds) === 0;
  if (seconds.recovered_s) return false;
  const sum = (signs: Partial<Record<Part, number>>) =>
    known.reduce((units, part) => units + (signs[part] ?? 1) * kwhUnits(energy[part] ?? 0), 0);
  const torn = Math.abs(sum(SIGNS) - kwhUnits(energy.home_kwh));
  return torn > SKEW_UNITS + SKEW_SHARE * sum({});
}

function seenSeconds({ covered_s, held_s = 0, estimated_s = 0 }: Omit<Known, 'energy'>): number {
  return covered_s + held_s + estimated_s;
}

interface Kept {
  energy: Energies;
  unbalanced?: Energies;
}

/** What passed while all of the balance was known. */
export function balancedOf({ energy, unbalanced }: Kept): Energies {
  if (!unbalanced) return energy;
  const rest = new EnergySum();
  rest.add(energy);
  rest.subtract(unbalanced);
  return rest.energies();
}

/** Whether so much passed while a part of the balance was unknown that somebody should be told. */
export function isIncomplete({ energy, unbalanced }: Kept): boolean {
  if (!unbalanced) return false;
  const gross = (energies: Energies) =>
    PARTS.reduce((units, part) => units + kwhUnits(energies[part] ?? 0), 0);
  return gross(unbalanced) > Math.max(SKEW_UNITS, WORTH_TELLING * gross(energy));
}
