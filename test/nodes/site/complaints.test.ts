import assert from 'node:assert/strict';
import { Complaints } from '../../../nodes/site/complaints.ts';

describe('complaints', () => {
  it('are news once, and again when they change', () => {
    const complaints = new Complaints();
    const said = ['a', 'a', 'b', 'b', 'a'].map((text) => complaints.isNews('x', text));
    assert.deepEqual(said, [true, false, true, false, true]);
    assert.equal(complaints.isNews('y', 'a'), true);
  });

  it('do not fill the memory', () => {
    const complaints = new Complaints();
    for (let n = 0; n < 1_000; n++) complaints.isNews(`x${n}`, 'a');
    assert.equal(complaints.isNews('x999', 'a'), false);
    assert.equal(complaints.isNews('x0', 'a'), true, 'was forgotten');
  });
});
