/**
 * Panels and the inverter behind them: what light they catch and what comes out on the AC side. Knows
 * the sun and the clouds it is given; refuses to know legs and meters.
 */
import { type Place, sunPosition } from '../site/sun.ts';
import { clearSky, incidence } from './sun.ts';
import type { Clouds } from './weather.ts';

/** What a clear sky brings to the panels, W/m2. */
export interface Light {
  direct: number;
  diffuse: number;
}

export interface AcPower {
  watts: number;
  vars: number;
}

/** Panels are bought somewhat larger than the inverter; a clear noon then touches its limit. */
const ARRAY_PER_INVERTER = 1.2;
/** Heat, dirt, cables and the inverter itself. */
const ARRAY_YIELD = 0.86;
const INVERTER_WAKES_W = 12;
const MINUTE_MS = 60_000;

/** Light on panels that face the equator, tilted as is usual at that latitude. */
export function createPanels(place: Place): (ms: number) => Light {
  const tiltDeg = Math.min(40, Math.max(10, Math.abs(place.latitude) - 8));
  const skyView = (1 + Math.cos((tiltDeg * Math.PI) / 180)) / 2;
  return (ms) => {
    const sun = sunPosition(ms, place);
    const light = clearSky(sun.elevationDeg);
    return {
      direct: light.beam * incidence(sun, place, tiltDeg),
      diffuse: light.diffuse * skyView,
    };
  };
}

/** The same, worked out once a minute and joined by straight lines: for days that have to go by fast. */
export function byTheMinute(panels: (ms: number) => Light): (ms: number) => Light {
  let minute = Number.NaN;
  let from: Light = { direct: 0, diffuse: 0 };
  let to = from;
  return (ms) => {
    const now = Math.floor(ms / MINUTE_MS);
    if (now !== minute) {
      from = now === minute + 1 ? to : panels(now * MINUTE_MS);
      to = panels((now + 1) * MINUTE_MS);
      minute = now;
    }
    const share = ms / MINUTE_MS - now;
    return {
      direct: from.direct + (to.direct - from.direct) * share,
      diffuse: from.diffuse + (to.diffuse - from.diffuse) * share,
    };
  };
}

/** What an inverter of `ratedW` would deliver under these clouds if it had no limits, W. */
export function offeredW(ratedW: number, light: Light, clouds: Clouds): number {
  const onPanels = light.direct * clouds.beam + light.diffuse * clouds.diffuse;
  return ((ratedW * ARRAY_PER_INVERTER * onPanels) / 1000) * ARRAY_YIELD;
}

/** The AC side, positive into the home: asleep it draws a little and shows its filter's var. */
export function invert(offered: number, ratedW: number, asleep: AcPower): AcPower {
  if (offered < INVERTER_WAKES_W) return { watts: -asleep.watts, vars: asleep.vars };
  const watts = Math.min(ratedW, offered);
  return { watts, vars: asleep.vars - 0.02 * watts };
}
