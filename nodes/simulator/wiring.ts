/**
 * Which conductor each CT of the meter is on and which voltage it is paired with, and so what the
 * meter measures. Works with phasors, so that a wrong wire shows as it does in the field.
 */
import { PHASES, type Phase } from '../meter/reading.ts';
import type { ChannelConfig, SiteConfig } from '../site/schema.ts';
import type { HomeState, LegState } from './home.ts';

/**
 * What a CT is clamped round. `solar` with leg `all` is the whole inverter on one CT (its cable passed
 * through so that the CT sees the current of every leg), counted at the voltage of leg 1.
 */
export type Conductor =
  | { kind: 'mains'; leg: number }
  | { kind: 'solar'; leg: number | 'all' }
  | { kind: 'none' };

export interface MeterInput {
  /** The leg its voltage terminal is on. */
  tap: number;
  conductor: Conductor;
  /** 1 for a CT that faces the right way, -1 for one turned round, 0.5 for one that sees half. */
  turns: number;
}

export type Wiring = Record<Phase, MeterInput>;

/** What is wrong with the wires now. */
export interface WiringFaults {
  voltageLost: ReadonlySet<Phase>;
  unplugged: ReadonlySet<Phase>;
  reversed: ReadonlySet<Phase>;
  swapped: readonly (readonly [Phase, Phase])[];
}

export const SOUND: WiringFaults = {
  voltageLost: new Set(),
  unplugged: new Set(),
  reversed: new Set(),
  swapped: [],
};

/** One input of the meter: RMS volts and amperes (unsigned), signed W and var. */
export interface InputMeasure {
  voltageV: number;
  /** Against leg 1, degrees. */
  angleDeg: number;
  currentA: number;
  powerW: number;
  reactiveVar: number;
}

export interface Measurement {
  ms: number;
  frequencyHz: number;
  inputs: Record<Phase, InputMeasure>;
}

type Service = SiteConfig['site']['service'];

/** What an open 333 mV input picks up from the wires beside it, A. */
const HUM_A = 0.02;
const RAD = Math.PI / 180;

/** Live conductors of a service. */
export const LEGS = { single_phase: 1, split_phase: 2, three_phase: 3 } as const;

/**
 * The wiring that makes `channels` come out right. Without channels: the mains, leg by leg, from l1
 * on, and where an input is left over (single and split phase) the whole inverter on l3.
 */
export function wiringOf(
  service: Service,
  channels: readonly Pick<ChannelConfig, 'role' | 'phases' | 'invert' | 'multiplier'>[] = [],
): Wiring {
  const legs = LEGS[service];
  const wiring = {} as Wiring;
  PHASES.forEach((phase, index) => {
    const conductor: Conductor = index < legs ? { kind: 'mains', leg: index } : { kind: 'none' };
    wiring[phase] = { tap: index < legs ? index : 0, conductor, turns: 1 };
  });
  if (channels.length === 0) {
    if (legs < 3) wiring.l3.conductor = { kind: 'solar', leg: 'all' };
    return wiring;
  }
  for (const phase of PHASES) wiring[phase].conductor = { kind: 'none' };
  for (const channel of channels) {
    const phases = channel.phases ?? PHASES.slice(0, legs);
    phases.forEach((phase, index) => {
      const conductor = conductorOf(channel.role, index, phases.length < legs);
      const tap = conductor.kind !== 'none' && conductor.leg !== 'all' ? conductor.leg : 0;
      const turns = (channel.invert ? -1 : 1) / channel.multiplier;
      wiring[phase] = { tap, conductor, turns };
    });
  }
  return wiring;
}

function conductorOf(role: ChannelConfig['role'], leg: number, wholeOnOne: boolean): Conductor {
  if (role === 'grid') return { kind: 'mains', leg };
  if (role === 'solar') return { kind: 'solar', leg: wholeOnOne ? 'all' : leg };
  return { kind: 'none' };
}

/**
 * What the meter's inputs see. `P = V I cos(phi)` and `Q = V I sin(phi)`, phi being the angle from
 * the conductor's current to the voltage of the input it ended up on.
 */
export function measure(state: HomeState, wiring: Wiring, faults: WiringFaults): Measurement {
  const crossed = crossOver(wiring, faults.swapped);
  const inputs = {} as Record<Phase, InputMeasure>;
  for (const phase of PHASES) inputs[phase] = measureInput(state, phase, crossed[phase], faults);
  return { ms: state.ms, frequencyHz: state.frequencyHz, inputs };
}

function measureInput(
  state: HomeState,
  phase: Phase,
  input: MeterInput,
  faults: WiringFaults,
): InputMeasure {
  const tap = state.legs[input.tap];
  const angleDeg = tap?.angleDeg ?? 0;
  // A phase without voltage is inactive: meters report no current there either.
  if (!tap || faults.voltageLost.has(phase)) {
    return { voltageV: 0, angleDeg, currentA: 0, powerW: 0, reactiveVar: 0 };
  }
  const voltageV = tap.voltageV;
  if (faults.unplugged.has(phase)) {
    return { voltageV, angleDeg, currentA: HUM_A, powerW: 0, reactiveVar: 0 };
  }
  const current = currentIn(state, input.conductor);
  const turns = faults.reversed.has(phase) ? -input.turns : input.turns;
  const phi = angleDeg * RAD - current.angle;
  return {
    voltageV,
    angleDeg,
    currentA: current.amps * Math.abs(turns),
    powerW: voltageV * current.amps * Math.cos(phi) * turns,
    reactiveVar: voltageV * current.amps * Math.sin(phi) * turns,
  };
}

/** Current of a conductor: RMS amperes, and its angle against the voltage of leg 1 in radians. */
function currentIn(state: HomeState, conductor: Conductor): { amps: number; angle: number } {
  if (conductor.kind === 'none') return { amps: 0, angle: 0 };
  const leg = state.legs[conductor.leg === 'all' ? 0 : conductor.leg];
  if (!leg) return { amps: 0, angle: 0 };
  const { watts, vars } = powerIn(state.legs, leg, conductor);
  return {
    amps: Math.hypot(watts, vars) / leg.voltageV,
    angle: leg.angleDeg * RAD - Math.atan2(vars, watts),
  };
}

function powerIn(
  legs: LegState[],
  leg: LegState,
  conductor: Exclude<Conductor, { kind: 'none' }>,
): { watts: number; vars: number } {
  if (conductor.kind === 'mains') {
    return { watts: leg.loadW - leg.solarW, vars: leg.loadVar - leg.solarVar };
  }
  if (conductor.leg !== 'all') return { watts: leg.solarW, vars: leg.solarVar };
  return {
    watts: legs.reduce((sum, each) => sum + each.solarW, 0),
    vars: legs.reduce((sum, each) => sum + each.solarVar, 0),
  };
}

/** The CTs of two inputs exchanged at the meter: taps stay, conductors cross. */
function crossOver(wiring: Wiring, swapped: WiringFaults['swapped']): Wiring {
  const crossed = { ...wiring };
  for (const [a, b] of swapped) {
    const { tap: tapA, ...wireA } = crossed[a];
    const { tap: tapB, ...wireB } = crossed[b];
    crossed[a] = { tap: tapA, ...wireB };
    crossed[b] = { tap: tapB, ...wireA };
  }
  return crossed;
}
