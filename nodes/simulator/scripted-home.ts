/**
 * A home that lives by a script: what `home-script.ts` describes, at any instant, decided by the site,
 * the script and the time alone. Refuses to know meters and registers.
 */
import type { Phase } from '../meter/reading.ts';
import { createBattery } from './battery.ts';
import {
  ANGLES,
  DEFAULT_INVERTER_W,
  type Home,
  type HomeState,
  type LegState,
  placeOf,
  type SiteFacts,
} from './home.ts';
import type { HomeScript } from './home-script.ts';
import { type AcPower, byTheMinute, createPanels, invert, offeredW } from './inverter.ts';
import { createLocalTime } from './local-time.ts';
import { createUsage, type Usage } from './scripted-loads.ts';
import { sharesOf } from './shares.ts';
import { createScriptedSky } from './skies.ts';
import { createSupply, type Supply } from './supply.ts';
import { anyHolds, dayOf, holds, type Moment, timingOf } from './timing.ts';

const NOTHING: AcPower = { watts: 0, vars: 0 };

/** All that flows in the home but the battery. */
interface Flow {
  usage: Usage;
  solar: AcPower;
  hiddenW: number;
  evW: number;
  /** What it would send to the grid, W. */
  surplusW: number;
}

/**
 * The home of `site` that `script` describes; the same script is the same home, asked in any order.
 * Two meters of a home may ask for one instant: the second time it costs nothing.
 */
export function createScriptedHome(site: SiteFacts, script: HomeScript): Home {
  const { length: legs } = ANGLES[site.service];
  const momentAt = createMoments(site.timezone, script.start);
  const flowAt = createFlow(site, script);
  const surplusAt = (ms: number) => flowAt(ms, momentAt(ms)).surplusW;
  const { longitude } = placeOf(site);
  const { seed } = script;
  const battery = script.battery
    ? createBattery({ script: script.battery, seed, longitude, surplusAt })
    : null;
  const wander = script.voltage_wander_percent / 100;
  const supply = createSupply({ seed, legs, nominalV: site.nominal_voltage, wander });
  const legsAt = createLegs(site, script, supply);
  let last: HomeState | null = null;

  return {
    at(ms) {
      if (last?.ms === ms) return last;
      const moment = momentAt(ms);
      const flow = flowAt(ms, moment);
      const batteryW = battery?.(ms, moment, flow.surplusW) ?? 0;
      const { circuits } = flow.usage;
      const state = { ms, frequencyHz: supply.frequencyHz(ms), legs: legsAt(ms, flow, batteryW) };
      last = circuits ? { ...state, circuits } : state;
      return last;
    },
  };
}

function createMoments(timezone: string, start: string): (ms: number) => Moment {
  const localTime = createLocalTime(timezone);
  const firstDay = dayOf(start);
  return (ms) => {
    const { day, hour } = localTime(ms);
    return { day: day - firstDay, second: hour * 3_600 };
  };
}

function createFlow(site: SiteFacts, script: HomeScript): (ms: number, moment: Moment) => Flow {
  const usageAt = createUsage(script, ANGLES[site.service].length);
  const light = byTheMinute(createPanels(placeOf(site)));
  const sky = createScriptedSky(script);
  const solarOf = createSolar(site, script);
  const hiddenOf = createHidden(script);
  const charging = (script.ev?.schedule ?? []).map((each) => ({
    timing: timingOf(each),
    watts: each.watts,
  }));

  return (ms, moment) => {
    const usage = usageAt(ms, moment);
    const perRatedW = offeredW(1, light(ms), sky(ms, moment));
    const solar = solarOf(moment, perRatedW);
    const hiddenW = hiddenOf(moment, perRatedW);
    const evW = charging.find(({ timing }) => holds(timing, moment))?.watts ?? 0;
    const usedW = usage.watts.reduce((sum, watts) => sum + watts, evW);
    return { usage, solar, hiddenW, evW, surplusW: solar.watts + hiddenW - usedW };
  };
}

/** The inverter: its power for what the light offers per rated W. */
function createSolar(site: SiteFacts, { solar }: HomeScript) {
  if (!solar) return () => NOTHING;
  const ratedW = solar.watts ?? site.inverter_watts ?? DEFAULT_INVERTER_W;
  const asleep = { watts: solar.standby_watts, vars: solar.standby_var };
  const off = solar.off.map(timingOf);
  return (moment: Moment, perRatedW: number): AcPower =>
    anyHolds(off, moment) ? NOTHING : invert(ratedW * perRatedW, ratedW, asleep);
}

function createHidden({ hidden_generator: hidden }: HomeScript) {
  if (!hidden) return () => 0;
  const timing = timingOf(hidden);
  return (moment: Moment, perRatedW: number): number => {
    if (!holds(timing, moment)) return 0;
    return hidden.follows === 'sun' ? hidden.watts * Math.min(1, perRatedW) : hidden.watts;
  };
}

/** Deals the flows out to the legs, and lets the voltage of each sag under what is left. */
function createLegs(site: SiteFacts, script: HomeScript, supply: Supply) {
  const angles: readonly number[] = ANGLES[site.service];
  const share = (part: { legs?: Phase[] | undefined } | null) =>
    sharesOf(part?.legs, angles.length);
  const solarShares = share(script.solar);
  const batteryShares = share(script.battery);
  const evShares = share(script.ev);
  // A plug-in generator is on one leg.
  const hiddenShares = share({ legs: script.hidden_generator?.legs ?? ['l1'] });

  return (ms: number, flow: Flow, totalBatteryW: number): LegState[] =>
    angles.map((angleDeg, leg) => {
      const loadW = flow.usage.watts[leg] ?? 0;
      const solarShare = solarShares[leg] ?? 0;
      const solarW = flow.solar.watts * solarShare;
      const batteryW = totalBatteryW * (batteryShares[leg] ?? 0);
      const evW = flow.evW * (evShares[leg] ?? 0);
      const hiddenW = flow.hiddenW * (hiddenShares[leg] ?? 0);
      const netW = loadW + evW - solarW - batteryW - hiddenW + (flow.usage.aheadW[leg] ?? 0);
      return {
        voltageV: supply.voltageV(ms, leg, netW),
        angleDeg,
        loadW,
        loadVar: flow.usage.vars[leg] ?? 0,
        solarW,
        solarVar: flow.solar.vars * solarShare,
        batteryW,
        evW,
        hiddenW,
      };
    });
}
