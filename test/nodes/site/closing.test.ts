import assert from 'node:assert/strict';
import { within } from '../../../nodes/site/closing.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

describe('closing', () => {
  it('is over when the work is, well or not, and leaves no timer behind', async () => {
    const clock = new VirtualClock();
    await within(clock, Promise.resolve());
    await within(clock, Promise.reject(new Error('no such disk')));
    assert.equal(clock.waiting, 0);
  });

  it('waits five seconds for work that never ends, and no longer', async () => {
    const clock = new VirtualClock();
    let over = false;
    void within(clock, new Promise(() => {})).then(() => {
      over = true;
    });
    await clock.advance(4_999);
    assert.equal(over, false);
    await clock.advance(1);
    await settle();
    assert.equal(over, true);
  });
});
