/**
 * What a scripted home uses: base, fridge, kettle and loads by the wall clock, or a family's habits
 * with loads beside them. Refuses to know the sun and the meters.
 */
import { type Chance, chanceOf, smoothNoise } from './chance.ts';
import type { CircuitState } from './home.ts';
import type { HomeScript, Load } from './home-script.ts';
import { compressorOn, createHousehold } from './loads.ts';
import { legsOf } from './shares.ts';
import {
  anyHolds,
  dayOf,
  holds,
  type Moment,
  startsOf,
  type Timing,
  timingOf,
  timingsOf,
} from './timing.ts';

/** What is used at an instant: for each leg. */
export interface Usage {
  watts: number[];
  vars: number[];
  /** W that branch off before the mains CTs. */
  aheadW: number[];
  circuits?: Circuit[];
}

interface Circuit extends CircuitState {
  watts: number[];
  vars: number[];
}

interface Consumer {
  timings: readonly Timing[];
  legs: readonly number[];
  /** For each of its legs. */
  watts: number;
  vars: number;
  isAhead: boolean;
  circuit: number;
}

const FRIDGE = { powerFactor: 0.74, periodS: 2_640 };
/** What is always on is never quite still. */
const FLICKER_MS = 2_300;

/** The consumption of a home with `legs` live conductors at any instant. */
export function createUsage(
  script: HomeScript,
  legs: number,
): (ms: number, moment: Moment) => Usage {
  const zeros = () => new Array<number>(legs).fill(0);
  const named = script.loads.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const names = [...new Set(named)];
  const consumers = consumersOf(script, names, legs);
  const away = script.away.map((each) => ({ timing: timingOf(each), watts: each.base_watts }));
  const background = createBackground(script, legs);

  return (ms, moment) => {
    const usage: Usage = { watts: zeros(), vars: zeros(), aheadW: zeros() };
    if (names.length > 0) {
      usage.circuits = names.map((name) => ({ name, watts: zeros(), vars: zeros() }));
    }
    const gone = away.find(({ timing }) => holds(timing, moment));
    background(usage, { ms, moment, awayW: gone?.watts ?? null });
    for (const consumer of consumers) {
      const isIdle = gone !== undefined && !consumer.isAhead;
      if (!isIdle && anyHolds(consumer.timings, moment)) switchOn(usage, consumer);
    }
    return usage;
  };
}

function switchOn(usage: Usage, { legs, watts, vars, isAhead, circuit }: Consumer): void {
  const own = usage.circuits?.[circuit];
  for (const leg of legs) {
    add(isAhead ? usage.aheadW : usage.watts, leg, watts);
    if (!isAhead) add(usage.vars, leg, vars);
    if (!own) continue;
    add(own.watts, leg, watts);
    add(own.vars, leg, vars);
  }
}

function add(sums: number[], leg: number, value: number): void {
  sums[leg] = (sums[leg] ?? 0) + value;
}

function consumersOf(script: HomeScript, names: readonly string[], legs: number): Consumer[] {
  const loads = script.loads.map((load) => consumerOf(load, timingsOf(load), { names, legs }));
  const { kettle } = script;
  if (!kettle || script.household === 'ordinary') return loads;
  const timings = startsOf(kettle.at, kettle.minutes);
  // On the leg that the fridge is not on, where there is one.
  const boiled = { legs: [legs > 1 ? 'l2' : 'l1'] satisfies Load['legs'], ...kettle };
  const whole = { ...boiled, power_factor: 1, ahead_of_mains: false, name: undefined };
  return [...loads, consumerOf(whole, timings, { names, legs })];
}

function consumerOf(
  load: Pick<Load, 'name' | 'watts' | 'power_factor' | 'legs' | 'ahead_of_mains'>,
  timings: readonly Timing[],
  { names, legs }: { names: readonly string[]; legs: number },
): Consumer {
  const on = legsOf(load.legs ?? ['l1'], legs);
  const watts = load.watts / on.length;
  return {
    timings,
    legs: on,
    watts,
    vars: watts * varPerWatt(load.power_factor),
    isAhead: load.ahead_of_mains,
    circuit: load.name === undefined ? -1 : names.indexOf(load.name),
  };
}

function varPerWatt(powerFactor: number): number {
  return Math.tan(Math.acos(powerFactor));
}

interface Now {
  ms: number;
  moment: Moment;
  /** So many W and nothing else, where nobody is at home. */
  awayW: number | null;
}

/** What runs without anybody's doing: base and fridge, or all of an ordinary family. */
function createBackground(script: HomeScript, legs: number) {
  const household = script.household === 'ordinary' ? createHousehold(script.seed, legs) : null;
  const flickers = Array.from({ length: legs }, (_, leg) => chanceOf(script.seed, `base${leg}`));
  const fridge = chanceOf(script.seed, 'fridge');
  const firstDay = dayOf(script.start);
  const baseVar = varPerWatt(script.base_power_factor);
  const fridgeVar = varPerWatt(FRIDGE.powerFactor);

  const base = ({ watts, vars }: Usage, ms: number, totalW: number) => {
    for (let leg = 0; leg < legs; leg++) {
      const own = (totalW / legs) * flickerOf(flickers[leg] ?? fridge, ms);
      add(watts, leg, own);
      add(vars, leg, own * baseVar);
    }
  };
  return (usage: Usage, { ms, moment, awayW }: Now): void => {
    if (awayW !== null) {
      base(usage, ms, awayW);
      return;
    }
    if (household) {
      const local = { day: firstDay + moment.day, hour: moment.second / 3_600 };
      const loads = household(ms, local);
      for (let leg = 0; leg < legs; leg++) {
        add(usage.watts, leg, loads.watts[leg] ?? 0);
        add(usage.vars, leg, loads.vars[leg] ?? 0);
      }
      return;
    }
    base(usage, ms, script.base_watts);
    if (script.fridge_watts > 0 && compressorOn(fridge, ms, FRIDGE.periodS)) {
      add(usage.watts, 0, script.fridge_watts);
      add(usage.vars, 0, script.fridge_watts * fridgeVar);
    }
  };
}

function flickerOf(chance: Chance, ms: number): number {
  return 0.96 + 0.08 * smoothNoise(chance, ms / FLICKER_MS);
}
