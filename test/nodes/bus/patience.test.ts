import assert from 'node:assert/strict';
import fc from 'fast-check';
import { backOffAfter, deadlineMs, reconnectAfter } from '../../../nodes/bus/patience.ts';

const known = { framesMs: 100, slowestMs: 80, replyDelayMs: 0, failures: 0 };

describe('patience', () => {
  it('gives a reply its wire time and four times the latency, within 250 to 1500 ms', () => {
    assert.equal(deadlineMs(known), 100 + 320);
    assert.equal(deadlineMs({ ...known, slowestMs: 5 }), 100 + 250);
    assert.equal(deadlineMs({ ...known, slowestMs: 900 }), 100 + 1500);
    assert.equal(deadlineMs({ ...known, slowestMs: 5, replyDelayMs: 100 }), 100 + 400);
  });

  it('is generous to a device that it does not know, but not for ever', () => {
    const unknown = { ...known, slowestMs: null };
    assert.equal(deadlineMs(unknown), 1100);
    assert.equal(deadlineMs({ ...unknown, failures: 4 }), 350);
  });

  it('now and then gives a failing device time enough to show that it became slow', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7].map((failures) =>
      deadlineMs({ ...known, slowestMs: 5, failures }),
    );
    assert.deepEqual(waits, [350, 350, 600, 350, 350, 350, 1100]);
  });

  it('leaves a silent device alone for longer the longer it is silent, up to 15 s', () => {
    assert.equal(backOffAfter(0), 0);
    assert.equal(backOffAfter(30_000), 1500);
    assert.equal(backOffAfter(24 * 3_600_000), 15_000);
  });

  it('comes back to a line within 1 to 30 s, and within 2 s of an outage of 30 s', () => {
    fc.assert(
      fc.property(fc.nat(86_400_000), fc.double({ min: 0, max: 1, noNaN: true }), (age, random) => {
        const waitMs = reconnectAfter(age, random);
        assert.ok(waitMs >= 1000 && waitMs <= 30_000);
        if (age <= 30_000) assert.ok(waitMs <= 2000);
      }),
    );
    assert.equal(reconnectAfter(3_600_000, 0), 30_000);
    assert.notEqual(reconnectAfter(60_000, 0), reconnectAfter(60_000, 1));
  });
});
