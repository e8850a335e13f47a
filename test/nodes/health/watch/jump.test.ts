import assert from 'node:assert/strict';
import { JumpWatch } from '../../../../nodes/health/watch/jump.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const DAY_MS = 86_400_000;

describe('the watch over jumps of the clock', () => {
  let clock: VirtualClock;
  let isTold: boolean;
  let watch: JumpWatch;
  const live = async (seconds: number, isTrusted = true) => {
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1_000);
      watch.tick(isTrusted);
    }
    await clock.advance(0);
    return watch.jumpedS;
  };

  beforeEach(() => {
    clock = new VirtualClock();
    isTold = false;
    watch = new JumpWatch(clock, async () => isTold);
  });

  it('tells by how much, until the clock is back', async () => {
    assert.equal(await live(10), null);
    clock.wallJump(2 * DAY_MS);
    assert.equal(await live(10), 172_800);
    clock.wallJump(-3 * DAY_MS);
    assert.equal(await live(10), -86_400);
    clock.wallJump(DAY_MS);
    assert.equal(await live(1), null);
  });

  it('takes the new time for right after an hour', async () => {
    clock.wallJump(-DAY_MS);
    assert.equal(await live(3_600), -86_400);
    assert.equal(await live(2), null);
    clock.wallJump(DAY_MS);
    assert.equal(await live(1), 86_400);
  });

  it('lets a clock be set right bit by bit', async () => {
    for (let step = 0; step < 20; step++) {
      clock.wallJump(2_000);
      assert.equal(await live(5), null);
    }
  });

  it('minds neither a clock that is not believed nor the first word of the network', async () => {
    clock.wallJump(DAY_MS);
    assert.equal(await live(5, false), null);
    assert.equal(await live(5), null);
    isTold = true;
    clock.wallJump(DAY_MS);
    assert.equal(await live(5), null);
    clock.wallJump(DAY_MS);
    assert.equal(await live(5), 86_400);
  });
});
