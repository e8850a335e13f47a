import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Levels } from '../../../../nodes/health/doctor/levels.ts';
import { Share, Steps, Stretch } from '../../../../nodes/health/doctor/windows.ts';

describe('windows over evidence', () => {
  it('hold when a full window speaks for something, and not before', () => {
    const share = new Share(60_000);
    for (let s = 0; s < 53; s++) share.add(1_000, true);
    assert.equal(share.holds, false);
    share.add(1_000, true);
    assert.equal(share.holds, true);
    assert.equal(share.percent, 100);
  });

  it('go by time, not by the number of samples', () => {
    const [fast, slow] = [new Share(60_000), new Share(60_000)];
    for (let s = 0; s < 60; s++) fast.add(1_000, s % 10 !== 0);
    for (let s = 0; s < 60; s += 5) slow.add(5_000, s !== 0);
    assert.equal(fast.holds, true);
    assert.equal(slow.holds, true);
  });

  it('enter at nine of ten and leave below five of ten', () => {
    const share = new Share(100_000);
    for (let s = 0; s < 100; s++) share.add(1_000, s % 10 < 8);
    assert.equal(share.holds, false);
    assert.equal(share.fails, false);
    assert.equal(share.denies, false);
    for (let s = 0; s < 60; s++) share.add(1_000, false);
    assert.equal(share.fails, true);
    for (let s = 0; s < 60; s++) share.add(1_000, false);
    assert.equal(share.denies, true);
  });

  it('never hold more than their span, and count what they hold', () => {
    const sample = fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 300 }), (samples) => {
        const share = new Share(60_000);
        for (const [ms, isFor] of samples) share.add(ms, isFor);
        // A bucket is closed when it is full, so each may be over by one sample.
        assert.ok(share.coveredMs <= 60_000 + 10 * 5_000);
        assert.ok(share.share >= 0 && share.share <= 1);
        assert.ok(!(share.holds && share.denies));
      }),
    );
  });

  it('go on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 400 }), fc.nat(399), (samples, cut) => {
        const whole = new Share(120_000);
        let part = new Share(120_000);
        samples.forEach((isFor, index) => {
          whole.add(1_000, isFor);
          part.add(1_000, isFor);
          if (index !== cut) return;
          const kept = part.save();
          part = new Share(120_000);
          part.restore(JSON.parse(JSON.stringify(kept)));
        });
        assert.ok(Math.abs(whole.coveredMs - part.coveredMs) <= 12_000);
        assert.ok(Math.abs(whole.share - part.share) <= 0.1);
      }),
    );
  });

  it('ignore what they have not kept themselves', () => {
    const share = new Share(60_000);
    share.add(1_000, true);
    for (const saved of [null, 'x', [1], Array(20).fill('1'), Array(20).fill(Number.NaN)]) {
      share.restore(saved);
    }
    assert.equal(share.coveredMs, 1_000);
  });

  it('measure how long something is so without a break', () => {
    const stretch = new Stretch();
    for (const isSo of [true, true, false, true]) stretch.add(1_000, isSo);
    assert.equal(stretch.ms, 1_000);
  });
});

describe('steps of a load', () => {
  const stepsIn = (watts: (s: number) => number, seconds = 120) => {
    const steps = new Steps(300);
    const told: number[] = [];
    for (let s = 0; s < seconds; s++) {
      const step = steps.add(1_000, watts(s), Math.abs(watts(s)) / 120);
      if (step !== null) told.push(Math.round(step.powerW));
    }
    return told;
  };

  it('are told once, whenever in the five seconds they come', () => {
    for (let at = 30; at < 40; at++) {
      assert.deepEqual(
        stepsIn((s) => (s < at ? 200 : 1_700)),
        [1_500],
        `at ${at}`,
      );
    }
  });

  it('are told of what goes on and off', () => {
    assert.deepEqual(
      stepsIn((s) => (s > 40 && s <= 80 ? -1_500 : -300)),
      [-1_200, 1_200],
    );
  });

  it('are not told of what does not last, drifts or flickers', () => {
    assert.deepEqual(
      stepsIn((s) => (s === 50 || s === 51 ? 2_000 : 200)),
      [],
    );
    assert.deepEqual(
      stepsIn((s) => 20 * s),
      [],
    );
    assert.deepEqual(
      stepsIn((s) => 3_000 * (1 + 0.05 * Math.sin(7 * s))),
      [],
    );
  });
});

describe('levels of a load', () => {
  it('count those that last and differ', () => {
    const levels = new Levels();
    const stand = (seconds: number, va: number) => {
      for (let s = 0; s < seconds; s++) levels.add(1_000, va + 5 * Math.sin(s));
    };
    stand(20, 500);
    stand(5, 2_000);
    stand(20, 510);
    assert.equal(levels.count, 1);
    stand(20, 1_000);
    stand(20, 2_000);
    assert.equal(levels.count, 3);
  });

  it('count levels under a gain that flickers by five percent, and none that is not', () => {
    const levels = new Levels();
    let seed = 1;
    const chance = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const stand = (seconds: number, va: number) => {
      for (let s = 0; s < seconds; s++) levels.add(1_000, va * (0.95 + 0.1 * chance()));
    };
    stand(3_600, 1_500);
    assert.equal(levels.count, 1);
    stand(60, 3_000);
    stand(60, 1_500);
    stand(60, 2_100);
    assert.equal(levels.count, 3);
  });
});
