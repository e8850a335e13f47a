/** The names profiles give to what a meter measures, and the unit each comes in. */
import { PHASES, type Phase } from './reading.ts';

export type ValueName =
  | 'frequency'
  | `voltage_${Phase}_n`
  | `current_${Phase}`
  | `power_${Phase | 'total'}`
  | `reactive_power_${Phase | 'total'}`
  | `power_factor_${Phase | 'total'}`
  /** `_nr`: nobody can reset it. */
  | `energy_${'import' | 'export'}_${Phase | 'total' | 'total_nr'}`;

/** Unit by name: V, A, W, var, Hz, kWh; '' for a plain number. */
export const UNITS: ReadonlyMap<string, string> = new Map([
  ['frequency', 'Hz'],
  ...each(PHASES, (phase): [string, string][] => [
    [`voltage_${phase}_n`, 'V'],
    [`current_${phase}`, 'A'],
  ]),
  ...each([...PHASES, 'total'], (part): [string, string][] => [
    [`power_${part}`, 'W'],
    [`reactive_power_${part}`, 'var'],
    [`power_factor_${part}`, ''],
  ]),
  ...each([...PHASES, 'total', 'total_nr'], (part): [string, string][] => [
    [`energy_import_${part}`, 'kWh'],
    [`energy_export_${part}`, 'kWh'],
  ]),
]);

export function isValueName(name: string): name is ValueName {
  return UNITS.has(name);
}

function each<T>(parts: readonly string[], make: (part: string) => T[]): T[] {
  return parts.flatMap(make);
}
