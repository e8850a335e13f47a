/**
 * What a family switches on: a plan of runs for each local day, drawn from habits by chance, above a
 * base of standby and compressors. Knows wall-clock time and circuits; refuses to know the sun.
 */
import { type Chance, chanceOf, smoothNoise } from './chance.ts';
import { type Circuit, COMPRESSORS, HABITS, type Habit, type Segment, STANDBY } from './habits.ts';
import type { LocalTime } from './local-time.ts';

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

/** The household of one home with `legs` live conductors: loads at any instant. */
export function createHousehold(seed: number, legs: number) {
  const planOf = createPlanner(seed);
  const compressors = COMPRESSORS.map((unit) => ({ ...unit, chance: chanceOf(seed, unit.name) }));
  const standby = STANDBY.map((load, index) => ({
    ...load,
    chance: chanceOf(seed, `standby${index}`),
  }));

  return (ms: number, local: LocalTime): LegLoads => {
    const loads: LegLoads = { watts: new Array(legs).fill(0), vars: new Array(legs).fill(0) };
    const seconds = local.hour * 3600;
    const plug = (circuit: Circuit, watts: number, powerFactor: number) =>
      connect(loads, circuit, { watts, powerFactor });

    for (const load of standby) {
      const flicker = 0.96 + 0.08 * smoothNoise(load.chance, ms / 2_300);
      plug(load.circuit, load.watts * flicker, load.powerFactor);
    }
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
export function compressorOn(chance: Chance, ms: number, periodS: number): boolean {
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
