import assert from 'node:assert/strict';
import { plausible, type Seen, signs, supply } from '../../cli/field-values.ts';
import { Panel } from '../nodes/health/commission/panel.ts';
import { sampleSite } from '../support/samples.ts';

describe('what the values of a site in the field prove', () => {
  let panel: Panel;
  beforeEach(() => {
    panel = new Panel(
      { channel: 'main/mains', role: 'grid', phase: 'l1', watts: 400, volts: 120 },
      { channel: 'main/pv', role: 'solar', phase: 'l1', watts: 2_000, volts: 120 },
    );
  });
  const seen = (change: Partial<Seen> = {}): Seen => ({
    site: sampleSite({}),
    seconds: panel.collect(5),
    daylight: 'day',
    faults: [],
    ...change,
  });
  const turned = (state: 'suspected' | 'confirmed') => [
    { id: 'ct_reversed', source: 'main/pv', state },
  ];

  it('is nothing, neither good nor bad, while no meter answers', () => {
    assert.equal(supply(seen()).state, 'pass');
    assert.equal(signs(seen()).state, 'pass');
    panel.answers = false;
    for (const check of [supply, plausible, signs]) {
      const { state, reason } = check(seen());
      assert.deepEqual(
        [state, reason],
        ['not_applicable', 'no meter answers: there is nothing to judge'],
      );
    }
  });

  it('is not that the signs are right while the doctor says otherwise', () => {
    const suspected = signs(seen({ faults: turned('suspected') }));
    assert.equal(suspected.state, 'warn');
    assert.match(suspected.reason, /main\/pv: the CT may be the wrong way round/);
    assert.equal(signs(seen({ faults: turned('confirmed'), daylight: 'night' })).state, 'fail');
  });

  it('is a wrong sign where solar is negative by day', () => {
    panel.input('main/pv', 'l1').watts = -2_000;
    assert.equal(signs(seen()).state, 'fail');
    assert.equal(signs(seen({ daylight: 'between' })).state, 'not_applicable');
  });
});
