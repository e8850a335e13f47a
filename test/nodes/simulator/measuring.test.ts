/** The signatures of section 2 of the doctor's rules, as the phasors make them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PHASES, type Phase } from '../../../nodes/meter/reading.ts';
import type { HomeState } from '../../../nodes/simulator/home.ts';
import { measure, SOUND, type WiringFaults } from '../../../nodes/simulator/measuring.ts';
import { wiringOf } from '../../../nodes/simulator/wiring.ts';
import { near, steadyHome } from './steady-home.ts';

const SPLIT = steadyHome('split_phase', [
  { loadW: 900, loadVar: 300 },
  { loadW: 500, loadVar: 100 },
]);
const THREE = steadyHome('three_phase', [{ loadW: 2000 }, { loadW: 2000 }, { loadW: 2000 }]);

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

describe('what a meter measures through wrong wires', () => {
  it('a reversed CT: -P and -Q at the same current', () => {
    const { sound, faulty } = compare(SPLIT, 'split_phase', { reversed: new Set<Phase>(['l2']) });
    near(faulty.l2.powerW, -sound.l2.powerW);
    near(faulty.l2.reactiveVar, -sound.l2.reactiveVar);
    near(faulty.l2.currentA, sound.l2.currentA);
    assert.deepEqual(faulty.l1, sound.l1);
  });

  it('a CT 120 degrees away: P cos 120 -/+ Q sin 120', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 9000 }),
        fc.double({ min: 0.2, max: 1 }),
        (loadW, k) => {
          if (Number.isNaN(k)) return;
          const loadVar = loadW * Math.tan(Math.acos(k));
          const alike = { loadW, loadVar };
          const state = steadyHome('three_phase', [alike, alike, alike]);
          const { faulty } = compare(state, 'three_phase', { swapped: [['l1', 'l2']] });
          const rad = (2 * Math.PI) / 3;
          const cos = loadW * Math.cos(rad);
          const sin = loadVar * Math.sin(rad);
          near(faulty.l1.powerW, cos - sin, 1e-6 * loadW * 10);
          near(faulty.l2.powerW, cos + sin, 1e-6 * loadW * 10);
        },
      ),
    );
  });

  it('two exchanged CTs of three phases: PF -0.5, opposite var, total 0', () => {
    const { faulty } = compare(THREE, 'three_phase', { swapped: [['l1', 'l2']] });
    near(faulty.l1.powerW, -1000);
    near(faulty.l2.powerW, -1000);
    near(Math.abs(faulty.l1.reactiveVar), 1732.05, 0.01);
    near(faulty.l1.reactiveVar, -faulty.l2.reactiveVar);
    near(faulty.l1.powerW + faulty.l2.powerW + faulty.l3.powerW, 0);
  });

  it('all three rotated: half the truth, backwards, var of one sign', () => {
    for (const [rotated, sign] of [
      [1, 1],
      [2, -1],
    ] as const) {
      const { faulty } = compare(THREE, 'three_phase', { rotated });
      const all = PHASES.map((phase) => faulty[phase]);
      near(
        all.reduce((sum, { powerW }) => sum + powerW, 0),
        -3000,
      );
      for (const { powerW, currentA, reactiveVar } of all) {
        near(powerW / (120 * currentA), -0.5);
        assert.equal(Math.sign(reactiveVar), Math.sign(all[0]!.reactiveVar));
        near(Math.abs(reactiveVar), 1732.05, 0.01);
      }
      assert.equal(Math.sign(all[0]!.reactiveVar), -sign);
    }
  });

  it('exchanged legs of a split phase: both negative, each the other leg', () => {
    const { faulty } = compare(SPLIT, 'split_phase', { swapped: [['l1', 'l2']] });
    near(faulty.l1.powerW, -500);
    near(faulty.l2.powerW, -900);
    near(faulty.l1.reactiveVar, -100);
  });

  it('a CT on another leg: that leg at the wrong voltage, the other CT untouched', () => {
    const { sound, faulty } = compare(SPLIT, 'split_phase', { onLeg: { l1: 1 } });
    near(faulty.l1.powerW, -500);
    near(faulty.l1.currentA, sound.l2.currentA);
    assert.deepEqual(faulty.l2, sound.l2);
    const { faulty: half } = compare(
      steadyHome('split_phase', [{ solarW: 900 }, { solarW: 950 }]),
      'split_phase',
      { onLeg: { l3: 0 } },
    );
    near(half.l3.powerW, 900);
  });

  it('the voltage reference on the other leg: every sign turned, solar and mains', () => {
    const state = steadyHome('split_phase', [
      { loadW: 900, solarW: 2000 },
      { loadW: 500, solarW: 2000 },
    ]);
    const { sound, faulty } = compare(state, 'split_phase', { referenceSwapped: true });
    for (const phase of PHASES) {
      near(faulty[phase].powerW, -sound[phase].powerW);
      near(faulty[phase].currentA, sound[phase].currentA);
    }
    for (const service of ['single_phase', 'three_phase'] as const) {
      const other = steadyHome(service, [{ loadW: 900 }, { loadW: 800 }, { loadW: 700 }]);
      const { faulty: turned } = compare(other, service, { referenceSwapped: true });
      near(turned.l1.powerW, -900);
    }
  });

  it('a wrong ratio: f P, f I and f Q at the right voltage and the same PF', () => {
    const ratio = { l1: 1 / 40, l2: 1, l3: 1 };
    const { sound, faulty } = compare(SPLIT, 'split_phase', { ratio });
    near(faulty.l1.powerW, sound.l1.powerW / 40);
    near(faulty.l1.currentA, sound.l1.currentA / 40);
    near(faulty.l1.reactiveVar, sound.l1.reactiveVar / 40);
    assert.equal(faulty.l1.voltageV, sound.l1.voltageV);
    assert.deepEqual(faulty.l2, sound.l2);
  });

  it('a CT off its wire: hum, never quite the same, at a sound voltage', () => {
    const currents = new Set<number>();
    for (let second = 0; second < 20; second++) {
      const state = { ...SPLIT, ms: second * 1000 };
      const { faulty } = compare(state, 'split_phase', { unplugged: new Set<Phase>(['l1']) });
      assert.equal(faulty.l1.powerW, 0);
      assert.equal(faulty.l1.voltageV, 120);
      assert.ok(faulty.l1.currentA > 0 && faulty.l1.currentA < 0.05);
      currents.add(faulty.l1.currentA);
    }
    assert.ok(currents.size > 10);
  });

  it('a lost voltage tap: a phase that is not there', () => {
    const { faulty, sound } = compare(SPLIT, 'split_phase', {
      voltageLost: new Set<Phase>(['l1']),
    });
    assert.deepEqual([faulty.l1.voltageV, faulty.l1.currentA, faulty.l1.powerW], [0, 0, 0]);
    assert.deepEqual(faulty.l2, sound.l2);
  });

  it('a gain that is never the same: within its share, PF untouched, the same again', () => {
    const noise = { share: 0.05, seed: 3 };
    const seen = Array.from({ length: 500 }, (_, second) => {
      const state = { ...SPLIT, ms: second * 1000 };
      const { faulty, sound } = compare(state, 'split_phase', { noise });
      assert.deepEqual(compare(state, 'split_phase', { noise }).faulty, faulty);
      near(faulty.l1.powerW / faulty.l1.currentA, sound.l1.powerW / sound.l1.currentA);
      return faulty.l1.powerW / sound.l1.powerW;
    });
    assert.ok(Math.max(...seen) <= 1.05 && Math.max(...seen) > 1.045);
    assert.ok(Math.min(...seen) >= 0.95 && Math.min(...seen) < 0.955);
  });
});
