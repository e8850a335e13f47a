/**
 * What a scripted battery does at any instant: as its schedule says, or on surplus and against import
 * within its capacity. It remembers nothing: its charge at an instant follows from the day so far.
 */
import { chanceOf, smoothNoise } from './chance.ts';
import type { HomeScript } from './home-script.ts';
import { holds, type Moment, timingOf } from './timing.ts';

type BatteryScript = NonNullable<HomeScript['battery']>;

/** W, + discharge. `surplusW` is what the home without it would send to the grid. */
export type Battery = (ms: number, moment: Moment, surplusW: number) => number;

export interface BatterySetup {
  script: BatteryScript;
  seed: number;
  /** Degrees east: its day begins by the sun, the same in every season. */
  longitude: number;
  /** What the home without it would send to the grid at any instant, W. */
  surplusAt(ms: number): number;
}

const DAY_MS = 86_400_000;
const STEP_MS = 60_000;
/** A battery is empty before dawn; from then on its charge is known. */
const EMPTY_HOUR = 5;
/** No regulation is perfect: the mains keep a few W, one way or the other. */
const SLACK_W = 25;
const SLACK_MS = 7_000;

export function createBattery(setup: BatterySetup): Battery {
  const { schedule } = setup.script;
  if (!schedule) return selfConsumer(setup);
  const times = schedule.map((each) => ({ timing: timingOf(each), watts: each.watts }));
  return (_ms, moment) => times.find(({ timing }) => holds(timing, moment))?.watts ?? 0;
}

function selfConsumer({ script, seed, longitude, surplusAt }: BatterySetup): Battery {
  const slack = chanceOf(seed, 'battery');
  const capacityWs = script.capacity_kwh * 3_600_000;
  const offsetMs = (longitude / 15 - EMPTY_HOUR) * 3_600_000;
  const wanted = (surplusW: number) => Math.max(-script.watts, Math.min(script.watts, -surplusW));

  /** Ws in it at each minute of a day of its own. */
  const chargesOf = (day: number): Float64Array => {
    const charges = new Float64Array(DAY_MS / STEP_MS + 1);
    for (let step = 1, chargeWs = 0; step < charges.length; step++) {
      const watts = wanted(surplusAt(day * DAY_MS - offsetMs + step * STEP_MS));
      chargeWs -= (watts * STEP_MS) / 1000;
      chargeWs = Math.max(0, Math.min(capacityWs, chargeWs));
      charges[step] = chargeWs;
    }
    return charges;
  };
  const kept = new Map<number, Float64Array>();

  return (ms, _moment, surplusW) => {
    const day = Math.floor((ms + offsetMs) / DAY_MS);
    let charges = kept.get(day);
    if (!charges) {
      if (kept.size > 2) kept.clear();
      charges = chargesOf(day);
      kept.set(day, charges);
    }
    const charge = charges[Math.floor((ms + offsetMs - day * DAY_MS) / STEP_MS)] ?? 0;
    const watts = wanted(surplusW + SLACK_W * (2 * smoothNoise(slack, ms / SLACK_MS) - 1));
    if (watts > 0 && charge <= 0) return 0;
    return watts < 0 && charge >= capacityWs ? 0 : watts;
  };
}
