import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CLIMATE_HOMES, CLIMATES } from '../../../nodes/simulator/climates.ts';
import { flowsOf, type Home, type SiteFacts } from '../../../nodes/simulator/home.ts';
import { type HomeScriptInput, homeScriptSchema } from '../../../nodes/simulator/home-script.ts';
import { createScriptedHome } from '../../../nodes/simulator/scripted-home.ts';
import { CHICAGO } from '../../support/simulated-meter.ts';

const DAY = 86_400_000;
/** Midnight in Chicago, the first of the script's days. */
const START = Date.parse('2026-06-10T05:00Z');
const chicago = (script: HomeScriptInput = {}, site: Partial<SiteFacts> = {}): Home =>
  createScriptedHome({ ...CHICAGO, ...site }, homeScriptSchema.parse(script));
const local = (time: string, day = 0) => {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  return START + day * DAY + hours * 3_600_000 + minutes * 60_000;
};
const flows = (home: Home, time: string, day = 0) => flowsOf(home.at(local(time, day)));
/** Nothing but what a test adds. */
const BARE: HomeScriptInput = { base_watts: 0, fridge_watts: 0, kettle: null, solar: null };

/** Solar a second, W. */
function solarOf(home: Home, from: string, to: string, day = 0): number[] {
  const seconds = (local(to, day) - local(from, day)) / 1000;
  return Array.from(
    { length: seconds },
    (_, second) => flowsOf(home.at(local(from, day) + second * 1000)).solarW,
  );
}

/** Changes of 300 W or more within ten seconds, each counted once. */
function edgesOf(watts: number[]): number {
  let edges = 0;
  for (let second = 10; second < watts.length; second++) {
    if (Math.abs(watts[second]! - watts[second - 10]!) < 300) continue;
    edges += 1;
    second += 20;
  }
  return edges;
}

describe('scripted home', () => {
  it('is the same home in whatever order it is asked, with a battery too', () => {
    const script: HomeScriptInput = { battery: {}, weather: 'broken', household: 'ordinary' };
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 * 86_400 }), { maxLength: 12 }),
        (seconds) => {
          const [forward, backward] = [chicago(script), chicago(script)];
          const times = seconds.map((second) => START + second * 1000);
          const states = times.map((ms) => forward.at(ms));
          assert.deepEqual(
            times
              .toReversed()
              .map((ms) => backward.at(ms))
              .toReversed(),
            states,
          );
        },
      ),
      { numRuns: 15 },
    );
  });

  it('closes its books, whatever it is made of', () => {
    const home = chicago({
      battery: {},
      ev: { schedule: [{ from: '22:00', to: '04:00', watts: 7_200 }] },
      hidden_generator: { watts: 800 },
      loads: [{ watts: 2_000, legs: ['l1', 'l2'], every_minutes: 40 }],
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 * 86_400 }), (second) => {
        const { solarW, homeW, gridW, batteryW, hiddenW } = flowsOf(home.at(START + second * 1000));
        assert.ok(Math.abs(homeW - (solarW + gridW + batteryW + hiddenW)) < 1e-6);
        assert.ok(solarW <= 6_000 && homeW > 0 && hiddenW >= 0 && hiddenW <= 800);
      }),
    );
  });

  it('boils its kettle by the wall clock and keeps its base and its fridge', () => {
    const home = chicago({ solar: null, kettle: { at: ['07:00'], minutes: 4 } });
    const before = flows(home, '06:59').homeW;
    const during = flows(home, '07:01').homeW;
    assert.ok(during - before > 1_300 && during - before < 1_700);
    assert.ok(flows(home, '07:04').homeW < before + 200);
    const day = Array.from(
      { length: 1440 },
      (_, minute) => flowsOf(home.at(START + minute * 60_000)).homeW,
    );
    const quiet = day.filter((watts) => watts < 420).length;
    assert.ok(quiet > 500 && quiet < 1200, `the fridge rests ${quiet} of 1440 minutes`);
    assert.ok(Math.min(...day) > 330);
  });

  it('has loads on a leg or across both, with their power factor and their own circuit', () => {
    const home = chicago({
      ...BARE,
      loads: [
        { name: 'pump', watts: 1_100, power_factor: 0.55, legs: ['l2'] },
        { name: 'oven', watts: 3_000, legs: ['l1', 'l2'], from: '18:00', to: '19:00' },
      ],
    });
    const { legs, circuits } = home.at(local('18:30'));
    assert.deepEqual(
      legs.map(({ loadW }) => loadW),
      [1_500, 2_600],
    );
    const factor = 1_100 / Math.hypot(1_100, legs[1]!.loadVar);
    assert.ok(Math.abs(factor - 0.55) < 1e-9);
    assert.deepEqual(
      circuits?.map(({ name, watts }) => [name, watts]),
      [
        ['pump', [0, 1_100]],
        ['oven', [1_500, 1_500]],
      ],
    );
    assert.equal(home.at(local('19:30')).circuits?.[1]?.watts[0], 0);
  });

  it('hides what branches off before the mains, but for the voltage', () => {
    const ahead = { watts: 5_000, ahead_of_mains: true, from: '12:00', to: '13:00' };
    const home = chicago({ ...BARE, loads: [ahead] });
    const plain = chicago(BARE);
    assert.equal(flows(home, '12:30').gridW, 0);
    const sag =
      plain.at(local('12:30')).legs[0]!.voltageV - home.at(local('12:30')).legs[0]!.voltageV;
    assert.ok(sag > 1);
  });

  it('is empty while they are away', () => {
    const home = chicago({
      solar: null,
      away: [{ days: [1, 2] }],
      loads: [{ watts: 900 }],
    });
    assert.ok(flows(home, '12:00', 0).homeW > 1_200);
    for (const time of ['00:10', '07:01', '12:00', '23:50']) {
      const { homeW } = flows(home, time, 1);
      assert.ok(homeW > 37 && homeW < 43, `${time}: ${homeW}`);
    }
    assert.ok(flows(home, '12:00', 3).homeW > 1_200);
  });

  it('draws 12 W at night through its inverter, and nothing when that is off', () => {
    const off = [{ from: '12:00', to: '12:30', days: [0] }];
    const home = chicago({ weather: 'clear', solar: { off } });
    assert.equal(flows(home, '01:00').standbyW, 12);
    assert.ok(flows(home, '11:59').solarW > 4_000);
    assert.deepEqual([flows(home, '12:10').solarW, flows(home, '12:10').standbyW], [0, 0]);
    assert.ok(flows(home, '12:10', 1).solarW > 4_000);
    const [l1, l2] = home.at(local('13:00')).legs;
    assert.equal(l1?.solarW, l2?.solarW);
  });

  it('puts an inverter on the legs that are named', () => {
    const home = chicago({ weather: 'clear', solar: { legs: ['l2'], watts: 2_000 } });
    const [l1, l2] = home.at(local('13:00')).legs;
    assert.equal(l1?.solarW, 0);
    assert.ok(l2!.solarW > 1_500 && l2!.solarW <= 2_000);
  });

  it('has its own sky each day', () => {
    const weather = ['clear', 'cloudy_noon', 'broken', 'overcast'] as const;
    const home = chicago({ weather: [...weather] });
    const edges = weather.map((_, day) => edgesOf(solarOf(home, '08:00', '18:00', day)));
    assert.equal(edges[0], 0, 'a clear day has no edges');
    assert.ok(edges[1]! >= 60, `cloudy noon ${edges[1]}`);
    assert.ok(edges[2]! >= 20, `broken ${edges[2]}`);
    assert.equal(edges[3], 0, 'a grey day has no edges');
    assert.equal(edgesOf(solarOf(home, '08:00', '10:55', 1)), 0);
    const noon = weather.map((_, day) => flows(home, '12:59', day).solarW);
    assert.ok(noon[3]! < 0.35 * noon[0]!);
    assert.deepEqual(solarOf(home, '12:00', '12:01', 4).length, 60);
    assert.equal(edgesOf(solarOf(home, '08:00', '18:00', 4)), 0, 'and begins again');
  });

  it('is still between the edges of a cloudy noon', () => {
    const watts = solarOf(chicago({ weather: 'cloudy_noon' }), '11:00', '15:00');
    const moving = watts.filter((now, second) => Math.abs(now - (watts[second - 1] ?? now)) > 25);
    // 48 clouds, two edges each, of about four seconds.
    assert.ok(moving.length > 200 && moving.length < 48 * 2 * 5, `${moving.length}`);
  });

  it('charges its battery with what is left over, and lives on it in the evening', () => {
    const home = chicago({
      weather: 'clear',
      battery: { capacity_kwh: 8 },
      ...{ base_watts: 600 },
    });
    const morning = flows(home, '09:30');
    assert.ok(morning.batteryW < -500 && Math.abs(morning.gridW) < 40, 'surplus goes in');
    const evening = flows(home, '21:30');
    assert.ok(evening.batteryW > 300 && Math.abs(evening.gridW) < 40, 'and comes out');
    const full = flows(home, '16:00');
    assert.ok(full.batteryW === 0 && full.gridW < -500, 'full, it sells');
    let kwh = 0;
    for (let ms = local('05:10'); ms < local('05:10', 1); ms += 60_000) {
      kwh -= flowsOf(home.at(ms)).batteryW / 60_000;
      assert.ok(kwh > -0.6 && kwh < 8.6, `${kwh}`);
    }
  });

  it('obeys the schedules of battery and car', () => {
    const home = chicago({
      ...BARE,
      battery: {
        schedule: [
          { from: '01:00', to: '04:00', watts: -3_000 },
          { from: '18:00', to: '20:00', watts: 4_000 },
        ],
      },
      ev: { schedule: [{ from: '22:00', to: '02:00', watts: 7_200 }], legs: ['l1', 'l2'] },
    });
    assert.equal(flows(home, '01:30').gridW, 3_000 + 7_200);
    assert.equal(flows(home, '19:00').gridW, -4_000);
    assert.equal(flows(home, '12:00').gridW, 0);
    assert.equal(home.at(local('23:00')).legs[1]?.evW, 3_600);
  });

  it('hides a plug-in generator on one leg, by the sun or all the time', () => {
    const sunny = chicago({ ...BARE, weather: 'clear', hidden_generator: { watts: 800 } });
    const { legs } = sunny.at(local('13:00'));
    assert.ok(legs[0]!.hiddenW > 600 && legs[0]!.hiddenW <= 800);
    assert.equal(legs[1]!.hiddenW, 0);
    assert.ok(flows(sunny, '01:00').hiddenW < 1);
    const constant = chicago({
      ...BARE,
      hidden_generator: {
        watts: 500,
        follows: 'constant',
        legs: ['l2'],
        from: '20:00',
        to: '06:00',
      },
    });
    assert.equal(flows(constant, '23:00').gridW, -500);
    assert.equal(flows(constant, '12:00').gridW, 0);
  });

  it('keeps the hour of its family through a change of the clocks', () => {
    const home = createScriptedHome(
      CHICAGO,
      homeScriptSchema.parse({
        ...BARE,
        start: '2026-03-07',
        loads: [{ watts: 1_000, from: '07:00', to: '08:00', days: [1] }],
      }),
    );
    // 8 March: the clocks go forward, and 07:30 is 12:30 UTC instead of 13:30.
    assert.equal(flowsOf(home.at(Date.parse('2026-03-08T12:30Z'))).homeW, 1_000);
    assert.equal(flowsOf(home.at(Date.parse('2026-03-08T13:30Z'))).homeW, 0);
  });
});

describe('climates', () => {
  const yieldOf = (home: Home, start: number) => {
    let kwh = 0;
    for (let ms = start; ms < start + 14 * DAY; ms += 300_000) {
      kwh += flowsOf(home.at(ms)).solarW / 12_000;
    }
    return kwh / 14;
  };

  it('have the sun of their place, in the right half of the year', () => {
    const perKw = CLIMATES.map((climate) => {
      const { site, home } = CLIMATE_HOMES[climate];
      const scripted = createScriptedHome(site, homeScriptSchema.parse(home));
      const june = yieldOf(scripted, Date.parse('2026-06-08'));
      const december = yieldOf(scripted, Date.parse('2026-12-08'));
      const rated = site.inverter_watts! / 1000;
      return { climate, june: june / rated, december: december / rated };
    });
    for (const { climate, june, december } of perKw) {
      const [summer, winter] = climate === 'cape_town' ? [december, june] : [june, december];
      assert.ok(summer > 4 && summer < 9, `${climate} ${summer}`);
      assert.ok(winter > 0.3 && winter < 0.8 * summer, `${climate} ${winter}`);
    }
    const of = (climate: string) => perKw.find((each) => each.climate === climate)!;
    assert.ok(of('phoenix').june > of('hamburg').june);
    assert.ok(of('hamburg').december < of('chicago').december);
  });
});
