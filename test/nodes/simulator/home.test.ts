import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHome, flowsOf, placeOf, type SiteFacts } from '../../../nodes/simulator/home.ts';
import { createLocalTime } from '../../../nodes/simulator/local-time.ts';
import { CHICAGO } from '../../support/simulated-meter.ts';

const DAY = 86_400_000;
const BERLIN: SiteFacts = {
  timezone: 'Europe/Berlin',
  latitude: 52.5,
  longitude: 13.4,
  service: 'three_phase',
  nominal_voltage: 230,
  inverter_watts: null,
};
const instant = fc.integer({ min: Date.parse('2025-01-01'), max: Date.parse('2028-01-01') });

describe('simulated home', () => {
  it('is the same home whenever and in whatever order it is asked', () => {
    const forward = createHome(CHICAGO, { seed: 5 });
    const backward = createHome(CHICAGO, { seed: 5 });
    const times = Array.from(
      { length: 200 },
      (_, index) => Date.parse('2026-03-07') + index * 997_000,
    );
    const states = times.map((ms) => forward.at(ms));
    const again = times.toReversed().map((ms) => backward.at(ms));
    assert.deepEqual(states, again.toReversed());
    const other = createHome(CHICAGO, { seed: 6 });
    assert.notDeepEqual(
      states,
      times.map((ms) => other.at(ms)),
    );
  });

  it('closes its books: mains are loads less solar, and home is what both bring', () => {
    const home = createHome(CHICAGO, { seed: 1 });
    fc.assert(
      fc.property(instant, (ms) => {
        const { solarW, gridW, homeW, standbyW } = flowsOf(home.at(ms));
        assert.ok(solarW >= 0 && solarW <= 6_000 && homeW > 0 && standbyW >= 0);
        assert.ok(Math.abs(homeW - (solarW + gridW)) < 1e-6);
        assert.equal(solarW > 0 && standbyW > 0, false);
      }),
    );
  });

  it('keeps the voltage and the frequency of its service', () => {
    for (const [site, legs, hertz] of [
      [CHICAGO, [0, 180], 60],
      [BERLIN, [0, -120, 120], 50],
      [{ ...BERLIN, service: 'single_phase' }, [0], 50],
    ] as [SiteFacts, number[], number][]) {
      const home = createHome(site, { seed: 3 });
      fc.assert(
        fc.property(instant, (ms) => {
          const state = home.at(ms);
          assert.deepEqual(
            state.legs.map((leg) => leg.angleDeg),
            legs,
          );
          assert.ok(Math.abs(state.frequencyHz - hertz) <= 0.02);
          for (const leg of state.legs) {
            assert.ok(Math.abs(leg.voltageV / site.nominal_voltage - 1) < 0.04, `${leg.voltageV}`);
          }
        }),
      );
    }
  });

  it('lets the voltage sag under a load', () => {
    const home = createHome(CHICAGO, { seed: 1 });
    const start = Date.parse('2026-01-10T05:00Z');
    let steps = 0;
    for (let s = 1; s < 86_400; s++) {
      const [before] = home.at(start + (s - 1) * 1000).legs;
      const [after] = home.at(start + s * 1000).legs;
      if (after!.loadW - before!.loadW < 800) continue;
      steps += 1;
      assert.ok(after!.voltageV < before!.voltageV - 0.15);
    }
    assert.ok(steps > 0);
  });

  it('sleeps at night: a little draw, some var', () => {
    const home = createHome(CHICAGO, { seed: 1 });
    const midnight = home.at(Date.parse('2026-06-21T06:00Z'));
    const draw = midnight.legs.reduce((sum, leg) => sum + leg.solarW, 0);
    assert.ok(draw < -5 && draw > -15);
    assert.ok(midnight.legs.every((leg) => leg.solarVar > 0));
    assert.equal(flowsOf(midnight).standbyW, -draw);
  });

  it('touches the limit of its inverter on a clear June day and never goes over it', () => {
    const home = createHome({ ...CHICAGO, inverter_watts: 3_800 }, { seed: 1 });
    let most = 0;
    for (let ms = Date.parse('2026-06-10T06:00Z'); ms < Date.parse('2026-06-20'); ms += 60_000) {
      most = Math.max(most, flowsOf(home.at(ms)).solarW);
    }
    assert.equal(Math.round(most), 3_800);
  });

  it('lives a believable year: energy by season, an evening peak, a quiet night', () => {
    const home = createHome(CHICAGO, { seed: 1 });
    const june = solarKwh(home, '2026-06-10T05:00Z', 10);
    const december = solarKwh(home, '2026-12-10T06:00Z', 10);
    assert.ok(june > 25 && june < 55, `June ${june}`);
    assert.ok(december > 4 && december < 22, `December ${december}`);
    assert.ok(june > 1.7 * december);
    const [night, evening] = [meanHomeW(home, 2), meanHomeW(home, 18)];
    assert.ok(night > 120 && night < 600, `night ${night}`);
    assert.ok(evening > 2 * night, `evening ${evening}`);
  });

  it('has cloud edges that a doctor of CTs can use', () => {
    const home = createHome(CHICAGO, { seed: 1 });
    let edges = 0;
    for (
      let ms = Date.parse('2026-06-10T14:00Z');
      ms < Date.parse('2026-06-15T22:00Z');
      ms += 10_000
    ) {
      const step = flowsOf(home.at(ms + 10_000)).solarW - flowsOf(home.at(ms)).solarW;
      if (Math.abs(step) >= 300) edges += 1;
    }
    assert.ok(edges >= 30, `${edges}`);
  });

  it('stands where its clock says when it has no coordinates', () => {
    const nowhere = { ...BERLIN, latitude: null, longitude: null };
    assert.deepEqual(placeOf({ ...nowhere, timezone: 'Europe/Berlin' }), {
      latitude: 40,
      longitude: 15,
    });
    assert.equal(placeOf({ ...nowhere, timezone: 'America/Denver' }).longitude, -105);
  });
});

describe('local time', () => {
  it('keeps the household on the wall clock through both changes of the hour', () => {
    const local = createLocalTime('Europe/Berlin');
    assert.equal(local(Date.parse('2026-03-29T00:59:59Z')).hour.toFixed(3), '2.000');
    assert.equal(local(Date.parse('2026-03-29T01:00:00Z')).hour, 3);
    assert.equal(local(Date.parse('2026-10-25T00:59:00Z')).hour.toFixed(2), '2.98');
    assert.equal(local(Date.parse('2026-10-25T01:00:00Z')).hour, 2);
  });

  it('knows zones of three quarters of an hour', () => {
    assert.equal(createLocalTime('Asia/Kathmandu')(Date.parse('2026-01-01T00:00Z')).hour, 5.75);
  });
});

function solarKwh(home: ReturnType<typeof createHome>, from: string, days: number): number {
  let sum = 0;
  for (let ms = Date.parse(from); ms < Date.parse(from) + days * DAY; ms += 60_000) {
    sum += flowsOf(home.at(ms)).solarW / 60_000;
  }
  return sum / days;
}

/** Mean over 14 days of the hour that begins at `hour` in Chicago (winter time), W. */
function meanHomeW(home: ReturnType<typeof createHome>, hour: number): number {
  let sum = 0;
  let count = 0;
  for (let day = 0; day < 14; day++) {
    const start = Date.parse('2026-01-12T06:00Z') + day * DAY + hour * 3_600_000;
    for (let ms = start; ms < start + 3_600_000; ms += 20_000, count++) {
      sum += flowsOf(home.at(ms)).homeW;
    }
  }
  return sum / count;
}
