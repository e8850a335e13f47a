import assert from 'node:assert/strict';
import fc from 'fast-check';
import { integrate, integrateFlows } from '../../../nodes/balance/integrate.ts';

const near = (found: number, expected: number, within: number) =>
  assert.ok(Math.abs(found - expected) <= within, `${found} is not ${expected} +- ${within}`);

describe('integration', () => {
  it('golden I1: splits at the zero crossing', () => {
    const span = integrate(600, -300, 3)!;
    near(span.positiveWh, 0.1666667, 1e-7);
    near(span.negativeWh, 0.0416667, 1e-7);
    const mirrored = integrate(-300, 600, 3)!;
    near(mirrored.positiveWh, 0.1666667, 1e-7);
    near(mirrored.negativeWh, 0.0416667, 1e-7);
  });

  for (const [id, dtS, wh, mark] of [
    ['I2', 5, 2.0833333, 'measured'],
    ['I3', 60, 25, 'estimated'],
    ['I4', 121, 0, 'gap'],
  ] as const) {
    it(`golden ${id}: 1000 W then 2000 W after ${dtS} s`, () => {
      const span = integrate(1000, 2000, dtS)!;
      assert.equal(span.mark, mark);
      near(span.positiveWh, wh, 1e-7);
      assert.equal(span.negativeWh, 0);
    });
  }

  it('golden I5: an hour of 3600 W', () => {
    let wh = 0;
    for (let n = 0; n < 3600; n++) wh += integrate(3600, 3600, 1)!.positiveWh;
    near(wh, 3600, 1e-6);
  });

  for (const [stepS, expected] of [
    [1, 38197.186],
    [60, 38197.126],
  ] as const) {
    it(`golden I6: half a sine over 12 h in steps of ${stepS} s`, () => {
      const at = (s: number) => 5000 * Math.sin((Math.PI * s) / 43_200);
      let wh = 0;
      for (let s = 0; s < 43_200; s += stepS) {
        wh += integrate(at(s), at(s + stepS), stepS)!.positiveWh;
      }
      near(wh, expected, 1e-3);
    });
  }

  it('drops a pair without time between', () => {
    assert.equal(integrate(1, 1, 0), null);
    assert.equal(integrate(1, 1, -1), null);
    assert.equal(integrate(1, 1, Number.NaN), null);
  });
});

describe('integration of flows', () => {
  const watts = fc.integer({ min: -10_000, max: 10_000 });
  const home = fc.record({ mainsW: watts, solarRawW: fc.nat(10_000) });

  it('agrees with the energies of solar and grid, also across a zero crossing', () => {
    fc.assert(
      fc.property(home, home, fc.double({ min: 0.1, max: 5, noNaN: true }), (from, to, dtS) => {
        fc.pre([from, to].every((p) => p.solarRawW + p.mainsW >= 0));
        const flows = integrateFlows(from, to, { dtS, position: 'load_side' });
        fc.pre(flows !== null);
        const grid = integrate(from.mainsW, to.mainsW, dtS)!;
        const solar = integrate(from.solarRawW, to.solarRawW, dtS)!;
        near(flows.grid_home_w, grid.positiveWh, 1e-9);
        near(flows.solar_grid_w, grid.negativeWh, 1e-9);
        near(flows.solar_home_w + flows.solar_grid_w, solar.positiveWh, 1e-9);
      }),
    );
  });

  it('knows nothing where a power is unknown or the gap too long', () => {
    const known = { mainsW: 100, solarRawW: 0 };
    const at = { dtS: 1, position: 'load_side' } as const;
    assert.equal(integrateFlows(known, { mainsW: null, solarRawW: 0 }, at), null);
    assert.equal(integrateFlows(known, known, { ...at, dtS: 121 }), null);
  });
});
