import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sunPosition } from '../../../nodes/site/sun.ts';

const within = (found: number, expected: number, tolerance: number, what = '') =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${what} ${found} is not ${expected}`);

describe('sun', () => {
  it('agrees with the worked example of the NREL solar position algorithm', () => {
    // Reda and Andreas, NREL/TP-560-34302, A.5: zenith 50.11162 and azimuth 194.34024 degrees; the
    // zenith there includes 0.0163 degrees of refraction, which a panel does not care about.
    const place = { latitude: 39.742476, longitude: -105.1786 };
    const sun = sunPosition(Date.parse('2003-10-17T19:30:30Z'), place);
    within(sun.elevationDeg, 90 - 50.11162 - 0.0163, 0.02, 'elevation');
    within(sun.azimuthDeg, 194.34024, 0.02, 'azimuth');
  });

  it('rises and sets when the almanac says (London, both solstices, to two minutes)', () => {
    const london = { latitude: 51.5074, longitude: -0.1278 };
    const [summer, winter] = [Date.parse('2024-06-20T00:00Z'), Date.parse('2024-12-21T00:00Z')];
    within(minutesOf(crossing(summer, london, 1)), 3 * 60 + 43, 2, 'summer sunrise');
    within(minutesOf(crossing(summer, london, -1)), 20 * 60 + 21, 2, 'summer sunset');
    within(minutesOf(crossing(winter, london, 1)), 8 * 60 + 4, 2, 'winter sunrise');
    within(minutesOf(crossing(winter, london, -1)), 15 * 60 + 53, 2, 'winter sunset');
  });

  it('stands in the zenith over the tropic of Cancer at the June solstice', () => {
    const noon = Date.parse('2024-06-20T12:01:50Z'); // the sun is late by 1.8 minutes then
    within(sunPosition(noon, { latitude: 23.436, longitude: 0 }).elevationDeg, 90, 0.1);
  });

  it('never rises at 70 north in December and never sets there in June', () => {
    for (let hour = 0; hour < 24; hour++) {
      const at = (day: string) => Date.parse(`${day}T00:00Z`) + hour * 3_600_000;
      const place = { latitude: 70, longitude: 25 };
      assert.ok(sunPosition(at('2026-12-21'), place).elevationDeg < 0);
      assert.ok(sunPosition(at('2026-06-21'), place).elevationDeg > 0);
    }
  });

  it('gives half a year above the horizon everywhere', () => {
    fc.assert(
      fc.property(fc.double({ min: -65, max: 65, noNaN: true }), (latitude) => {
        let up = 0;
        const samples = 2_003;
        for (let index = 0; index < samples; index++) {
          const ms = Date.parse('2025-01-01T00:00Z') + (index * 365.2422 * 86_400_000) / samples;
          if (sunPosition(ms, { latitude, longitude: 13 }).elevationDeg > 0) up += 1;
        }
        within(up / samples, 0.5, 0.02);
      }),
      { numRuns: 20 },
    );
  });
});

/** When the sun's upper edge passes the horizon on that UTC day, with usual refraction: -0.833. */
function crossing(dayMs: number, place: { latitude: number; longitude: number }, way: 1 | -1) {
  for (let minute = 1; minute < 1440; minute++) {
    const at = (m: number) => sunPosition(dayMs + m * 60_000, place).elevationDeg + 0.833;
    if (at(minute - 1) * way < 0 && at(minute) * way >= 0) return dayMs + minute * 60_000;
  }
  throw new Error('no crossing');
}

function minutesOf(ms: number): number {
  return (ms % 86_400_000) / 60_000;
}
