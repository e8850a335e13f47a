import assert from 'node:assert/strict';
import { clearSky, incidence } from '../../../nodes/simulator/sun.ts';

const within = (found: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);

describe('light on a panel', () => {
  it('lets about 1000 W/m2 through from above and nothing at night', () => {
    within(clearSky(90).beam + clearSky(90).diffuse, 1041, 20);
    assert.equal(clearSky(-1).beam, 0);
    assert.deepEqual(clearSky(-10), { beam: 0, diffuse: 0 });
  });

  it('faces the panel to the equator on both halves of the earth', () => {
    const noon = (azimuthDeg: number) => ({ elevationDeg: 50, azimuthDeg });
    within(incidence(noon(180), { latitude: 50, longitude: 0 }, 40), 1, 1e-9);
    within(incidence(noon(0), { latitude: -35, longitude: 0 }, 40), 1, 1e-9);
    assert.ok(incidence(noon(0), { latitude: 50, longitude: 0 }, 40) < 0.2);
  });
});
