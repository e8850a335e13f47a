/**
 * The simulated home: sun, clouds, inverter, household and service entrance at any instant, decided
 * by (site, seed, time) alone. Refuses to know meters, registers and the time it is now.
 */
import type { SiteConfig } from '../site/schema.ts';
import type { Place } from '../site/sun.ts';
import { type AcPower, createPanels, invert, offeredW } from './inverter.ts';
import { createHousehold } from './loads.ts';
import { createLocalTime, createOffset } from './local-time.ts';
import { createSupply } from './supply.ts';
import { createSky } from './weather.ts';

export type SiteFacts = Pick<
  SiteConfig['site'],
  'timezone' | 'latitude' | 'longitude' | 'service' | 'nominal_voltage' | 'inverter_watts'
>;

/** One live conductor of the service and what hangs on it. */
export interface LegState {
  /** To neutral, RMS. */
  voltageV: number;
  /** Of the voltage against leg 1, degrees. */
  angleDeg: number;
  /** Consumption: W and var, inductive +. */
  loadW: number;
  loadVar: number;
  /** Generation: W and var into the leg; W is negative while the inverter sleeps. */
  solarW: number;
  solarVar: number;
  /** Of the battery into the leg: + discharge. */
  batteryW: number;
  /** Consumption of the car's charger, beside `loadW`. */
  evW: number;
  /** Generation that no CT is on. */
  hiddenW: number;
}

/** A circuit that a CT of its own may be on, part of `loadW`. One entry a leg. */
export interface CircuitState {
  name: string;
  watts: readonly number[];
  vars: readonly number[];
}

export interface HomeState {
  ms: number;
  frequencyHz: number;
  legs: LegState[];
  circuits?: readonly CircuitState[];
}

/** The home in the numbers of the dashboard, W; signs and rules of the snapshot. */
export interface HomeFlows {
  solarW: number;
  standbyW: number;
  /** All that is used, the car's charger included. */
  homeW: number;
  /** + import, - export. */
  gridW: number;
  /** + discharge. */
  batteryW: number;
  evW: number;
  /** What a generator makes that nobody measures. */
  hiddenW: number;
}

export interface Home {
  at(ms: number): HomeState;
}

/** Of the voltages against leg 1, degrees. */
export const ANGLES = {
  single_phase: [0],
  split_phase: [0, 180],
  three_phase: [0, -120, 120],
} as const;

export const DEFAULT_INVERTER_W = 6_000;
const DEFAULT_LATITUDE = 40;
/** What the inverter draws at night, and its filter's var. */
const ASLEEP = { watts: 8, vars: 34 };
/** How far the utility's voltage strays. */
const WANDER = 0.012;

/** A home at the given site; the same seed is the same home, to the last cloud. */
export function createHome(site: SiteFacts, { seed }: { seed: number }): Home {
  const angles: readonly number[] = ANGLES[site.service];
  const household = createHousehold(seed, angles.length);
  const localTime = createLocalTime(site.timezone);
  const solarAt = createSolar(site, seed);
  const nominalV = site.nominal_voltage;
  const supply = createSupply({ seed, legs: angles.length, nominalV, wander: WANDER });

  return {
    at(ms) {
      const loads = household(ms, localTime(ms));
      const solar = solarAt(ms);
      const solarW = solar.watts / angles.length;
      const legs = angles.map((angleDeg, leg): LegState => {
        const loadW = loads.watts[leg] ?? 0;
        return {
          voltageV: supply.voltageV(ms, leg, loadW - solarW),
          angleDeg,
          loadW,
          loadVar: loads.vars[leg] ?? 0,
          solarW,
          solarVar: solar.vars / angles.length,
          batteryW: 0,
          evW: 0,
          hiddenW: 0,
        };
      });
      return { ms, frequencyHz: supply.frequencyHz(ms), legs };
    },
  };
}

/** The numbers of a state. At night the inverter's own draw is consumption of the home. */
export function flowsOf(state: HomeState): HomeFlows {
  let loadW = 0;
  let solarW = 0;
  let batteryW = 0;
  let evW = 0;
  let hiddenW = 0;
  for (const leg of state.legs) {
    loadW += leg.loadW;
    solarW += leg.solarW;
    batteryW += leg.batteryW;
    evW += leg.evW;
    hiddenW += leg.hiddenW;
  }
  const standbyW = Math.max(0, -solarW);
  return {
    solarW: Math.max(0, solarW),
    standbyW,
    homeW: loadW + evW + standbyW,
    gridW: loadW + evW - solarW - batteryW - hiddenW,
    batteryW,
    evW,
    hiddenW,
  };
}

/** Where the site is. Without coordinates: 40 degrees north, and as far east as its clock says. */
export function placeOf(site: SiteFacts): Place {
  const winterOffsetMs = createOffset(site.timezone)(Date.UTC(2025, 0, 1));
  return {
    latitude: site.latitude ?? DEFAULT_LATITUDE,
    longitude: site.longitude ?? (winterOffsetMs / 3_600_000) * 15,
  };
}

/** The AC side of the inverter, W and var, both positive into the home. */
function createSolar(site: SiteFacts, seed: number): (ms: number) => AcPower {
  const panels = createPanels(placeOf(site));
  const ratedW = site.inverter_watts ?? DEFAULT_INVERTER_W;
  const clouds = createSky(seed);
  return (ms) => invert(offeredW(ratedW, panels(ms), clouds(ms)), ratedW, ASLEEP);
}
