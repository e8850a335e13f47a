/**
 * Energies of a stretch of time under another configuration, from what its channels measured. All is
 * reckoned in whole units of 1e-7 kWh, so that the balance of the home closes to the last digit.
 */

import type { ChannelEnergies, Energies } from '../records.ts';
import { kwhOf, kwhUnits } from '../tariff/money.ts';
import { QUANTITIES, type Quantity, type Rewiring, type Turn, UNTURNED } from './rewiring.ts';
import { type EnergyFlows, splitEnergy } from './split-energy.ts';

/** Units of both directions; null where nothing was measured. */
interface Both {
  imported: number | null;
  exported: number | null;
}

/** The keys under which a record keeps the directions of a quantity. */
const KEYS = {
  grid: ['import_kwh', 'export_kwh'],
  solar: ['solar_kwh', 'solar_standby_kwh'],
  battery: ['battery_discharge_kwh', 'battery_charge_kwh'],
  ev: ['ev_kwh', null],
} as const;

const FLOWS = {
  solar_home_kwh: 'solar_home',
  solar_grid_kwh: 'solar_grid',
  grid_home_kwh: 'grid_home',
  solar_battery_kwh: 'solar_battery',
  battery_home_kwh: 'battery_home',
  battery_grid_kwh: 'battery_grid',
  grid_battery_kwh: 'grid_battery',
} as const satisfies Record<string, keyof EnergyFlows>;

/** More than this below 0 is no skew between two reads: then nobody can say who fed whom. */
const SKEW_W = 20;
const SKEW_SHARE = 0.01;
const UNITS_PER_WATT_SECOND = kwhUnits(1) / 3_600_000;

export interface Stretch {
  energy: Energies;
  channels: ChannelEnergies;
  /** How much of it was measured, s. */
  seconds: number;
  rewiring: Rewiring;
}

/** The energies of a whole minute or quarter: what a site has is there, if only as null. */
export function correctEnergies(stretch: Stretch): Energies {
  const { energy, rewiring } = stretch;
  const both = quantities(stretch);
  const found: Record<string, number | null> = {
    solar_kwh: both.solar.imported,
    home_kwh: energy.home_kwh === null ? null : homeOf(both, rewiring),
    import_kwh: both.grid.imported,
    export_kwh: both.grid.exported,
    ...(rewiring.parts.battery.length > 0 && {
      battery_discharge_kwh: both.battery.imported,
      battery_charge_kwh: both.battery.exported,
    }),
    ...(rewiring.parts.ev.length > 0 && { ev_kwh: both.ev.imported }),
    // Left out where it is 0.
    ...(both.solar.exported && { solar_standby_kwh: both.solar.exported }),
  };
  const flows = flowsOf(both, found.home_kwh ?? null, stretch);
  for (const [key, name] of Object.entries(FLOWS)) {
    if (rewiring.parts.battery.length === 0 && key.includes('battery')) continue;
    found[key] = flows?.[name] ?? null;
  }
  return inKwh(found) as Energies;
}

/** The energies of a block that tells only what was recovered: what it does not tell passed as 0. */
export function correctSome(stretch: Stretch): Partial<Record<keyof Energies, number>> {
  const { energy, channels, rewiring } = stretch;
  const both = quantities(stretch);
  const found: Record<string, number | null> = {};
  for (const quantity of QUANTITIES) {
    const told = rewiring.parts[quantity].some(({ id }) => Object.hasOwn(channels, id));
    const [importKey, exportKey] = KEYS[quantity];
    if (!told && energy[importKey] == null) continue;
    found[importKey] = both[quantity].imported;
    if (exportKey && (both[quantity].exported || quantity !== 'solar')) {
      found[exportKey] = both[quantity].exported;
    }
  }
  if (energy.home_kwh != null) found.home_kwh = balanceOf(both);
  const flows = flowsOf(both, found.home_kwh ?? null, stretch);
  for (const [key, name] of Object.entries(FLOWS)) {
    if (energy[key as keyof typeof FLOWS] != null) found[key] = flows?.[name] ?? null;
  }
  const known = Object.entries(inKwh(found)).filter(([, kwh]) => kwh !== null);
  return Object.fromEntries(known) as Partial<Record<keyof Energies, number>>;
}

function quantities(stretch: Stretch): Record<Quantity, Both> {
  return {
    grid: quantityOf('grid', stretch),
    solar: quantityOf('solar', stretch),
    battery: quantityOf('battery', stretch),
    ev: quantityOf('ev', stretch),
  };
}

/**
 * As recorded, turned, where the record still has all it takes; else from the channels. The other way
 * of solar and of a car is not kept everywhere.
 */
function quantityOf(quantity: Quantity, stretch: Stretch): Both {
  const { energy, rewiring } = stretch;
  const turn = rewiring.whole[quantity];
  const [importKey, exportKey] = KEYS[quantity];
  if (turn && !(turn.swapped && (quantity === 'solar' || quantity === 'ev'))) {
    const recorded = {
      imported: unitsOf(energy[importKey]),
      exported: exportKey === null ? null : unitsOf(energy[exportKey]),
    };
    return turned(recorded, turn);
  }
  return madeOf(quantity, stretch);
}

function madeOf(quantity: Quantity, { channels, rewiring }: Stretch): Both {
  const parts = rewiring.parts[quantity].flatMap(({ id, sign }) => {
    const channel = channels[id];
    if (!channel) return [];
    const { import_kwh, export_kwh } = channel;
    const measured = { imported: unitsOf(import_kwh), exported: unitsOf(export_kwh) };
    return [{ sign, ...turned(measured, rewiring.turns.get(id) ?? UNTURNED) }];
  });
  if (quantity !== 'grid' || (parts.length === 1 && parts[0]?.sign === 1)) {
    return {
      imported: sumOfKnown(parts.map(({ imported }) => imported)),
      exported: sumOfKnown(parts.map(({ exported }) => exported)),
    };
  }
  // No channel measures it: its directions are told apart as finely as this record allows.
  let net = 0;
  for (const { sign, imported, exported } of parts) {
    if (imported === null && exported === null) return { imported: null, exported: null };
    net += sign * ((imported ?? 0) - (exported ?? 0));
  }
  if (parts.length === 0) return { imported: null, exported: null };
  return { imported: Math.max(0, net), exported: Math.max(0, -net) };
}

function turned({ imported, exported }: Both, { factor, swapped }: Turn): Both {
  const scaled = (units: number | null) => (units === null ? null : Math.round(units * factor));
  const [first, second] = swapped ? [exported, imported] : [imported, exported];
  return { imported: scaled(first), exported: scaled(second) };
}

/** Null while a source or sink that the site has is not known. */
function homeOf(both: Record<Quantity, Both>, { parts }: Rewiring): number | null {
  const { grid, solar, battery } = both;
  if (isUnknown(grid)) return null;
  if (parts.solar.length > 0 && isUnknown(solar)) return null;
  if (parts.battery.length > 0 && isUnknown(battery)) return null;
  return balanceOf(both);
}

function balanceOf({ grid, solar, battery }: Record<Quantity, Both>): number {
  return (
    (solar.imported ?? 0) +
    (grid.imported ?? 0) -
    (grid.exported ?? 0) +
    (battery.imported ?? 0) -
    (battery.exported ?? 0)
  );
}

function isUnknown({ imported, exported }: Both): boolean {
  return imported === null && exported === null;
}

function flowsOf(
  { grid, solar, battery }: Record<Quantity, Both>,
  home: number | null,
  { seconds }: Stretch,
): EnergyFlows | null {
  if (home === null) return null;
  const [made, imported, exported] = [solar.imported ?? 0, grid.imported ?? 0, grid.exported ?? 0];
  const skewed = SKEW_W * seconds * UNITS_PER_WATT_SECOND;
  if (home < -(skewed + SKEW_SHARE * (made + imported + exported))) return null;
  return splitEnergy({
    solar: made,
    imported,
    exported,
    discharge: battery.imported ?? 0,
    charge: battery.exported ?? 0,
    home: Math.max(0, home),
  });
}

function sumOfKnown(terms: readonly (number | null)[]): number | null {
  const known = terms.filter((term) => term !== null);
  return known.length === 0 ? null : known.reduce((sum, term) => sum + term, 0);
}

function unitsOf(kwh: number | null | undefined): number | null {
  return kwh == null ? null : kwhUnits(kwh);
}

function inKwh(units: Record<string, number | null>): Record<string, number | null> {
  const entries = Object.entries(units).map(([key, value]) => [
    key,
    value === null ? null : kwhOf(value),
  ]);
  return Object.fromEntries(entries);
}
