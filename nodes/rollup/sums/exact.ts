/**
 * Sums that come out the same to the last digit, whatever the order: energies are added as whole
 * numbers of 1e-7 kWh, money of 1e-6. Null is what was not measured; null and x are x.
 */
import type { EnergyKey } from '../../journal/minute.ts';
import type { ChannelEnergies, ChannelEnergy, Energies } from '../records.ts';
import { kwhOf, kwhUnits, microUnits, moneyOf } from '../tariff/money.ts';

/** The one order in which energies are written. */
const ENERGY_KEYS = [
  'solar_kwh',
  'home_kwh',
  'import_kwh',
  'export_kwh',
  'battery_charge_kwh',
  'battery_discharge_kwh',
  'ev_kwh',
  'solar_standby_kwh',
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

  /** Takes a part away again: what is left of a sum that is all of one part is 0. */
  subtract(energies: Partial<Energies>): void {
    for (const [key, sum] of this.#sums) {
      if (sum !== null) this.#sums.set(key, sum - kwhUnits(energies[key] ?? 0));
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

const WAYS = ['import', 'export'] as const;
type Way = (typeof WAYS)[number];

/** One way of a channel, in whole units. */
interface WaySum {
  counted: number | null;
  /** By power where it is told, else as counted: then the two differ by what power tells. */
  integrated: number;
  isIntegrated: boolean;
}

/** By channel, in the order of their names. */
export class ChannelSum {
  #sums = new Map<string, Record<Way, WaySum>>();

  add(channels: Readonly<Record<string, Partial<ChannelEnergy>>>): void {
    for (const id of Object.keys(channels)) {
      const channel = channels[id] ?? {};
      const sum = this.#sums.get(id) ?? { import: noSum(), export: noSum() };
      for (const way of WAYS) {
        addWay(sum[way], channel[`${way}_kwh`] ?? null, channel[`integrated_${way}_kwh`]);
      }
      this.#sums.set(id, sum);
    }
  }

  channels(): ChannelEnergies {
    const entries = [...this.#sums].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      entries.map(([id, { import: imported, export: exported }]): [string, ChannelEnergy] => [
        id,
        {
          import_kwh: imported.counted === null ? null : kwhOf(imported.counted),
          export_kwh: exported.counted === null ? null : kwhOf(exported.counted),
          ...(isTold(imported) && { integrated_import_kwh: kwhOf(imported.integrated) }),
          ...(isTold(exported) && { integrated_export_kwh: kwhOf(exported.integrated) }),
        },
      ]),
    );
  }
}

function noSum(): WaySum {
  return { counted: null, integrated: 0, isIntegrated: false };
}

function addWay(sum: WaySum, kwh: number | null, integratedKwh: number | undefined): void {
  const units = kwh === null ? null : kwhUnits(kwh);
  if (units !== null) sum.counted = (sum.counted ?? 0) + units;
  sum.integrated += integratedKwh === undefined ? (units ?? 0) : kwhUnits(integratedKwh);
  sum.isIntegrated ||= integratedKwh !== undefined;
}

function isTold({ counted, integrated, isIntegrated }: WaySum): boolean {
  return isIntegrated && (integrated !== 0 || (counted ?? 0) !== 0);
}

export function addMoney(a: number, b: number): number;
/** Null is an amount that is not known; null and x are x. */
export function addMoney(a: number | null, b: number | null): number | null;
export function addMoney(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return moneyOf(microUnits(a) + microUnits(b));
}
