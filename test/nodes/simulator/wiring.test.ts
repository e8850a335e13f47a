import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHome, flowsOf } from '../../../nodes/simulator/home.ts';
import { measure, SOUND } from '../../../nodes/simulator/measuring.ts';
import { metersOf, wiringOf } from '../../../nodes/simulator/wiring.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';
import { CHICAGO } from '../../support/simulated-meter.ts';
import { near, steadyHome } from './steady-home.ts';

type Written = Record<string, unknown>;

/** A site of Modbus meters with these channels. */
function siteWith(meters: Written[][], more: Written = {}) {
  return siteConfigSchema.parse({
    buses: [{ id: 'lan', type: 'tcp', host: '127.0.0.1' }],
    meters: meters.map((channels, index) => ({
      id: `m${index}`,
      profile: 'ccs-wattnode-wnc',
      bus: 'lan',
      unit: index + 1,
      channels,
    })),
    ...more,
  });
}

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
    const state = steadyHome('three_phase', [{ loadW: 1000 }, { loadW: 2000 }, { loadW: 3000 }]);
    const { inputs } = measure(state, wiringOf('three_phase'), SOUND);
    near(inputs.l1.powerW + inputs.l2.powerW + inputs.l3.powerW, 6000);
  });
});

describe('wiring of all meters of a site', () => {
  const state = steadyHome(
    'split_phase',
    [
      { loadW: 900, solarW: 2000, batteryW: -700, evW: 3000 },
      { loadW: 1500, solarW: 1900, batteryW: -600, evW: 3100 },
    ],
    [{ name: 'oven', watts: [800, 1200], vars: [0, 0] }],
  );
  const powers = (config: ReturnType<typeof siteWith>) =>
    metersOf(config).map(({ wiring }) => {
      const { l1, l2, l3 } = measure(state, wiring, SOUND).inputs;
      return [l1.powerW, l2.powerW, l3.powerW].map(Math.round);
    });

  it('gives each role its conductor, each meter its own inputs', () => {
    const config = siteWith([
      [
        { id: 'mains', role: 'grid', phases: ['l1', 'l2'] },
        { id: 'pv', role: 'solar', phases: ['l3'], multiplier: 2 },
      ],
      [
        { id: 'pack', role: 'battery', phases: ['l1', 'l2'] },
        { id: 'car', role: 'ev', phases: ['l3'] },
      ],
      [
        { id: 'oven', role: 'load', phases: ['l1', 'l2'] },
        { id: 'nothing', role: 'load', phases: ['l3'] },
      ],
    ]);
    assert.deepEqual(powers(config), [
      [900 - 2000 + 700 + 3000, 1500 - 1900 + 600 + 3100, 1950],
      [-700, -600, 6100],
      [800, 1200, 0],
    ]);
    assert.deepEqual(
      metersOf(config).map(({ id, bus, unit }) => [id, bus, unit]),
      [
        ['m0', 'lan', 1],
        ['m1', 'lan', 2],
        ['m2', 'lan', 3],
      ],
    );
  });

  it('deals the legs of one circuit out to CTs of several meters', () => {
    const config = siteWith([
      [{ id: 'a', role: 'grid', phases: ['l1'] }],
      [
        { id: 'b', role: 'grid', phases: ['l1'] },
        { id: 'pv1', role: 'solar', phases: ['l2'] },
        { id: 'pv2', role: 'solar', phases: ['l3'] },
      ],
    ]);
    assert.deepEqual(powers(config), [
      [2600, 0, 0],
      [3300, 2000, 1900],
    ]);
  });

  it('shares the inverter where two channels each measure a pair with one CT', () => {
    const pv = (id: string, phase: string) => ({
      id,
      role: 'solar',
      phases: [phase],
      multiplier: 2,
    });
    const config = siteWith([[pv('east', 'l1'), pv('west', 'l2')]]);
    const [[east, west]] = powers(config) as [[number, number, number]];
    assert.equal(2 * (east + west), 3900);
  });

  it('can exchange mains and solar, a pair for one CT', () => {
    const config = siteWith([
      [
        { id: 'mains', role: 'solar', phases: ['l1', 'l2'] },
        { id: 'pv', role: 'grid', phases: ['l3'], multiplier: 2 },
      ],
    ]);
    assert.deepEqual(powers(config), [[2000, 1900, (2600 + 3300) / 2]]);
  });

  it('leaves the solar out of mains CTs that it joins before', () => {
    const mains = [{ id: 'mains', role: 'grid', phases: ['l1', 'l2'] }];
    const config = siteWith([mains], { solar_position: 'line_side' });
    assert.deepEqual(powers(config), [[900 + 700 + 3000, 1500 + 600 + 3100, 0]]);
  });

  it('makes up for what the CT profile corrects', () => {
    const config = siteWith([[{ id: 'mains', role: 'grid', phases: ['l1', 'l2'], ct: 'lean' }]], {
      ct_profiles: [{ id: 'lean', gain: 2, phase_deg: 10 }],
    });
    const [meter] = metersOf(config);
    const { l1 } = measure(state, meter!.wiring, SOUND).inputs;
    // As `correction.ts` takes it out again: P = P' cos d - Q' sin d, times the gain.
    const lead = (10 * Math.PI) / 180;
    near(2 * (l1.powerW * Math.cos(lead) - l1.reactiveVar * Math.sin(lead)), 2600, 1e-6);
  });

  it('is all zeros for a CT beyond the legs of the service', () => {
    const config = siteWith([[{ id: 'mains', role: 'grid', phases: ['l1'] }]], {
      site: { service: 'single_phase', nominal_voltage: 230 },
    });
    const single = steadyHome('single_phase', [{ loadW: 500 }]);
    const [meter] = metersOf(config);
    const { l1, l2 } = measure(single, meter!.wiring, SOUND).inputs;
    near(l1.powerW, 500);
    near(l2.powerW, 0);
  });
});
