/**
 * What the home is doing at one instant: the power balance and the split into flows, from signed
 * powers. It knows no meter and no time. Signs as everywhere: grid + import, solar + generation,
 * battery + discharge.
 */
import type { Flows } from './snapshot.ts';

export type SolarPosition = 'load_side' | 'line_side';

/** W. `null` is not known now; left out is not there, and contributes nothing. */
export interface PowerInputs {
  /** Sum of the mains CTs, + towards the house. */
  mainsW?: number | null;
  solarRawW?: number | null;
  batteryW?: number | null;
}

/** W; `null` wherever a term that is needed is not known. */
export interface PowerBalance {
  solarW: number | null;
  standbyW: number | null;
  gridW: number | null;
  importW: number | null;
  exportW: number | null;
  batteryW: number | null;
  homeW: number | null;
  /** What had to be clamped away to keep the home from being negative, <= 0. */
  residualW: number | null;
  /** False when the residual is more than skew between two reads can explain. */
  explained: boolean;
}

const SKEW_W = 20;
const SKEW_SHARE = 0.01;

/** The balance of one instant, before any value is held (energy rules, section 2). */
export function balancePower(inputs: PowerInputs, position: SolarPosition): PowerBalance {
  const { mainsW = null, solarRawW = 0, batteryW = 0 } = inputs;
  const solarW = solarRawW === null ? null : Math.max(0, solarRawW);
  const gridW = position === 'line_side' ? sum(mainsW, negated(solarRawW)) : mainsW;
  const homeRawW = sum(solarW, gridW, batteryW);
  const homeW = homeRawW === null ? null : Math.max(0, homeRawW);
  const residualW = homeRawW === null ? null : Math.min(0, homeRawW);
  return {
    solarW,
    standbyW: solarRawW === null ? null : Math.max(0, -solarRawW),
    gridW,
    importW: gridW === null ? null : Math.max(0, gridW),
    exportW: gridW === null ? null : Math.max(0, negated(gridW) ?? 0),
    batteryW,
    homeW,
    residualW,
    explained: residualW === null || residualW >= -toleranceW(solarW ?? 0, gridW ?? 0),
  };
}

function toleranceW(solarW: number, gridW: number): number {
  return SKEW_W + SKEW_SHARE * Math.abs(solarW) + SKEW_SHARE * Math.abs(gridW);
}

/** The sum, unknown as soon as one term is. */
export function sum(...terms: (number | null)[]): number | null {
  let total = 0;
  for (const term of terms) {
    if (term === null) return null;
    total += term;
  }
  return total;
}

/** Subtracting from 0 keeps -0 out of what is published. */
function negated(valueW: number | null): number | null {
  return valueW === null ? null : 0 - valueW;
}

/** All seven flows, W, >= 0. */
export type AllFlows = Required<Flows>;

export const FLOW_KEYS = [
  'solar_home_w',
  'solar_battery_w',
  'solar_grid_w',
  'battery_home_w',
  'battery_grid_w',
  'grid_home_w',
  'grid_battery_w',
] as const satisfies readonly (keyof Flows)[];

/**
 * Who feeds whom, solar first (energy rules, section 3). `null` where a power is not known or the
 * residual is beyond the tolerance: a made-up arrow is worse than none.
 */
export function splitFlows(balance: PowerBalance): AllFlows | null {
  const { solarW, gridW, batteryW, homeW, explained } = balance;
  if (solarW === null || gridW === null || batteryW === null || homeW === null) return null;
  if (!explained) return null;
  const imported = Math.max(0, gridW);
  const exported = Math.max(0, -gridW);
  const discharge = Math.max(0, batteryW);
  const charge = Math.max(0, -batteryW);

  const solarHome = Math.min(solarW, homeW);
  const solarBattery = Math.min(solarW - solarHome, charge);
  const solarGrid = Math.min(solarW - solarHome - solarBattery, exported);
  const batteryHome = Math.min(discharge, homeW - solarHome);
  const batteryGrid = Math.min(discharge - batteryHome, exported - solarGrid);
  const gridHome = Math.min(imported, homeW - solarHome - batteryHome);
  const gridBattery = Math.min(imported - gridHome, charge - solarBattery);
  return {
    solar_home_w: solarHome,
    solar_battery_w: solarBattery,
    solar_grid_w: solarGrid,
    battery_home_w: batteryHome,
    battery_grid_w: batteryGrid,
    grid_home_w: gridHome,
    grid_battery_w: gridBattery,
  };
}

const MOST_HELD = 3;

/**
 * Holds the last good home through a short nonsense: a residual beyond the tolerance keeps it for
 * at most three snapshots, then the home is 0 and the residual stays to be explained.
 */
export class HomeHold {
  #goodW: number | null = null;
  #held = 0;

  /** The home to publish for this snapshot's balance, W. */
  next(balance: PowerBalance): { homeW: number | null; held: boolean } {
    if (balance.homeW === null || balance.explained) {
      this.#goodW = balance.homeW;
      this.#held = 0;
      return { homeW: balance.homeW, held: false };
    }
    if (this.#goodW === null || this.#held >= MOST_HELD) {
      return { homeW: balance.homeW, held: false };
    }
    this.#held += 1;
    return { homeW: this.#goodW, held: true };
  }
}
