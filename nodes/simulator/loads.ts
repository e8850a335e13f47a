/**
 * What a family switches on: a plan of runs for each local day, drawn from habits by chance, above a
 * base of standby and compressors. Knows wall-clock time and circuits; refuses to know the sun.
 */
import { type Chance, chanceOf, smoothNoise } from './chance.ts';
import type { LocalTime } from './local-time.ts';

/** Where a load is wired: a leg, or `wide`: across both legs of a split-phase service. */
type Circuit = 0 | 1 | 2 | 'wide';

interface Segment {
  minutes: number;
  watts: number;
  powerFactor: number;
  /** A thermostat: on for `duty` of every `periodS`. */
  cycle?: { periodS: number; duty: number };
}

interface Habit {
  name: string;
  circuit: Circuit;
  /** Wall-clock hours it tends to start at, how far it strays, and how likely it is on a day. */
  times: { hour: number; strayH: number; likely: number; weekend?: number }[];
  program: Segment[];
}

interface Run {
  circuit: Circuit;
  /** Wall-clock seconds since the day's midnight. */
  startS: number;
  endS: number;
  segment: Segment;
}

/** Active and reactive power of each leg, W and var (inductive +). */
export interface LegLoads {
  watts: number[];
  vars: number[];
}

const HABITS: Habit[] = [
  {
    name: 'lights',
    circuit: 0,
    times: [
      { hour: 6.3, strayH: 0.5, likely: 0.9 },
      { hour: 18.2, strayH: 0.8, likely: 1 },
      { hour: 20.4, strayH: 0.8, likely: 1 },
    ],
    program: [{ minutes: 150, watts: 130, powerFactor: 0.95 }],
  },
  {
    name: 'lamps',
    circuit: 1,
    times: [
      { hour: 6.6, strayH: 0.5, likely: 0.8 },
      { hour: 18.8, strayH: 1, likely: 1 },
    ],
    program: [{ minutes: 210, watts: 90, powerFactor: 0.92 }],
  },
  {
    name: 'kettle',
    circuit: 1,
    times: [
      { hour: 6.9, strayH: 0.4, likely: 0.95 },
      { hour: 10.5, strayH: 0.8, likely: 0.6, weekend: 0.9 },
      { hour: 15.8, strayH: 1, likely: 0.7 },
      { hour: 20.6, strayH: 0.6, likely: 0.8 },
    ],
    program: [{ minutes: 3.5, watts: 1500, powerFactor: 1 }],
  },
  {
    name: 'toaster',
    circuit: 0,
    times: [{ hour: 7.2, strayH: 0.4, likely: 0.7 }],
    program: [{ minutes: 4, watts: 900, powerFactor: 1 }],
  },
  {
    name: 'microwave',
    circuit: 0,
    times: [
      { hour: 12.3, strayH: 0.6, likely: 0.6, weekend: 0.8 },
      { hour: 19.2, strayH: 0.6, likely: 0.4 },
    ],
    program: [{ minutes: 4, watts: 1150, powerFactor: 0.93 }],
  },
  {
    name: 'computer',
    circuit: 1,
    times: [{ hour: 9, strayH: 1, likely: 0.7, weekend: 0.4 }],
    program: [{ minutes: 420, watts: 110, powerFactor: 0.9 }],
  },
  {
    name: 'oven',
    circuit: 'wide',
    times: [{ hour: 17.8, strayH: 0.7, likely: 0.7, weekend: 0.8 }],
    program: [
      { minutes: 9, watts: 2600, powerFactor: 1 },
      { minutes: 40, watts: 2600, powerFactor: 1, cycle: { periodS: 140, duty: 0.4 } },
    ],
  },
  {
    name: 'hob',
    circuit: 'wide',
    times: [
      { hour: 12.1, strayH: 0.5, likely: 0.25, weekend: 0.6 },
      { hour: 18.1, strayH: 0.6, likely: 0.85 },
    ],
    program: [
      { minutes: 5, watts: 1800, powerFactor: 1 },
      { minutes: 20, watts: 1800, powerFactor: 1, cycle: { periodS: 38, duty: 0.5 } },
    ],
  },
  {
    name: 'television',
    circuit: 0,
    times: [{ hour: 19.3, strayH: 0.7, likely: 0.95 }],
    program: [{ minutes: 190, watts: 115, powerFactor: 0.9 }],
  },
  {
    name: 'dishwasher',
    circuit: 2,
    times: [{ hour: 20.3, strayH: 0.6, likely: 0.65 }],
    program: [
      { minutes: 8, watts: 70, powerFactor: 0.6 },
      { minutes: 16, watts: 1850, powerFactor: 1 },
      { minutes: 35, watts: 95, powerFactor: 0.6 },
      { minutes: 12, watts: 1850, powerFactor: 1 },
    ],
  },
  {
    name: 'washing machine',
    circuit: 2,
    times: [{ hour: 10, strayH: 1.5, likely: 0.3, weekend: 0.7 }],
    program: [
      { minutes: 4, watts: 120, powerFactor: 0.6 },
      { minutes: 18, watts: 1950, powerFactor: 1 },
      { minutes: 45, watts: 220, powerFactor: 0.62 },
      { minutes: 9, watts: 520, powerFactor: 0.7 },
    ],
  },
  {
    name: 'dryer',
    circuit: 'wide',
    times: [{ hour: 12.5, strayH: 1.2, likely: 0.15, weekend: 0.4 }],
    program: [{ minutes: 50, watts: 2700, powerFactor: 0.99, cycle: { periodS: 420, duty: 0.72 } }],
  },
];

const COMPRESSORS = [
  { name: 'fridge', circuit: 0 as Circuit, watts: 120, powerFactor: 0.74, periodS: 2_640 },
  { name: 'freezer', circuit: 1 as Circuit, watts: 95, powerFactor: 0.7, periodS: 3_420 },
];

/** Routers, clocks, chargers: W on each leg in turn. */
const STANDBY_W = [74, 58, 31];
const STANDBY_POWER_FACTOR = 0.58;

/** The household of one home with `legs` live conductors: loads at any instant. */
export function createHousehold(seed: number, legs: number) {
  const planOf = createPlanner(seed);
  const compressors = COMPRESSORS.map((unit) => ({ ...unit, chance: chanceOf(seed, unit.name) }));
  const standby = STANDBY_W.map((_, leg) => chanceOf(seed, `standby${leg}`));

  return (ms: number, local: LocalTime): LegLoads => {
    const loads: LegLoads = { watts: new Array(legs).fill(0), vars: new Array(legs).fill(0) };
    const seconds = local.hour * 3600;
    const plug = (circuit: Circuit, watts: number, powerFactor: number) =>
      connect(loads, circuit, { watts, powerFactor });

    standby.forEach((chance, index) => {
      const flicker = 0.96 + 0.08 * smoothNoise(chance, ms / 2_300);
      plug(index as Circuit, (STANDBY_W[index] ?? 0) * flicker, STANDBY_POWER_FACTOR);
    });
    for (const unit of compressors) {
      if (compressorOn(unit.chance, ms, unit.periodS)) {
        plug(unit.circuit, unit.watts, unit.powerFactor);
      }
    }
    for (const [day, offset] of [
      [local.day - 1, 86_400],
      [local.day, 0],
    ] as const) {
      for (const run of planOf(day)) {
        const into = seconds + offset - run.startS;
        if (into >= 0 && into < run.endS - run.startS && heating(run.segment, into)) {
          plug(run.circuit, run.segment.watts, run.segment.powerFactor);
        }
      }
    }
    return loads;
  };
}

/** Adds a load to the legs it hangs on. With one leg everything is on it, with three `wide` is l3. */
function connect(
  loads: LegLoads,
  circuit: Circuit,
  load: { watts: number; powerFactor: number },
): void {
  const legs = loads.watts.length;
  const share =
    circuit === 'wide' && legs === 2 ? [0, 1] : [circuit === 'wide' ? legs - 1 : circuit % legs];
  const watts = load.watts / share.length;
  const vars = watts * Math.tan(Math.acos(load.powerFactor));
  for (const leg of share) {
    loads.watts[leg] = (loads.watts[leg] ?? 0) + watts;
    loads.vars[leg] = (loads.vars[leg] ?? 0) + vars;
  }
}

function heating(segment: Segment, intoS: number): boolean {
  const { cycle } = segment;
  return !cycle || intoS % cycle.periodS < cycle.duty * cycle.periodS;
}

/** Each cycle has its own length of run: 30 to 50 % of the period. */
function compressorOn(chance: Chance, ms: number, periodS: number): boolean {
  const cycles = ms / 1000 / periodS + chance(-1);
  const cycle = Math.floor(cycles);
  return cycles - cycle < 0.3 + 0.2 * chance(cycle);
}

/** Plans of days, the last few kept. */
function createPlanner(seed: number): (day: number) => Run[] {
  const streams = HABITS.map((habit) => chanceOf(seed, habit.name));
  const kept = new Map<number, Run[]>();
  return (day) => {
    let plan = kept.get(day);
    if (!plan) {
      plan = HABITS.flatMap((habit, index) => runsOf(habit, day, streams[index] as Chance));
      if (kept.size > 3) kept.clear();
      kept.set(day, plan);
    }
    return plan;
  };
}

function runsOf(habit: Habit, day: number, chance: Chance): Run[] {
  const weekday = (((day + 4) % 7) + 7) % 7;
  const weekend = weekday === 0 || weekday === 6;
  return habit.times.flatMap((time, slot) => {
    const draw = (what: number) => chance(day * 64 + slot * 4 + what);
    const likely = weekend ? (time.weekend ?? time.likely) : time.likely;
    if (draw(0) >= likely) return [];
    let startS = Math.round((time.hour + (draw(1) * 2 - 1) * time.strayH) * 3600);
    const stretch = 0.75 + 0.5 * draw(2);
    return habit.program.map((segment) => {
      const endS = startS + segment.minutes * stretch * 60;
      const run = { circuit: habit.circuit, startS, endS, segment };
      startS = endS;
      return run;
    });
  });
}
