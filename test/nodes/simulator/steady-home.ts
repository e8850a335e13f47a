/** Homes that stand still: so much on each leg, for tests of wires and numbers. */
import { ANGLES, type HomeState, type LegState } from '../../../nodes/simulator/home.ts';

const NOTHING = {
  loadW: 0,
  loadVar: 0,
  solarW: 0,
  solarVar: 0,
  batteryW: 0,
  evW: 0,
  hiddenW: 0,
};

/** A state with what is given on each leg, at 120 V, and nothing else. */
export function steadyHome(
  service: keyof typeof ANGLES,
  legs: Partial<LegState>[],
  circuits: HomeState['circuits'] = [],
): HomeState {
  const state = ANGLES[service].map((angleDeg, leg) => ({
    voltageV: 120,
    angleDeg,
    ...NOTHING,
    ...legs[leg],
  }));
  return { ms: 0, frequencyHz: 60, legs: state, circuits };
}

export function near(found: number, expected: number, tolerance = 1e-6): void {
  if (Math.abs(found - expected) <= tolerance) return;
  throw new Error(`${found} is not ${expected}`);
}
