import assert from 'node:assert/strict';
import { reversedLeg } from '../../../../nodes/health/doctor/reversed-leg.ts';
import { reversedLoad } from '../../../../nodes/health/doctor/reversed-load.ts';
import { reversedSolar } from '../../../../nodes/health/doctor/reversed-solar.ts';
import { unplugged } from '../../../../nodes/health/doctor/unplugged.ts';
import { voltageMissing } from '../../../../nodes/health/doctor/voltage-missing.ts';
import { Bench, HOUR_S, MINUTE_S, type Show, siteOf } from './wires.ts';

const home = siteOf([
  { id: 'mains', role: 'grid' },
  { id: 'pv', role: 'solar' },
]);
const plain = siteOf([{ id: 'mains', role: 'grid' }]);
const byDay = { daylight: 'day' as const };
const byNight = { daylight: 'night' as const };
const near = (seen: number | undefined, wanted: number, off = 5) =>
  assert.ok(seen !== undefined && Math.abs(seen - wanted) <= off, `${seen} is not about ${wanted}`);

describe('a lost voltage tap', () => {
  const lost: Show = { mains: [{ w: 700 }, { v: 0.4, a: 0, w: 0 }] };
  const sound: Show = { mains: [{ w: 700 }, { w: 500 }] };

  it('is suspected in 5 s, sure in a minute, and over 10 s after it is back', () => {
    const bench = new Bench(voltageMissing, plain).show(60, sound).show(120, lost);
    near(bench.when('suspected'), 64, 1);
    near(bench.when('confirmed'), 119, 1);
    assert.deepEqual(bench.heard[0]?.phases, ['l2']);
    bench.show(9, sound);
    assert.equal(bench.found.length, 1);
    bench.show(3, sound);
    assert.deepEqual(bench.found, []);
  });

  it('is not a power cut, nor a low voltage everywhere, nor a second without', () => {
    const cut = {
      mains: [
        { v: 0, a: 0, w: 0 },
        { v: 0, a: 0, w: 0 },
      ],
    };
    const low = {
      mains: [
        { v: 90, w: 500 },
        { v: 91, w: 500 },
      ],
    };
    const bench = new Bench(voltageMissing, plain).show(300, cut).show(300, low);
    for (let count = 0; count < 20; count++) bench.show(4, lost).show(2, sound);
    assert.deepEqual(bench.heard, []);
  });
});

describe('a CT that is unplugged', () => {
  const off = { w: 0, a: 0.02 };
  const exporting = (s: number) => -1_500 - 200 * Math.sin(s / 40);

  it('is proven by the other leg of the mains', () => {
    const bench = new Bench(unplugged, home)
      .show(
        10 * MINUTE_S,
        (s) => ({
          mains: [{ w: exporting(s) }, { w: exporting(s) }],
          pv: [{ w: 1_900 }, { w: 1_900 }],
        }),
        byDay,
      )
      .show(
        7 * MINUTE_S,
        (s) => ({ mains: [off, { w: exporting(s) }], pv: [{ w: 1_900 }, { w: 1_900 }] }),
        byDay,
      );
    near(bench.when('suspected'), 11 * MINUTE_S);
    near(bench.when('confirmed'), 15 * MINUTE_S);
    assert.deepEqual(bench.heard[0]?.phases, ['l1']);
    bench.show(12, { mains: [{ w: -800 }, { w: -800 }], pv: [{ w: 1_900 }, { w: 1_900 }] }, byDay);
    assert.deepEqual(bench.found, []);
  });

  it('is proven by a home that would make power', () => {
    const bench = new Bench(unplugged, home)
      .show(
        10 * MINUTE_S,
        { mains: [{ w: -900 }, { w: -900 }], pv: [{ w: 1_500 }, { w: 1_500 }] },
        byDay,
      )
      .show(6 * MINUTE_S, { mains: [{ w: -900 }, { w: -900 }], pv: [off, off] }, byDay);
    near(bench.when('confirmed'), 15 * MINUTE_S);
  });

  it('stays a suspicion where the inverter may be off, and is none where it may be dark', () => {
    const live = { mains: [{ w: -900 }, { w: -900 }], pv: [{ w: 1_500 }, { w: 1_500 }] };
    const dark = (s: number): Show => ({
      mains: [{ w: s % 600 < 120 ? 1_700 : 250 }, { w: 300 }],
      pv: [off, off],
    });
    const noon = new Bench(unplugged, home)
      .show(10 * MINUTE_S, live, byDay)
      .show(3 * HOUR_S, dark, byDay);
    assert.equal(noon.when('confirmed'), undefined);
    assert.ok(noon.when('suspected'));
    for (const daylight of ['night', 'between', 'unknown'] as const) {
      const night = new Bench(unplugged, home)
        .show(10 * MINUTE_S, live, byDay)
        .show(8 * HOUR_S, dark, { daylight });
      assert.deepEqual(night.heard, [], daylight);
    }
  });

  it('is no empty home, no circuit that is switched off, no battery that holds the mains at zero', () => {
    const empty = new Bench(unplugged, plain)
      .show(HOUR_S, { mains: [{ w: 1_500 }, { w: 900 }] })
      .show(10 * HOUR_S, (s) => ({ mains: [{ w: 20 }, { w: s % 1_200 < 180 ? 1_520 : 20 }] }));
    assert.deepEqual(empty.heard, []);
    const heater = siteOf([
      { id: 'mains', role: 'grid' },
      { id: 'heater', role: 'load' },
    ]);
    const switched = new Bench(unplugged, heater)
      .show(HOUR_S, { mains: [{ w: 1_500 }, { w: 1_500 }], heater: [{ w: 1_200 }, { w: 1_200 }] })
      .show(10 * HOUR_S, (s) => ({
        mains: [{ w: s % 1_200 < 180 ? 1_700 : 200 }, { w: 200 }],
        heater: [off, off],
      }));
    assert.deepEqual(switched.heard, []);
    const stored = siteOf([
      { id: 'mains', role: 'grid' },
      { id: 'store', role: 'battery' },
    ]);
    const held = new Bench(unplugged, stored)
      .show(HOUR_S, { mains: [{ w: 1_500 }, { w: 1_500 }], store: [{ w: 0 }] })
      .show(10 * HOUR_S, (s) => ({
        mains: [
          { w: 1, a: 0.1 },
          { w: -1, a: 0.1 },
        ],
        store: [{ w: s % 900 < 200 ? 2_000 : 300 }],
      }));
    assert.deepEqual(held.heard, []);
  });

  it('is proven by the other leg of a load of both, and by no other', () => {
    const boiler = siteOf([
      { id: 'mains', role: 'grid' },
      { id: 'boiler', role: 'load' },
    ]);
    const mains = [{ w: 2_300 }, { w: 2_200 }];
    const bench = new Bench(unplugged, boiler)
      .show(10 * MINUTE_S, { mains, boiler: [{ w: 1_800 }, { w: 1_790 }] })
      .show(6 * MINUTE_S, { mains, boiler: [off, { w: 1_790 }] });
    near(bench.when('confirmed'), 15 * MINUTE_S);
    const rooms = new Bench(unplugged, boiler)
      .show(10 * MINUTE_S, { mains, boiler: [{ w: 1_800 }, { w: 700 }] })
      .show(6 * MINUTE_S, { mains, boiler: [{ w: 1_800 }, off] });
    assert.deepEqual(rooms.heard, []);
  });

  it('is not suspected again and again where a leg is idle at times', () => {
    const bench = new Bench(unplugged, plain).show(HOUR_S, { mains: [{ w: 900 }, { w: 300 }] });
    for (let day = 0; day < 6; day++) {
      bench
        .show(HOUR_S, (s) => ({ mains: [{ w: 0, a: 0 }, { w: s % 600 < 60 ? 480 : 200 }] }))
        .show(HOUR_S, { mains: [{ w: 900 }, { w: 300 }] });
    }
    assert.equal(bench.when('confirmed'), undefined);
    assert.ok(bench.heard.length <= 2, `${bench.heard.length} suspicions`);
  });

  it('is as sure after a restart in the middle', () => {
    const show: Show = { mains: [off, { w: -1_500 }], pv: [{ w: 1_900 }, { w: 1_900 }] };
    const before = new Bench(unplugged, home)
      .show(10 * MINUTE_S, { ...show, mains: [{ w: -1_500 }, { w: -1_500 }] }, byDay)
      .show(3 * MINUTE_S, show, byDay);
    const after = before.restarted().show(4 * MINUTE_S, show, byDay);
    near(after.when('confirmed'), 15 * MINUTE_S + 20, 10);
  });
});

describe('a CT turned round where power flows one way', () => {
  const kettle = (s: number) => (s % 600 < 180 ? 2_100 : 600);
  const turned = (s: number): Show => ({ mains: [{ w: -kettle(s) }, { w: 600 }] });

  it('is suspected in 5 min, sure in 30 with two loads that made it fall', () => {
    const bench = new Bench(reversedLoad, plain).show(40 * MINUTE_S, turned);
    near(bench.when('suspected'), 5 * MINUTE_S, 40);
    near(bench.when('confirmed'), 28 * MINUTE_S, 2 * MINUTE_S);
    assert.deepEqual(bench.heard[0]?.phases, ['l1']);
  });

  it('is found after years of right readings when the sign turns at once', () => {
    const bench = new Bench(reversedLoad, plain)
      .show(HOUR_S, { mains: [{ w: 900 }, { w: 600 }] })
      .show(10 * MINUTE_S, { mains: [{ w: -900 }, { w: 600 }] });
    near(bench.when('suspected'), HOUR_S + 5 * MINUTE_S, 40);
  });

  it('is not a generator that nobody measures', () => {
    const rare = (s: number) => (s % (3 * HOUR_S) < 180 ? 2_100 : 600);
    const made = (s: number) => Math.max(0, 3_000 * Math.sin((s / (12 * HOUR_S)) * Math.PI));
    const bench = new Bench(reversedLoad, plain)
      .show(2 * HOUR_S, (s) => ({ mains: [{ w: rare(s) }, { w: 600 }] }))
      .show(12 * HOUR_S, (s) => ({ mains: [{ w: rare(s) - made(s - 2 * HOUR_S) }, { w: 600 }] }));
    assert.deepEqual(bench.heard, []);
  });

  it('is over after five minutes of right readings, and says nothing of idle wires', () => {
    const bench = new Bench(reversedLoad, plain).show(40 * MINUTE_S, turned);
    bench.show(6 * MINUTE_S, { mains: [{ w: 900 }, { w: 600 }] });
    assert.deepEqual(bench.found, []);
    assert.deepEqual(
      new Bench(reversedLoad, plain).show(HOUR_S, { mains: [{ w: -60 }, { w: -30 }] }).heard,
      [],
    );
  });

  it('is judged at slow polls, and the same after a restart', () => {
    const slow = new Bench(reversedLoad, plain).show(40 * MINUTE_S, turned, { stepS: 5 });
    near(slow.when('suspected'), 5 * MINUTE_S, 40);
    near(slow.when('confirmed'), 28 * MINUTE_S, 2 * MINUTE_S);
    const whole = new Bench(reversedLoad, plain).show(15 * MINUTE_S, turned);
    const after = whole.restarted().show(25 * MINUTE_S, turned);
    near(after.when('confirmed'), 28 * MINUTE_S + 20, 2 * MINUTE_S);
  });

  it('is left to others where solar or a battery may export', () => {
    const bench = new Bench(reversedLoad, home).show(HOUR_S, {
      mains: [{ w: -900 }, { w: -900 }],
      pv: [{ w: 1_500 }, { w: 1_500 }],
    });
    assert.deepEqual(bench.heard, []);
  });

  it('waits for the row of phases where a third of a turn explains it as well', () => {
    const three = siteOf([{ id: 'mains', role: 'grid' }], {
      service: 'three_phase',
      nominal_voltage: 230,
    });
    const lagging = { v: 230, w: -1_500, var: 1_320 };
    const right = { v: 230, w: 1_900, var: 600 };
    const bench = new Bench(reversedLoad, three).show(20 * MINUTE_S, {
      mains: [right, right, lagging],
    });
    near(bench.when('suspected'), 10 * MINUTE_S, 10);
    const little = new Bench(reversedLoad, three).show(HOUR_S, {
      mains: [right, right, { v: 230, w: -375, var: 330 }],
    });
    assert.deepEqual(little.heard, [], 'too little for that row to look at');
  });

  it('does not listen while a row above speaks', () => {
    const bench = new Bench(reversedLoad, plain, { blocked: ['main/mains l1'] });
    assert.deepEqual(bench.show(HOUR_S, turned).heard, []);
  });
});

describe('a solar CT turned round', () => {
  const day: Show = { mains: [{ w: 900 }, { w: 900 }], pv: [{ w: -1_400 }, { w: -1_400 }] };
  const night: Show = { mains: [{ w: 300 }, { w: 300 }], pv: [{ w: 6 }, { w: 6 }] };

  it('is suspected in 10 min by day and sure by night', () => {
    const bench = new Bench(reversedSolar, home).show(HOUR_S, day, byDay);
    near(bench.when('suspected'), 9.5 * MINUTE_S, MINUTE_S);
    assert.equal(bench.when('confirmed'), undefined);
    bench.show(HOUR_S, night, byNight).show(10, day, byDay);
    assert.ok(bench.when('confirmed'));
  });

  it('is not what draws at night too, and nothing while the time is not known', () => {
    const drawing = { ...night, pv: [{ w: -1_400 }, { w: -1_400 }] };
    const bench = new Bench(reversedSolar, home)
      .show(HOUR_S, day, byDay)
      .show(8 * HOUR_S, drawing, byNight);
    assert.equal(bench.show(60, day, byDay).when('confirmed'), undefined);
    assert.deepEqual(new Bench(reversedSolar, home).show(5 * HOUR_S, day).heard, []);
  });
});

describe('one leg of a pair turned round', () => {
  const pair = (w: number): Show => ({
    mains: [{ w: 100 }, { w: 100 }],
    pv: [{ w: w * 0.99 }, { w: -w }],
  });

  it('is suspected in 5 min, sure in 30, and names the leg', () => {
    const bench = new Bench(reversedLeg, home).show(31 * MINUTE_S, pair(977));
    near(bench.when('suspected'), 4.5 * MINUTE_S, 20);
    near(bench.when('confirmed'), 27 * MINUTE_S, MINUTE_S);
    assert.deepEqual(bench.heard[0]?.phases, ['l2']);
    bench.show(6 * MINUTE_S, { mains: [{ w: 100 }, { w: 100 }], pv: [{ w: 970 }, { w: 977 }] });
    assert.deepEqual(bench.found, []);
  });

  it('is sure when it comes again the next day', () => {
    const bench = new Bench(reversedLeg, home)
      .show(8 * MINUTE_S, pair(600), byDay)
      .away(20 * HOUR_S)
      .show(60, pair(600), byDay);
    near(bench.when('confirmed'), 20 * HOUR_S + 8 * MINUTE_S);
  });

  it('is not two legs of the mains, nor an inverter that rests', () => {
    const mains = { mains: [{ w: 800 }, { w: -800 }], pv: [{ w: -6 }, { w: 6 }] };
    assert.deepEqual(new Bench(reversedLeg, home).show(HOUR_S, mains).heard, []);
  });
});
