import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Phase } from '../../../nodes/meter/reading.ts';
import { createHome, flowsOf, type HomeState } from '../../../nodes/simulator/home.ts';
import { measure, SOUND, type WiringFaults } from '../../../nodes/simulator/measuring.ts';
import { wiringOf } from '../../../nodes/simulator/wiring.ts';
import { CHICAGO } from '../../support/simulated-meter.ts';

const near = (found: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);

/** A state with the given W (and var) on each leg, no solar. */
function steady(angles: number[], loads: [number, number][]): HomeState {
  const legs = angles.map((angleDeg, leg) => {
    const [loadW, loadVar] = loads[leg]!;
    const idle = { solarW: 0, solarVar: 0, batteryW: 0, evW: 0, hiddenW: 0 };
    return { voltageV: 120, angleDeg, loadW, loadVar, ...idle };
  });
  return { ms: 0, frequencyHz: 60, legs };
}

const THREE = [0, -120, 120];

describe('wiring', () => {
  it('puts CT A and B on the mains legs and CT C on the whole inverter', () => {
    const home = createHome(CHICAGO, { seed: 1 });
    const wiring = wiringOf('split_phase');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 365 * 86_400 }), (second) => {
        const state = home.at(Date.parse('2026-01-01') + second * 1000);
        const { inputs } = measure(state, wiring, SOUND);
        const truth = flowsOf(state);
        near(inputs.l1.powerW + inputs.l2.powerW, truth.gridW);
        near(inputs.l3.powerW, truth.solarW - truth.standbyW);
        near(inputs.l3.voltageV, state.legs[0]!.voltageV);
        for (const input of Object.values(inputs)) {
          const { voltageV, currentA, powerW, reactiveVar } = input;
          near(Math.hypot(powerW, reactiveVar), voltageV * currentA);
        }
      }),
    );
  });

  it('follows the channels of a configured meter, so that they come out right', () => {
    const state = createHome(CHICAGO, { seed: 1 }).at(Date.parse('2026-06-10T18:00Z'));
    const truth = flowsOf(state);
    const wiring = wiringOf('split_phase', [
      { role: 'solar', phases: ['l1'], invert: true, multiplier: 2 },
      { role: 'grid', phases: ['l2', 'l3'], invert: false, multiplier: 1 },
    ]);
    const { inputs } = measure(state, wiring, SOUND);
    near(inputs.l1.powerW * -2, truth.solarW);
    near(inputs.l2.powerW + inputs.l3.powerW, truth.gridW);
  });

  it('puts a three-phase mains on three inputs', () => {
    const state = steady(THREE, [
      [1000, 0],
      [2000, 0],
      [3000, 0],
    ]);
    const { inputs } = measure(state, wiringOf('three_phase'), SOUND);
    near(inputs.l1.powerW + inputs.l2.powerW + inputs.l3.powerW, 6000);
  });

  it('shows a reversed CT as -P and -Q at the same current', () => {
    const state = steady(
      [0, 180],
      [
        [900, 300],
        [500, 100],
      ],
    );
    const { sound, faulty } = compare(state, 'split_phase', { reversed: new Set<Phase>(['l2']) });
    near(faulty.l2.powerW, -sound.l2.powerW);
    near(faulty.l2.reactiveVar, -sound.l2.reactiveVar);
    near(faulty.l2.currentA, sound.l2.currentA);
    assert.deepEqual(faulty.l1, sound.l1);
  });

  it('shows two exchanged CTs of three phases as PF -0.5 and opposite var', () => {
    const state = steady(THREE, [
      [2000, 0],
      [2000, 0],
      [2000, 0],
    ]);
    const { faulty } = compare(state, 'three_phase', { swapped: [['l1', 'l2']] });
    near(faulty.l1.powerW, -1000);
    near(faulty.l2.powerW, -1000);
    near(Math.abs(faulty.l1.reactiveVar), 1732.05, 0.01);
    near(faulty.l1.reactiveVar, -faulty.l2.reactiveVar);
    near(faulty.l1.powerW + faulty.l2.powerW + faulty.l3.powerW, 0);
  });

  it('shows exchanged legs of a split phase as two negative powers of the other leg', () => {
    const state = steady(
      [0, 180],
      [
        [900, 0],
        [300, 0],
      ],
    );
    const { faulty } = compare(state, 'split_phase', { swapped: [['l1', 'l2']] });
    near(faulty.l1.powerW, -300);
    near(faulty.l2.powerW, -900);
  });

  it('shows a CT off its wire as hum at a sound voltage', () => {
    const state = steady(
      [0, 180],
      [
        [900, 0],
        [300, 0],
      ],
    );
    const { faulty } = compare(state, 'split_phase', { unplugged: new Set<Phase>(['l1']) });
    assert.equal(faulty.l1.powerW, 0);
    assert.ok(faulty.l1.currentA < 0.05);
    assert.equal(faulty.l1.voltageV, 120);
  });

  it('shows a lost voltage tap as a phase that is not there', () => {
    const state = steady(
      [0, 180],
      [
        [900, 0],
        [300, 0],
      ],
    );
    const { faulty, sound } = compare(state, 'split_phase', {
      voltageLost: new Set<Phase>(['l1']),
    });
    assert.deepEqual([faulty.l1.voltageV, faulty.l1.currentA, faulty.l1.powerW], [0, 0, 0]);
    assert.deepEqual(faulty.l2, sound.l2);
  });
});

function compare(
  state: HomeState,
  service: Parameters<typeof wiringOf>[0],
  faults: Partial<WiringFaults>,
) {
  const wiring = wiringOf(service);
  return {
    sound: measure(state, wiring, SOUND).inputs,
    faulty: measure(state, wiring, { ...SOUND, ...faults }).inputs,
  };
}
