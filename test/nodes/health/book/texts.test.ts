import assert from 'node:assert/strict';
import { textOf } from '../../../../nodes/health/book/texts.ts';
import type { Fault } from '../../../../nodes/health/faults.ts';
import { sayFrom } from '../../../../nodes/site/text.ts';

const texts = {
  ct_reversed: {
    message: 'plain',
    suspected: { message: 'maybe' },
    one_leg: { message: 'leg', suspected: { message: 'maybe a leg of {source}' } },
    both_legs: { message: 'both' },
  },
  ct_unplugged: { message: 'off {amps} A', off: { message: 'off for sure' } },
};

describe('the text of a fault', () => {
  const say = sayFrom([{ language: 'en', texts }]);
  const said = (id: Fault['id'], state: Fault['state'], cause?: string) =>
    textOf(say, 'message', {
      id,
      source: 'main/mains',
      ...(cause && { cause }),
      state,
      evidence: { amps: 1.5 },
    });

  it('is that of its cause, else that of its id', () => {
    assert.equal(said('ct_reversed', 'confirmed', 'one_leg'), 'leg');
    assert.equal(said('ct_reversed', 'confirmed', 'no_such'), 'plain');
    assert.equal(said('ct_reversed', 'confirmed'), 'plain');
  });

  it('is neutral while suspected, where there is a neutral one', () => {
    assert.equal(said('ct_reversed', 'suspected', 'one_leg'), 'maybe a leg of main/mains');
    assert.equal(said('ct_reversed', 'suspected', 'both_legs'), 'maybe');
    assert.equal(said('ct_reversed', 'suspected'), 'maybe');
    assert.equal(said('ct_unplugged', 'suspected', 'off'), 'off for sure');
  });

  it('takes every number of the evidence, and shows the key where nobody wrote one', () => {
    assert.equal(said('ct_unplugged', 'suspected'), 'off 1.5 A');
    assert.equal(said('voltage_missing', 'suspected', 'tap'), 'voltage_missing.message');
  });
});
