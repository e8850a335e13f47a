/**
 * Sums that come out the same to the last digit, whatever the order: energies are added as whole
 * numbers of 1e-7 kWh, money of 1e-6. Null is what was not measured; null and x are x.
 */
import type { EnergyKey } from '../journal/minute.ts';
import { kwhOf, kwhUnits, microUnits, moneyOf } from './money.ts';
import type { ChannelEnergies, Energies } from './records.ts';

/** The one order in which energies are written. */
const ENERGY_KEYS = [
  'solar_kwh',
  'home_kwh',
  'import_kwh',
  'export_kwh',
  'battery_charge_kwh',
  'battery_discharge_kwh',
  'ev_kwh',
  'solar_home_kwh',
  'solar_grid_kwh',
  'grid_home_kwh',
  'solar_battery_kwh',
  'battery_home_kwh',
  'battery_grid_kwh',
  'grid_battery_kwh',
] as const satisfies readonly EnergyKey[];

/** Energies being added; each must come once. */
export class EnergySum {
  /** Whole units; null where not measured. */
  #sums = new Map<EnergyKey, number | null>();

  add(energies: Partial<Energies>): void {
    for (const key of ENERGY_KEYS) {
      const kwh = energies[key];
      if (kwh === undefined) continue;
      const sum = this.#sums.get(key) ?? null;
      this.#sums.set(key, kwh === null ? sum : (sum ?? 0) + kwhUnits(kwh));
    }
  }

  /** In the one order; solar, home and grid are always there. */
  energies(): Energies {
    const found: Energies = { solar_kwh: null, home_kwh: null, import_kwh: null, export_kwh: null };
    for (const key of ENERGY_KEYS) {
      const sum = this.#sums.get(key);
      if (sum !== undefined) found[key] = sum === null ? null : kwhOf(sum);
    }
    return found;
  }
}

export function sumEnergies(list: Iterable<Partial<Energies>>): Energies {
  const sum = new EnergySum();
  for (const energies of list) sum.add(energies);
  return sum.energies();
}

/** By channel, in the order of their names. */
export class ChannelSum {
  #sums = new Map<string, { imported: number | null; exported: number | null }>();

  add(channels: ChannelEnergies): void {
    for (const id of Object.keys(channels)) {
      const { import_kwh = null, export_kwh = null } = channels[id] ?? {};
      const sum = this.#sums.get(id) ?? { imported: null, exported: null };
      if (import_kwh !== null) sum.imported = (sum.imported ?? 0) + kwhUnits(import_kwh);
      if (export_kwh !== null) sum.exported = (sum.exported ?? 0) + kwhUnits(export_kwh);
      this.#sums.set(id, sum);
    }
  }

  channels(): ChannelEnergies {
    const kwh = (sum: number | null) => (sum === null ? null : kwhOf(sum));
    const entries = [...this.#sums].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      entries.map(([id, { imported, exported }]) => [
        id,
        { import_kwh: kwh(imported), export_kwh: kwh(exported) },
      ]),
    );
  }
}

export function addMoney(a: number, b: number): number;
/** Null is an amount that is not known; null and x are x. */
export function addMoney(a: number | null, b: number | null): number | null;
export function addMoney(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return moneyOf(microUnits(a) + microUnits(b));
}
