/**
 * What a meter measures of a home through its wires, sound or wrong. Works with phasors, so that a
 * wrong wire shows as it does in the field.
 */
import { PHASES, type Phase } from '../meter/reading.ts';
import { chanceOf } from './chance.ts';
import type { HomeState, LegState } from './home.ts';
import type { Conductor, MeterInput, Wiring } from './wiring.ts';

/** What is wrong with the wires now. Named by the meter's inputs, after CTs were exchanged. */
export interface WiringFaults {
  voltageLost: ReadonlySet<Phase>;
  unplugged: ReadonlySet<Phase>;
  reversed: ReadonlySet<Phase>;
  swapped: readonly (readonly [Phase, Phase])[];
  /** By how many inputs all three CTs have moved on: with 1, l2 has the CT that belongs to l1. */
  rotated: number;
  /** A CT that is round the conductor of another leg, by that leg's index. */
  onLeg: Readonly<Partial<Record<Phase, number>>>;
  /** The voltage reference is 180 degrees off: of split phase, every tap is on the other leg. */
  referenceSwapped: boolean;
  /** What the CT tells against what is true: A, W and var times this. */
  ratio: Readonly<Record<Phase, number>>;
  /** A gain that is another at every sample, by up to this share either way. */
  noise: { share: number; seed: number };
}

export const SOUND: WiringFaults = {
  voltageLost: new Set(),
  unplugged: new Set(),
  reversed: new Set(),
  swapped: [],
  rotated: 0,
  onLeg: {},
  referenceSwapped: false,
  ratio: { l1: 1, l2: 1, l3: 1 },
  noise: { share: 0, seed: 0 },
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

/** What an open 333 mV input picks up from the wires beside it, A. */
const HUM_A = 0.02;
const hum = chanceOf(0, 'hum');
const RAD = Math.PI / 180;

/**
 * What the meter's inputs see. `P = V I cos(phi)` and `Q = V I sin(phi)`, phi being the angle from
 * the conductor's current to the voltage of the input it ended up on.
 */
export function measure(state: HomeState, wiring: Wiring, faults: WiringFaults): Measurement {
  const { l1, l2, l3 } = exchanged(wiring, faults);
  return {
    ms: state.ms,
    frequencyHz: state.frequencyHz,
    inputs: {
      l1: measureInput(state, 'l1', l1, faults),
      l2: measureInput(state, 'l2', l2, faults),
      l3: measureInput(state, 'l3', l3, faults),
    },
  };
}

function measureInput(
  state: HomeState,
  phase: Phase,
  input: MeterInput,
  faults: WiringFaults,
): InputMeasure {
  const { voltageV, angleDeg } = referenceOf(state, input.tap, faults.referenceSwapped);
  // A phase without voltage is inactive: meters report no current there either.
  if (voltageV === 0 || faults.voltageLost.has(phase)) {
    return { voltageV: 0, angleDeg, currentA: 0, powerW: 0, reactiveVar: 0 };
  }
  if (faults.unplugged.has(phase)) {
    const currentA = HUM_A * (0.5 + hum(state.ms + PHASES.indexOf(phase)));
    return { voltageV, angleDeg, currentA, powerW: 0, reactiveVar: 0 };
  }
  const current = currentIn(state, movedTo(faults.onLeg[phase], input.conductor));
  const facing = faults.reversed.has(phase) ? -input.turns : input.turns;
  const turns = facing * faults.ratio[phase] * noiseOf(state.ms, phase, faults.noise);
  const phi = (angleDeg - input.leadDeg) * RAD - current.angle;
  return {
    voltageV,
    angleDeg,
    currentA: current.amps * Math.abs(turns),
    powerW: voltageV * current.amps * Math.cos(phi) * turns,
    reactiveVar: voltageV * current.amps * Math.sin(phi) * turns,
  };
}

/** The voltage that an input is paired with: 0 V where its tap is on a leg that is not there. */
function referenceOf(
  { legs }: HomeState,
  tap: number,
  isSwapped: boolean,
): { voltageV: number; angleDeg: number } {
  const leg = legs[isSwapped && legs.length === 2 ? 1 - tap : tap];
  if (!leg) return { voltageV: 0, angleDeg: 0 };
  const turnedDeg = isSwapped && legs.length !== 2 ? 180 : 0;
  return { voltageV: leg.voltageV, angleDeg: leg.angleDeg + turnedDeg };
}

function movedTo(leg: number | undefined, conductor: Conductor): Conductor {
  return leg === undefined || conductor.kind === 'none' ? conductor : { ...conductor, leg };
}

function noiseOf(ms: number, phase: Phase, { share, seed }: WiringFaults['noise']): number {
  if (share === 0) return 1;
  return 1 + share * (2 * chanceOf(seed, phase)(ms) - 1);
}

/** Current of a conductor: RMS amperes, and its angle against the voltage of leg 1 in radians. */
function currentIn(state: HomeState, conductor: Conductor): { amps: number; angle: number } {
  if (conductor.kind === 'none') return { amps: 0, angle: 0 };
  const leg = state.legs[conductor.leg === 'all' ? 0 : conductor.leg];
  if (!leg) return { amps: 0, angle: 0 };
  const { watts, vars } = powerIn(state, conductor);
  return {
    amps: Math.hypot(watts, vars) / leg.voltageV,
    angle: leg.angleDeg * RAD - Math.atan2(vars, watts),
  };
}

type Live = Exclude<Conductor, { kind: 'none' }>;

function powerIn(state: HomeState, conductor: Live): { watts: number; vars: number } {
  if (conductor.leg !== 'all') return powerOfLeg(state, conductor, conductor.leg);
  const sum = { watts: 0, vars: 0 };
  for (let leg = 0; leg < state.legs.length; leg++) {
    const { watts, vars } = powerOfLeg(state, conductor, leg);
    sum.watts += watts;
    sum.vars += vars;
  }
  return sum;
}

/** W and var of a conductor on one leg, signed as its channel is. */
function powerOfLeg(
  state: HomeState,
  conductor: Live,
  index: number,
): { watts: number; vars: number } {
  const leg = state.legs[index];
  if (!leg) return { watts: 0, vars: 0 };
  switch (conductor.kind) {
    case 'mains':
      return mainsOf(leg, conductor.solar === 'load_side');
    case 'solar':
      return { watts: leg.solarW, vars: leg.solarVar };
    case 'battery':
      return { watts: leg.batteryW, vars: 0 };
    case 'ev':
      return { watts: leg.evW, vars: 0 };
    case 'circuit': {
      const circuit = state.circuits?.find(({ name }) => name === conductor.name);
      return { watts: circuit?.watts[index] ?? 0, vars: circuit?.vars[index] ?? 0 };
    }
  }
}

function mainsOf(leg: LegState, seesSolar: boolean): { watts: number; vars: number } {
  const solarW = seesSolar ? leg.solarW : 0;
  const solarVar = seesSolar ? leg.solarVar : 0;
  return {
    watts: leg.loadW + leg.evW - solarW - leg.batteryW - leg.hiddenW,
    vars: leg.loadVar - solarVar,
  };
}

/** The CTs of inputs exchanged at the meter: taps stay, conductors move. */
function exchanged(wiring: Wiring, { swapped, rotated }: WiringFaults): Wiring {
  if (swapped.length === 0 && rotated === 0) return wiring;
  const moved = { ...wiring };
  PHASES.forEach((phase, index) => {
    const from = PHASES[(index + 3 - rotated) % 3] ?? phase;
    moved[phase] = { ...wiring[from], tap: wiring[phase].tap };
  });
  for (const [a, b] of swapped) {
    const [inA, inB] = [moved[a], moved[b]];
    moved[a] = { ...inB, tap: inA.tap };
    moved[b] = { ...inA, tap: inB.tap };
  }
  return moved;
}
