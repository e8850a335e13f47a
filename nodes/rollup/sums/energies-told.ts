/**
 * The energies of a stretch of time as they are told: rounded once, home never below 0, and what
 * share of solar was used and of the home's use was covered. Undefined is null, never 0 or 1.
 */
import type { Energies } from '../records.ts';
import { roundDecimal } from './rounding.ts';
import type { EnergySummary } from './summary.ts';

const DECIMALS = 3;
const RATIO_DECIMALS = 4;
const WH = 1000;
/** A ratio of less is noise. */
const LEAST_KWH = 0.01;
/** Rounding each on its own may tear the balance apart by 3 Wh; by more than 2 shall nobody see. */
const TORN_WH = 2;

/** Not every site has them. */
const WHERE_THERE = [
  'battery_charge_kwh',
  'battery_discharge_kwh',
  'ev_kwh',
  'solar_standby_kwh',
] as const;

type Kwh = number | null;

export type ToldEnergies = Pick<
  EnergySummary,
  | 'solar_kwh'
  | 'home_kwh'
  | 'import_kwh'
  | 'export_kwh'
  | 'battery_charge_kwh'
  | 'battery_discharge_kwh'
  | 'ev_kwh'
  | 'solar_standby_kwh'
  | 'self_consumption_kwh'
  | 'self_consumption'
  | 'solar_offset'
  | 'self_sufficiency'
>;

/** @param balanced  what of it passed while all of the balance was known: ratios are of that */
export function toldEnergies(energy: Energies, balanced = energy): ToldEnergies {
  return {
    solar_kwh: told(energy.solar_kwh),
    home_kwh: toldHome(energy),
    import_kwh: told(energy.import_kwh),
    export_kwh: told(energy.export_kwh),
    ...toldWhereThere(energy),
    ...ratiosOf(balanced),
  };
}

function told(kwh: Kwh): Kwh {
  return kwh === null ? null : roundDecimal(kwh, DECIMALS);
}

function toldWhereThere(energy: Energies) {
  const there = WHERE_THERE.filter((key) => energy[key] !== undefined);
  return Object.fromEntries(there.map((key) => [key, told(energy[key] ?? null)])) as Pick<
    ToldEnergies,
    (typeof WHERE_THERE)[number]
  >;
}

/** What was measured as the home's; the rounded parts beside it add up to it within 2 Wh. */
function toldHome(energy: Energies): Kwh {
  if (energy.home_kwh === null) return null;
  const homeWh = Math.round(Math.max(0, roundDecimal(energy.home_kwh, DECIMALS)) * WH);
  const exact = balanceOf(energy, (kwh) => kwh);
  // Where a part was not measured all the time, they do not add up and are not made to.
  const closes = exact !== null && Math.abs(exact - energy.home_kwh) < TORN_WH / WH;
  const partsWh = closes
    ? Math.round((balanceOf(energy, (kwh) => roundDecimal(kwh, DECIMALS)) ?? 0) * WH)
    : homeWh;
  const fittedWh = Math.min(Math.max(homeWh, partsWh - TORN_WH), partsWh + TORN_WH);
  return Math.max(0, fittedWh) / WH;
}

/** solar + import - export + discharge - charge; null where one of them is not known. */
function balanceOf(energy: Energies, as: (kwh: number) => number): Kwh {
  const { solar_kwh, import_kwh, export_kwh } = energy;
  const { battery_discharge_kwh = 0, battery_charge_kwh = 0 } = energy;
  if (solar_kwh === null || import_kwh === null || export_kwh === null) return null;
  if (battery_discharge_kwh === null || battery_charge_kwh === null) return null;
  const grid = as(import_kwh) - as(export_kwh);
  return as(solar_kwh) + grid + as(battery_discharge_kwh) - as(battery_charge_kwh);
}

function ratiosOf(energy: Energies) {
  const { solar_kwh: solar, home_kwh: home } = energy;
  const { used, solarHome, gridHome } = flowsOf(energy);
  const gridShare = ratio(gridHome, home);
  return {
    self_consumption_kwh: used === null ? null : told(Math.max(0, used)),
    self_consumption: clamped(ratio(used, solar)),
    solar_offset: clamped(ratio(solarHome, home)),
    self_sufficiency: clamped(gridShare === null ? null : 1 - gridShare),
  };
}

interface Flows {
  /** Solar energy that did not go to the grid. */
  used: Kwh;
  solarHome: Kwh;
  gridHome: Kwh;
}

/**
 * Only a battery makes the flows of an instant more than the totals tell: without one, what solar
 * did not export the home used.
 */
function flowsOf(energy: Energies): Flows {
  const { solar_kwh: solar, home_kwh: home, export_kwh: exported } = energy;
  const hasBattery =
    energy.battery_charge_kwh !== undefined || energy.battery_discharge_kwh !== undefined;
  if (!hasBattery) {
    const used = minus(solar, exported);
    return { used, solarHome: used, gridHome: minus(home, used) };
  }
  const { solar_grid_kwh = null, solar_home_kwh = null, grid_home_kwh = null } = energy;
  return {
    used: minus(solar, solar_grid_kwh),
    solarHome: solar_home_kwh,
    gridHome: grid_home_kwh,
  };
}

function minus(a: Kwh, b: Kwh): Kwh {
  return a === null || b === null ? null : a - b;
}

function ratio(part: Kwh, whole: Kwh): Kwh {
  return part === null || whole === null || whole < LEAST_KWH ? null : part / whole;
}

function clamped(share: Kwh): Kwh {
  return share === null ? null : roundDecimal(Math.min(1, Math.max(0, share)), RATIO_DECIMALS);
}
