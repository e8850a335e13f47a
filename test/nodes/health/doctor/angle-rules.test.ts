import assert from 'node:assert/strict';
import { exchangedLegs } from '../../../../nodes/health/doctor/exchanged-legs.ts';
import { phaseMismatch } from '../../../../nodes/health/doctor/phase-mismatch.ts';
import { referenceSwapped } from '../../../../nodes/health/doctor/reference-swapped.ts';
import { Bench, HOUR_S, MINUTE_S, type Show, siteOf } from './wires.ts';

const near = (seen: number | undefined, wanted: number, off = 5) =>
  assert.ok(seen !== undefined && Math.abs(seen - wanted) <= off, `${seen} is not about ${wanted}`);

describe('a voltage reference on another leg', () => {
  const meter = siteOf([
    { id: 'mains', role: 'grid', phases: ['l1', 'l2'] },
    { id: 'pv', role: 'solar', phases: ['l3'] },
  ]);
  const noon = (sign: number): Show => ({
    mains: [{ w: -900 * sign }, { w: -1_100 * sign }],
    pv: [{ w: 3_000 * sign }],
  });
  const evening = (sign: number): Show => ({
    mains: [{ w: 180 * sign }, { w: 320 * sign }],
    pv: [{ w: -8 * sign, a: 0.1 }],
  });

  it('is suspected when all CTs turn at once, and sure after half an hour', () => {
    const bench = new Bench(referenceSwapped, meter).show(HOUR_S, noon(1)).show(HOUR_S, noon(-1));
    near(bench.when('suspected'), HOUR_S + 10, 2);
    near(bench.when('confirmed'), HOUR_S + 30 * MINUTE_S, 15);
    bench.show(60, noon(1));
    assert.deepEqual(bench.found, []);
  });

  it('is noticed across an outage of the meter and across a restart, by night too', () => {
    const outage = new Bench(referenceSwapped, meter)
      .show(HOUR_S, noon(1))
      .away(90)
      .show(60, noon(-1));
    assert.equal(outage.found.length, 1);
    const restart = new Bench(referenceSwapped, meter)
      .show(HOUR_S, evening(1), { daylight: 'night' })
      .restarted()
      .show(60, evening(-1), { daylight: 'night' });
    assert.equal(restart.found.length, 1);
  });

  it('stays through a restart, and through the night after it', () => {
    const bench = new Bench(referenceSwapped, meter)
      .show(HOUR_S, noon(1))
      .show(15 * MINUTE_S, noon(-1));
    const after = bench
      .restarted()
      .show(20 * MINUTE_S, noon(-1))
      .show(8 * HOUR_S, evening(-1), { daylight: 'night' });
    near(after.when('confirmed'), HOUR_S + 30 * MINUTE_S + 20, 15);
    assert.equal(after.found.length, 1);
  });

  it('is not a home that begins to export, gradually, at once, or while nobody looked', () => {
    const importing: Show = { mains: [{ w: 900 }, { w: 1_100 }], pv: [{ w: 3_000 }] };
    const bench = new Bench(referenceSwapped, meter);
    for (let count = 0; count < 4; count++) bench.show(300, importing).show(300, noon(1)).away(30);
    bench.show(HOUR_S, evening(1), { daylight: 'night' }).away(60).show(HOUR_S, noon(1));
    assert.deepEqual(bench.heard, []);
  });

  it('is seen while loads are switched, where they change the legs differently', () => {
    const loads = siteOf([{ id: 'mains', role: 'grid', phases: ['l1', 'l2'] }]);
    const before: Show = { mains: [{ w: 2_200 }, { w: 600 }] };
    const turned = new Bench(referenceSwapped, loads)
      .show(HOUR_S, before)
      .show(60, { mains: [{ w: -700 }, { w: -1_700 }] });
    assert.deepEqual(turned.found, ['voltage_reference_swapped main suspected']);
    const fed = new Bench(referenceSwapped, loads)
      .show(HOUR_S, before)
      .show(HOUR_S, { mains: [{ w: -300 }, { w: -1_900 }] });
    assert.deepEqual(fed.heard, [], 'a battery gives 2.5 kW to each leg');
  });

  it('is not one CT that is turned round', () => {
    const bench = new Bench(referenceSwapped, meter)
      .show(HOUR_S, noon(1))
      .show(HOUR_S, { ...noon(1), pv: [{ w: -3_000 }] });
    assert.deepEqual(bench.heard, []);
  });
});

describe('a CT on the voltage of another phase', () => {
  const three = siteOf([{ id: 'mains', role: 'grid' }], {
    service: 'three_phase',
    nominal_voltage: 230,
  });
  const turn = (va: number, deg: number) => {
    const angle = (deg * Math.PI) / 180;
    return { v: 230, a: va / 230, w: va * Math.cos(angle), var: va * Math.sin(angle) };
  };
  const load = (s: number) => 1_500 + 500 * Math.floor((s % 1_500) / 300);

  it('is two exchanged CTs where two are turned against each other', () => {
    const bench = new Bench(phaseMismatch, three).show(31 * MINUTE_S, (s) => ({
      mains: [turn(load(s), 120), turn(load(s), -120), turn(load(s), 0)],
    }));
    near(bench.when('suspected'), 9 * MINUTE_S, 20);
    near(bench.when('confirmed'), 27 * MINUTE_S, MINUTE_S);
    assert.deepEqual(bench.found, ['ct_phase_mismatch swap_120 main/mains confirmed']);
    assert.deepEqual(bench.heard[0]?.phases, ['l1', 'l2']);
    bench.show(31 * MINUTE_S, (s) => ({
      mains: [turn(load(s), 0), turn(load(s), 0), turn(load(s), 0)],
    }));
    assert.deepEqual(bench.found, []);
  });

  it('is all of them moved on where all are turned alike', () => {
    const bench = new Bench(phaseMismatch, three).show(31 * MINUTE_S, (s) => ({
      mains: [turn(load(s), -120), turn(load(s), -120), turn(load(s), -120)],
    }));
    assert.deepEqual(bench.found, ['ct_phase_mismatch rotate_120 main/mains confirmed']);
  });

  it('is only suspected with one level of load, or without reactive power', () => {
    const steady = new Bench(phaseMismatch, three).show(2 * HOUR_S, {
      mains: [turn(2_000, 120), turn(2_000, -120), turn(2_000, 0)],
    });
    assert.deepEqual(steady.found, ['ct_phase_mismatch swap_120 main/mains suspected']);
    const blind = new Bench(phaseMismatch, three).show(HOUR_S, (s) => ({
      mains: [120, -120, 0].map((deg) => ({ ...turn(load(s), deg), var: undefined })) as never,
    }));
    assert.deepEqual(blind.found, ['ct_phase_mismatch swap_120 main/mains suspected']);
  });

  it('is no motor, on one phase or on three, and no CT that is turned round', () => {
    for (const degs of [
      [56.6, 0, 0],
      [60, 60, 60],
      [75, 75, 75],
      [180, 180, 180],
      [180, 0, 0],
    ]) {
      const bench = new Bench(phaseMismatch, three).show(2 * HOUR_S, (s) => ({
        mains: degs.map((deg) => turn(load(s), deg)),
      }));
      assert.deepEqual(bench.heard, [], degs.join());
    }
  });
});

describe('the CTs of two legs exchanged', () => {
  const split = siteOf([{ id: 'mains', role: 'grid' }]);
  const OHM = 0.05;
  /** Loads of both legs, W, by turns; the supply wanders on both alike. */
  const loads = (s: number) => [s % 600 < 240 ? 2_300 : 800, s % 840 < 300 ? 2_600 : 800] as const;
  const shown = (s: number, { crossed = false, sign = 1 }): Show => {
    const [a, b] = loads(s);
    const common = 120 + Math.sin(s / 400);
    const volts = [common - (OHM * a) / 120, common - (OHM * b) / 120];
    const seen = crossed ? [b, a] : [a, b];
    return {
      mains: seen.map((w, leg) => ({ w: sign * w, v: volts[leg] ?? 120, a: w / 120 })),
    };
  };

  it('are told by the voltage that sinks on the other leg', () => {
    const bench = new Bench(exchangedLegs, split);
    bench.show(2 * HOUR_S, (s) => shown(s, { crossed: true, sign: -1 }));
    assert.deepEqual(bench.found, ['ct_phase_mismatch swap_180 main/mains confirmed']);
    assert.ok((bench.when('suspected') ?? HOUR_S) < 30 * MINUTE_S);
    bench.show(30 * MINUTE_S, (s) => shown(s, {}));
    assert.deepEqual(bench.found, []);
  });

  it('are not two that are turned round, nor two in order', () => {
    for (const sign of [-1, 1]) {
      const bench = new Bench(exchangedLegs, split).show(3 * HOUR_S, (s) => shown(s, { sign }));
      assert.deepEqual(bench.heard, []);
    }
  });
});
